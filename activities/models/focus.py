"""The question inside a long message: customers tell a story, search needs what they ask."""

import re
from collections.abc import Mapping, Sequence

from activities.models.followup import dependence
from activities.models.terms import stems

LONG_WORDS = 80
"""Shorter messages are read whole: of 17 stories of 22 to 70 words in a development set, the whole message found the
answering passage among the first four for 16, its last questions alone for 12."""
VIEW_WORDS = 12
"""A message of this many words is also looked at by its parts."""
MOST_SENTENCES = 2
MOST_VIEWS = 5
FEW_STEMS = 3
"""A question with fewer content words than this needs the sentence before it."""
KINDS = ("plan", "device")
"""What a question is about even when only the story names it."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+|\s+[-–—]\s+")
_CLAUSE = re.compile(
    r"(?:[,;]\s*|\b(?:so|and|but|now|then|because)\s+)(?=(?:how\s+(?:do|can|could|to|much|long|many|would|should)|where\s+(?:do|can|is|are)|what\s+(?:is|are|do"
    r"|does|can|should|happens)|when\s+(?:do|does|will|is)|can\s+i|could\s+i|is\s+it\s+possible|is\s+there|do\s+you|can\s+you|could\s+you|i\s+(?:want|need)\s+to"
    r"|which\s+\w+|do\s+i|am\s+i|will\s+(?:i|my|it))\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?\s*$|^\W*(?:(?:so|and|but|please|also|now|well|anyway|my\s+question\s+is|question)\W+)*(?:how|where|what|when|which|who|why|can|could|do|does|is|are|will|would"
    r"|should|may|am)\b|\b(?:i\s+(?:want|need|would\s+like|'d\s+like|wish)|i'd\s+like|please|tell\s+me|let\s+me\s+know|wondering|want\s+to\s+know|help\s+me)\b",
    re.IGNORECASE,
)
_ASKS_PLAINLY = re.compile(r"\?\s*$")
_CODE = re.compile(r"\b[A-Z]{2,5}-?\d{2,6}\b")


def focus(message: str, things: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """Return what a long message asks: its last questions or requests, and the ``things`` that only the rest names.

    A short message, and one that asks nothing, is returned as it is.
    """
    if len(message.split()) < LONG_WORDS:
        return message
    sentences = [
        each.strip() for part in _SENTENCE.split(message) for each in _CLAUSE.split(part) if len(each.split()) > 2
    ]
    asking = [each for each in sentences if _ASKS_PLAINLY.search(each)] or [
        each for each in sentences if _ASKS.search(each)
    ]
    if not asking or len(sentences) == 1:
        return message
    kept = " ".join(asking[-MOST_SENTENCES:])
    before = sentences.index(asking[-MOST_SENTENCES:][0]) - 1
    if before >= 0 and (dependence(kept) != "none" or len(set(stems(kept))) < FEW_STEMS):
        kept = f"{sentences[before]} {kept}"
    named = [each for each in named_things(message, things) if each.lower() not in kept.lower()]
    return f"{kept} ({', '.join(named)})" if named else kept


_ABOUT = re.compile(r"(.*\S) \([^()]*\)", re.DOTALL)


def views(message: str) -> list[str]:
    """Return the message and, of a longer one, what asks in it: each such sentence alone, and with the one before.

    What a follow-up is about stands behind it in brackets, and it asks without them as well.
    """
    if followed := _ABOUT.fullmatch(message):
        return [message, *views(followed[1])][:MOST_VIEWS]
    sentences = [each.strip() for each in _SENTENCE.split(message) if len(each.split()) > 2]
    if len(message.split()) < VIEW_WORDS or len(sentences) < 2:
        return [message]
    found = [message]
    for place, each in enumerate(sentences):
        if _ASKS.search(each):
            found += [each, f"{sentences[place - 1]} {each}"] if place else [each]
    return list(dict.fromkeys(found))[:MOST_VIEWS]


def named_things(text: str, things: Mapping[str, Sequence[Sequence[str]]]) -> list[str]:
    """Return the codes and the company's things that a text names, each once, as written."""
    spellings = [spelling for kind in KINDS for member in things.get(kind, ()) for spelling in member]
    pattern = re.compile(
        rf"\b(?:{'|'.join(map(re.escape, sorted(spellings, key=len, reverse=True)))})\b", re.IGNORECASE
    )
    found = [*_CODE.findall(text), *(pattern.findall(text) if spellings else [])]
    return list(dict.fromkeys(found))
