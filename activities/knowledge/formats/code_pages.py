"""Which one-byte encoding a text in Latin letters has: statistics over bytes mistake it when accents are few."""

import re
from collections import Counter

MOST_ACCENTS = 0.3
"""Share of bytes beyond ASCII; above it the text is in other letters, and there statistics are good."""
COVERED = 0.95
ACCENT = re.compile(r"[^\x00-\x7f]")
JOINERS = "’·\u00ad"
"""What stands between two letters in these languages."""
SYMBOL = re.compile(
    r"(?:(?<![^\W\d_])|(?=.(?![^\W\d_])))"
    "[€£¥§©®™°±×•–—…„“”‚‘«»‹›¡¿¼½¾²³µºª¢†‡‰´¨÷¶\u00a0]"
)
"""A symbol, but not within a word: there it is a letter of another encoding."""
ALPHABETS = (
    ("cp1252", "äöüß"),
    ("cp1252", "àâæçèéêëîïôœùûüÿ"),
    ("cp1252", "áéíñóúüç"),
    ("cp1252", "àáâãçéêíóôõúü"),
    ("cp1252", "àèéìíîòóùú"),
    ("cp1252", "åäöæøéóôü"),
    ("cp1252", "áéëèïíóöüú"),
    ("cp1252", "áðéíóúýþæö"),
    ("cp1250", "ąćęłńóśźż"),
    ("cp1250", "áäčďéěíĺľňóôŕřšťúůýž"),
    ("cp1250", "áéíóöőúüű"),
    ("cp1250", "čćđšž"),
    ("cp1250", "ăâîşţ"),
    ("cp1254", "âçğıîöşüûi̇"),
    ("iso8859_2", "ąćęłńóśźż"),
    ("iso8859_2", "áäčďéěíĺľňóôŕřšťúůýž"),
)
"""The letters beyond ASCII of a language (Unicode CLDR, exemplar characters) with an encoding that it is written in:
German, French, Spanish, Portuguese, Italian, Nordic, Dutch, Icelandic; Polish, Czech and Slovak, Hungarian, Croatian,
Romanian; Turkish. The first of equals holds."""


def find_code_page(data: bytes) -> str | None:
    """Return the encoding in which one language has nearly all of the accents; None when no language here does."""
    accents = sum(byte > 0x7F for byte in data)
    if not accents or accents > MOST_ACCENTS * len(data):
        return None
    found = {encoding: _accents(data, encoding) for encoding, _ in ALPHABETS}
    share, encoding = max(
        ((_covered(found[encoding], letters), encoding) for encoding, letters in ALPHABETS), key=lambda each: each[0]
    )
    return encoding if share >= COVERED else None


def _accents(data: bytes, encoding: str) -> Counter[str]:
    """Count the letters and signs beyond ASCII in small letters; symbols that stand alone are left blank."""
    try:
        text = data.decode(encoding).lower()
    except UnicodeDecodeError:
        return Counter({"": 1})
    return Counter(" " if SYMBOL.match(text, found.start()) else found.group() for found in ACCENT.finditer(text))


def _covered(accents: Counter[str], letters: str) -> float:
    known = sum(count for character, count in accents.items() if character == " " or character in JOINERS + letters)
    return (known - accents[""]) / accents.total()
