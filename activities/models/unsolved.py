"""Whether a customer says that what they were told did not help: then the same documents will not help either."""

import re

LONGEST_WORDS = 12
"""A longer message says what happened, and that can be looked up."""
_NOT = r"(?:n[o'’]?t|\s+not)"
_HELPED = r"(?:help|work|chang|fix|solv)\w*"
_SAYS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^\W*(?:(?:it|that|this|these|those)\s+)?(?:still\s+)?(?:did|do|does|has|have){_NOT}\s+(?:really\s+|even\s+)?{_HELPED}",
        rf"^\W*(?:none|nothing)\b.*\b{_HELPED}\W*$",
        rf"\bstill\s+(?:the\s+same|broken|not\s+\w+|(?:does|do|did|is|are|wo|ca){_NOT})\b",
        r"\bno\s+(?:difference|change|luck|improvement)\b",
        r"\balready\s+(?:did|done|tried|checked|restarted|rebooted|reset|reinstalled|followed)\b",
        r"\b(?:tried|did|done|followed)\s+(?:all\s+)?(?:that|this|it|these|everything|all)\b",
        rf"\bthat(?:['’]s\s+not|\s+is\s+not|\s+is{_NOT})\s+what\s+i\s+(?:asked|meant|wanted)\b",
        r"\byou\s+(?:already\s+)?(?:said|told\s+me)\s+that\b",
        r"\b(?:hilft|hat|geht|funktioniert|klappt)\s+(?:leider\s+|immer\s+noch\s+|auch\s+)*nicht(?:s)?(?:\s+geholfen)?\W*$",
        r"\bimmer\s+noch\s+(?:das\s?selbe|das\s+gleiche|nicht|kaputt)\b",
        r"\bschon\s+(?:alles\s+)?(?:probiert|versucht|gemacht|neu\s?gestartet)\b",
        r"\bne\s+(?:marche|fonctionne|change|m['’]aide)\s+(?:toujours\s+)?(?:pas|rien)\W*$",
        r"\btoujours\s+(?:pareil|la\s+même\s+chose)\b",
        r"\bdéjà\s+(?:essayé|fait|tenté|redémarré)\b",
        r"\bno\s+(?:funciona|sirve|ayuda|ayudó|sirvió|funcionó)\W*$",
        r"\b(?:sigue|todo)\s+igual\b",
        r"\bya\s+(?:lo\s+)?(?:hice|intenté|probé|he\s+(?:hecho|intentado|probado))\b",
    )
]
_ASKS = re.compile(
    r"^\W*(?:and\s+|but\s+)?(?:what|how|where|when|why|who|which|if|am|is|are|do|does|did|can|could|will|would|should|have|has)\b.*\?",
    re.IGNORECASE,
)


def says_unsolved(message: str) -> bool:
    """Return whether ``message``, said after an answer, says by its form that the answer did not help.

    A question that only mentions what was tried is none of these: it may have an answer of its own.
    """
    short = len(message.split()) <= LONGEST_WORDS and not _ASKS.search(message)
    return short and any(pattern.search(message) for pattern in _SAYS)
