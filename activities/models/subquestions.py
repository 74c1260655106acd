"""The questions of one message: "What does it cost, and how do I cancel?" asks two things that no one section answers.

By form: a message is split at question marks and before an interrogative that a conjunction or a comma introduces.
A story with a question in it stays whole: ``focus`` finds what it asks.
"""

import re
from collections.abc import Sequence

from activities.models.followup import dependence
from activities.models.pleasantries import unwrap
from activities.models.terms import stems

MOST = 3
MOST_OTHER_WORDS = 8
"""With more words that ask nothing it is a story."""
LEAST_STEMS = 2
"""A question with fewer words of its own leans on the one before."""
_ASK = (
    r"(?:(?:how|where|when|what|which|who|whom|whose|why)\b"
    r"|(?:can|could|do|does|did|is|are|will|would|may|must|should|am|has|have)\s+(?:i|you|we|it|he|she|they|there|that|this"
    r"|these|those|my|your|our|the|any\w*)\b)"
)
_LEAD = r"(?:(?:and|also|plus|then|but|second(?:ly)?|finally|another\s+(?:thing|question)|by\s+the\s+way)\b[\s,:]*)*"
_BREAK = re.compile(
    rf"(?<=[?.!])\s+|[;\n]+\s*|\s*(?:,|\s[-–—]\s)?\s*\b(?:and|also|plus)\s+(?={_LEAD}{_ASK})|,\s+(?={_ASK})|:\s+(?={_ASK})",
    re.IGNORECASE,
)
_OPENS = re.compile(rf"^{_LEAD}(?={_ASK})", re.IGNORECASE)
_DEFINITE = re.compile(r"\b(?:the|that|this)\b", re.IGNORECASE)
_SUBORDINATE = re.compile(
    r"\b(?:know|tell|wonder(?:ing)?|ask(?:ing)?|understand|explain|sure|see|check|out|if|when|because|after|before|while)"
    r"(?:\s+(?:me|us|you))?$",
    re.IGNORECASE,
)
"""Before an interrogative that only continues a clause: "tell me, how ...", "out what"."""


def questions_of(message: str) -> list[str]:
    """Return the questions of a message that stand alone, up to ``MOST``; the message itself when it asks one thing."""
    parts = _joined([each.strip() for each in _BREAK.split(unwrap(message)) if each and each.strip()])
    asking = [_OPENS.sub("", each) for each in parts if _asks(each)]
    other = sum(len(each.split()) for each in parts if not _asks(each))
    if not 2 <= len(asking) <= MOST or other > MOST_OTHER_WORDS:
        return [message]
    found = [asking[0]]
    found += [f"{asking[0].rstrip('?.! ')}: {each}" if _leans(each) else each for each in asking[1:]]
    return found if all(len(set(stems(each))) >= LEAST_STEMS for each in found) else [message]


def _joined(parts: Sequence[str]) -> list[str]:
    """The parts, one that only opens a clause together with what it opens."""
    found: list[str] = []
    for each in parts:
        if found and _SUBORDINATE.search(found[-1]):
            found[-1] += f" {each}"
        else:
            found.append(each)
    return found


def _asks(part: str) -> bool:
    return part.endswith("?") or _OPENS.match(part) is not None


def _leans(part: str) -> bool:
    """Whether it cannot be understood without the question before it."""
    few = len(set(stems(part))) <= LEAST_STEMS and _DEFINITE.search(part) is not None
    return few or len(set(stems(part))) < LEAST_STEMS or dependence(part) != "none"
