"""Whether an answer speaks of the thing that a question asks the meaning of: "What is a security key?"."""

import re

from activities.models.terms import stems

_ASKED = re.compile(
    r"^\W*(?:and\s+|so\s+)?what(?:['’]s|\s+is|\s+are)\s+(?:an?\s+)?(?!the\b|your\b|my\b|our\b|new\b)"
    r"(?P<term>[\w-]+(?:\s+[\w-]+){0,2})\W*$",
    re.IGNORECASE,
)
_JOINS = re.compile(r"\b(?:of|for|in|on|at|with|to|from|by|and|or|is|are|it|this|that)\b", re.IGNORECASE)


def asked_term(question: str) -> tuple[str, ...]:
    """Return the stems of the thing whose meaning is asked for, in their order; empty for other questions."""
    found = _ASKED.match(question)
    return () if found is None or _JOINS.search(found["term"]) else stems(found["term"])


def speaks_of(term: tuple[str, ...], text: str) -> bool:
    """Say whether ``text`` has the stems side by side in this order; the words far apart are another thing."""
    said, width = stems(text), len(term)
    return any(said[start : start + width] == term for start in range(len(said) - width + 1))
