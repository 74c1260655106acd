"""How well an answer meets a question: as a whole, and each part of a longer message that asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from activities.models.composition import Answer
from activities.models.focus import views
from activities.models.terms import covered, stems
from activities.models.unit_ranking import Question


@dataclass(frozen=True)
class Fit:
    """By meaning (cosine of the closest piece) and by the share of the words that the answer has, each 0..1."""

    meaning: float
    words: float


def fits(question: Question, answer: Answer) -> list[Fit]:
    """Return how the answer meets the whole question, which comes first, and each part of it that asks."""
    asked = views(question.text)
    pieces = [each.candidate for each in answer.pieces]
    own = frozenset[str]().union(*(each.stems_in_context for each in pieces))
    weights = [question.weights, *(dict.fromkeys(stems(each), 1.0) for each in asked[1:])]
    return [
        Fit(max((float(vector @ each.vector) for each in pieces), default=0.0), covered(words, own))
        for vector, words in zip(question.seen.views, weights, strict=True)
    ]


def best_fit(found: Sequence[Fit]) -> Fit:
    """Return the best that any view has of each."""
    return Fit(max(each.meaning for each in found), max(each.words for each in found))
