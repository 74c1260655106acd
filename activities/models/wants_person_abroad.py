"""How German, French and Spanish ask for a person: forms of a request, none of a report about one."""

import re

_GERMAN = (
    r"(?:(?:echte[nrms]?|richtige[nrms]?|menschliche[nrms]?|lebende[nrms]?|andere[nrms]?)\s+)*"
    r"(?:mensch(?:en)?|person|mitarbeiter(?:in)?s?|kolleg(?:en?|in)|berater(?:in)?|ansprechpartner(?:in)?"
    r"|sachbearbeiter(?:in)?|agent(?:en)?|vorgesetzten?|techniker(?:in)?|jemande[nm]|kundendienst|kundenservice|support)"
)
_FRENCH = (
    r"(?:(?:vraie?|véritable|autre)\s+)*(?:humain|être\s+humain|personne(?:\s+réelle)?|conseill(?:er|ère)"
    r"|agente?|opérat(?:eur|rice)|employée?|collègue|collaborat(?:eur|rice)|responsable|technicien(?:ne)?"
    r"|quelqu['’]un|interlocut(?:eur|rice)|service\s+client(?:èle)?)"
)
_SPANISH = (
    r"(?:(?:verdader[oa]|otr[oa])\s+)*(?:human[oa]|ser\s+humano|persona(?:\s+real)?|agente|asesora?|operadora?"
    r"|emplead[oa]|representante|alguien|responsable|encargad[oa]|técnic[oa]|compañer[oa]|atención\s+al\s+cliente)"
)
_SOME = {
    "de": r"(?:(?:einem|einer|einen|eine|dem|der|den|ihrem|ihrer|eurem|eurer|irgend)\s+)?",
    "fr": r"(?:(?:à|avec|par|vers)\s+)?(?:(?:une?|le|la|votre|vos|des|un\s+de\s+vos)\s+)?",
    "es": r"(?:(?:con|a)\s+)?(?:(?:un|una|el|la|su|algún|alguna)\s+)?",
}
_MACHINE = {
    "de": r"(?:bot|chatbot|roboter|maschine|computer|automaten|ki)",
    "fr": r"(?:robot|bot|chatbot|machine|ordinateur|automate|ia)",
    "es": r"(?:robot|bot|chatbot|máquina|maquina|ordenador|computadora|ia)",
}
_ASKS = re.compile(
    "|".join(
        (
            rf"\bmit\s+{_SOME['de']}{_GERMAN}\b(?:\s+\w+){{0,3}}?\s+(?:sprechen|reden|chatten|telefonieren|schreiben)\b",
            rf"\bverbinde(?:n\s+sie|t)?\s+mich\b(?:\s+\w+){{0,2}}?\s+mit\s+{_SOME['de']}{_GERMAN}\b",
            rf"\bmit\s+{_SOME['de']}{_GERMAN}\s+verb(?:inden|unden)\b",
            rf"\b(?:brauche|möchte|will|hätte\s+gern|geben\s+sie\s+mir|gib\s+mir|holen\s+sie)\s+(?:bitte\s+)?"
            rf"(?:endlich\s+)?(?:einen?|jemanden)\s+{_GERMAN}\b",
            r"\b(?:rufen\s+sie|ruft|ruf)\s+mich\b|\bum\s+(?:einen\s+)?rückruf\b|\brückruf\s*,?\s*bitte\b",
            rf"\bnicht\s+(?:mehr\s+|länger\s+)?mit\s+{_SOME['de']}{_MACHINE['de']}\s+(?:sprechen|reden|schreiben|chatten)\b",
            rf"^\W*(?:bitte\s+(?:einen?\s+)?{_GERMAN}|(?:einen?\s+)?{_GERMAN}\s*,?\s*bitte)\W*$",
            rf"\b(?:parler|discuter|échanger|causer)\s+(?:directement\s+|enfin\s+)?{_SOME['fr']}{_FRENCH}\b",
            rf"\b(?:passez|mettez|transférez|transf[eè]re|passe)[-\s](?:moi|nous)\b(?:\s+en\s+(?:relation|contact))?\s+"
            rf"{_SOME['fr']}{_FRENCH}\b",
            r"\b(?:veux|voudrais|souhaite|besoin\s+d[e'’])\s*(?:une?\s+)?(?:vraie?\s+)?"
            r"(?:humain|être\s+humain|conseill(?:er|ère)|agente?|opérat(?:eur|rice))\b",
            r"\b(?:r?appelez|r?appelle)[-\s]moi\b|\bêtre\s+rappelée?\b",
            rf"\b(?:plus|pas)\s+parler\s+{_SOME['fr']}{_MACHINE['fr']}\b",
            rf"^\W*(?:une?\s+)?{_FRENCH}(?:\s*,?\s*s['’]il\s+(?:vous|te)\s+pla[iî]t)\W*$",
            rf"\b(?:hablar|chatear|conversar|comunicar(?:me|nos))\s+(?:ya\s+|directamente\s+)?{_SOME['es']}{_SPANISH}\b",
            rf"\b(?:p[aá]s[ae](?:n)?me|p[oó]ng[ae](?:n)?me|comun[ií]que(?:n)?me|transfi[eé]ra(?:n)?me|con[eé]cte(?:n)?me)\s+"
            rf"{_SOME['es']}{_SPANISH}\b",
            r"\b(?:quiero|necesito|prefiero)\s+(?:a\s+)?(?:un|una)\s+(?:agente|asesora?|humano|operadora?|persona\s+real)\b",
            r"\bll[aá]m[ae](?:n)?me\b|\bque\s+me\s+llamen?\b",
            rf"\bhablar\s+(?:más\s+)?{_SOME['es']}{_MACHINE['es']}\b",
            rf"^\W*(?:un|una)?\s*{_SPANISH}(?:\s*,?\s*por\s+favor)\W*$",
        )
    ),
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:gestern|vorhin|bereits|letzte\s+woche|wurde\s+ich|hier\s+soir|je\s+viens\s+de|on\s+vient\s+de|déjà"
    r"|acabo\s+de|ayer|rufen\s+sie\s+mich\s+nicht|ne\s+m['’]?appelez|no\s+me\s+llamen?|no\s+\w+\s+que\s+me\s+llamen?"
    r"|(?:warum|wieso|weshalb)\s+(?:rufen\s+sie|ruft\s+ihr)\s+mich)\b",
    re.IGNORECASE,
)


def asks_abroad(text: str) -> bool:
    """Return whether ``text`` asks for a person in German, French or Spanish by its form."""
    return _ASKS.search(text) is not None and _PAST.search(text) is None
