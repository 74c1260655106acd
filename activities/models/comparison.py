"""Which two things a question compares, and the pieces that say of each what is asked.

One sentence that speaks of both is the best answer; without one, a row or a sentence of each stands beside the other.
"""

import re
from collections import Counter
from collections.abc import Sequence

from activities.models.question_type import has_answer, question_types
from activities.models.terms import stems
from activities.models.unit_ranking import Question, Ranked

NEAR_SHARE = 0.05
"""What is told of a thing has at least this share of the best piece's probability."""
LOOKED_AT = 20
"""Pieces of each thing."""
TYPE_FITS = 0.5
SAME_PLACE = 0.5
"""What a piece gains, in shares of its probability, by standing where the other thing's stands."""
_MORE = r"(?:better|cheaper|faster|bigger|safer|easier|quicker|larger|smaller|longer)"
_THING = r"(?:an?\s+|the\s+)?((?:[\w-]+\s+){0,5}?[\w-]+)"
_END = r"(?=\s*(?:[?.!,;:]|$)|\s+(?:plans?|for|if|when|to|with|is|are|in|on|at|as)\b)"
_PAIRS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bdiffer\w*\s+between\s+{_THING}\s+and\s+{_THING}{_END}",
        rf"\bcompar\w+\s+(?:of\s+)?{_THING}\s+(?:and|with|to)\s+{_THING}{_END}",
        rf"\b{_THING}\s+(?:versus|vs\.?)\s+{_THING}{_END}",
        rf"\bhow\s+(?:does|do|is|are)\s+{_THING}\s+differ\w*\s+from\s+{_THING}{_END}",
        rf"\b{_MORE}\b[,:]?\s+{_THING}\s+or\s+{_THING}{_END}",
        rf"\b(?:is|are)\s+{_THING}\s+(?:{_MORE}|more\s+\w+)\s+than\s+{_THING}{_END}",
        rf"\b(?:is|are)\s+{_THING}\s+or\s+{_THING}\s+{_MORE}\b",
        rf"\b(?:should\s+(?:i|we)|do\s+(?:i|we)|shall\s+(?:i|we))\s+\w+\s+{_THING}\s+or\s+{_THING}{_END}",
    )
)


def compared(question: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """Return the stems of two things that a question sets side by side, without what they share; None for others."""
    for pattern in _PAIRS:
        if found := pattern.search(question):
            one, other = (_without_noun(each) for each in found.groups())
            often = Counter(stems(question))
            things = [frozenset(each for each in stems(thing) if often[each] == 1) for thing in (one, other)]
            if all(things):
                return things[0], things[1]
    return None


def _without_noun(thing: str) -> str:
    """``standard delivery`` is ``standard``: beside ``express`` the noun is that of both."""
    words = thing.split()
    return " ".join(words[:-1]) if len(words) > 1 and words[-1].islower() else thing


def both(question: Question, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Return what is said of the two things, the more probable first.

    Empty when the question compares nothing, or when the passages say nothing of one of the things, or the best piece
    speaks of both.
    """
    things = compared(question.text)
    if things is None or not ranked or all(thing & ranked[0].candidate.stems for thing in things):
        return []
    singles = [each for each in ranked if not each.candidate.members and each.score >= ranked[0].score * NEAR_SHARE]
    one, other = ([each for each in singles if thing & _own(each)][:LOOKED_AT] for thing in things)
    pairs = [(a, b) for a in one for b in other if a is not b]
    if not pairs:
        return []
    best = max(pairs, key=lambda pair: _worth(question, *pair))
    return sorted(best, key=lambda each: -each.score)


def one_sided(question: Question, told: Sequence[Ranked]) -> bool:
    """Say whether a question compares two things and what is told speaks of one of them only, or of none."""
    things = compared(question.text)
    said = frozenset[str]().union(*(each.candidate.stems_in_context for each in told))
    return things is not None and not all(thing & said for thing in things)


def _worth(question: Question, one: Ranked, other: Ranked) -> float:
    """How probable both are; what stands in one table or list, and has what is asked for, can be compared."""
    kind = question_types(question.text)[0]
    fits = all(has_answer(kind, each.candidate.unit.text) for each in (one, other))
    return (one.score + other.score) * (1 + SAME_PLACE * _beside(one, other)) + TYPE_FITS * fits


def _own(piece: Ranked) -> frozenset[str]:
    """What a piece is about: the first column of a row, or the words of a sentence and its heading."""
    candidate = piece.candidate
    if candidate.kind == "row":
        return frozenset(stems(candidate.unit.text.partition("; ")[0].rpartition(": ")[2]))
    return candidate.stems | frozenset(stems(candidate.unit.lead))


def _beside(one: Ranked, other: Ranked) -> bool:
    same = one.candidate.passage.chunk_id == other.candidate.passage.chunk_id
    return same and one.candidate.kind == other.candidate.kind
