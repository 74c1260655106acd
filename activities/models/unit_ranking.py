"""How well each candidate answers a question: a logistic regression over a handful of signals.

``WEIGHTS`` were fitted by ``evals/calibrate.py`` on ``evals/datasets/calibration.jsonl`` (questions over the sample
company, none of them in the golden set): a candidate is right when it holds what the answer must contain and comes
from a document that answers.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from activities.models.candidates import Candidate, PassageUnits, Seen
from activities.models.question_type import has_answer, question_types
from activities.models.terms import covered, forgive_typos, stems, weigh

WEIGHTS = {
    "meaning": 1.72,
    "heading_meaning": -0.49,
    "words": 0.90,
    "words_in_context": 1.27,
    "passage_score": 0.83,
    "passage_rank": 0.36,
    "type_fits": 0.48,
    "steps_asked": 0.65,
    "steps_unasked": -0.24,
    "items": 0.54,
    "row": -0.63,
    "short": -0.23,
    "names": 0.57,
    "topic": 0.41,
    "names_here": -0.17,
    "row_key": 1.01,
    "asked": 3.20,
    "part_meaning": 2.62,
    "asked_behind": -3.20,
}
"""One a signal; ``BIAS`` is added."""
BIAS = -8.23
SIGNALS = tuple(WEIGHTS)
_WEIGHTS = np.array([*WEIGHTS.values()], np.float32)
_ASKED = SIGNALS.index("asked")


_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][\w-]*[A-Za-z\d]\b|\b\w*\d(?:[\w-]|\.(?=\d))*")
_ABOUT_ITSELF = re.compile(
    r"(?:this\s+(?:page|guide|policy|list|document|overview|summary)\b|use\s+this\s+page|these\s+are\s+the\s+main|welcome\b|an?\s+overview"
    r"|for\s+(?:administrators|account\s+owners|customers)\b|(?:valid|effective|edition)\s|something\s+went\s+wrong)",
    re.IGNORECASE,
)
"""Opening lines that say what a page is for: near every question about it, and an answer to none. Left out."""


UNKNOWN_TOPIC = 0.5
LEAST_INSIDE = -2.0
"""Log odds below which a question is no less about the company's insides."""


@dataclass(frozen=True)
class Question:
    """A question as the ranking sees it."""

    text: str
    seen: Seen
    stems: tuple[str, ...]
    weights: dict[str, float]
    names: tuple[str, ...]
    topics: NDArray[np.float32] | None = None
    inside: float = LEAST_INSIDE
    """How much it sounds like a question about the company's insides, in log odds from ``LEAST_INSIDE`` up."""

    @property
    def vector(self) -> NDArray[np.float32]:
        """The vector of the whole."""
        whole: NDArray[np.float32] = self.seen.views[0]
        return whole


@dataclass(frozen=True)
class Ranked:
    """A candidate and the probability that it is part of the answer."""

    candidate: Candidate
    score: float
    signals: NDArray[np.float32]


def rank(
    text: str,
    seen: Seen,
    found: Sequence[PassageUnits],
    topics: NDArray[np.float32] | None = None,
    inside: float = LEAST_INSIDE,
) -> tuple[Question, list[Ranked]]:
    """Return the question and all candidates, best first.

    ``seen`` has its vectors; ``topics`` and ``inside`` are what it is about.
    """
    everything = [candidate for units in found for candidate in units.candidates]
    singles = [each.stems_in_context for each in everything if not each.members]
    vocabulary = frozenset().union(*singles) if singles else frozenset()
    asked = tuple(forgive_typos(stems(text), vocabulary))
    question = Question(text, seen, asked, weigh(asked, singles), names_of(text), topics, inside)
    best_score = max((units.candidates[0].passage.score for units in found if units.candidates), default=0.0)
    speaking = [
        each for each in everything if not (_ABOUT_ITSELF.match(each.unit.text) or _only_repeats(question, each))
    ]
    left_out = {id(each) for each in everything} - {id(each) for each in speaking or everything}
    kept = [
        (candidate, signals_of(question, candidate, units, place, best_score))
        for place, units in enumerate(found)
        for candidate in units.candidates
        if id(candidate) not in left_out
    ]
    nearest = max((signals[_ASKED] for _, signals in kept), default=0.0)
    ranked = [score_of(candidate, np.append(signals, nearest - signals[_ASKED])) for candidate, signals in kept]
    return question, sorted(ranked, key=lambda each: -each.score)


def _only_repeats(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence only says what a question wants a reason for: "Why does it pause?", "It pauses."."""
    return "why" in question_types(question.text)[:2] and candidate.stems <= frozenset(question.stems)


def score_of(candidate: Candidate, signals: NDArray[np.float32]) -> Ranked:
    """Return the candidate with its probability."""
    return Ranked(candidate, 1 / (1 + math.exp(-float(signals @ _WEIGHTS + BIAS))), signals)


def names_here(names: Sequence[str], text: str) -> float:
    """Return the share of the names that ``text`` itself has; 0 without any."""
    return sum(name in text.lower() for name in names) / len(names) if names else 0.0


def same_topic(first: NDArray[np.float32] | None, second: NDArray[np.float32] | None) -> float:
    """Return how alike two distributions are, 0..1 (Bhattacharyya's coefficient); a half when one is not known."""
    return float(np.sqrt(first * second).sum()) if first is not None and second is not None else UNKNOWN_TOPIC


def names_of(text: str) -> tuple[str, ...]:
    """Return what a question names: codes, numbers, versions, and words with capitals inside a sentence, lower case."""
    return tuple(dict.fromkeys(name.lower() for name in _NAME.findall(text)))


def names_in(names: Sequence[str], candidate: Candidate) -> float:
    """Return the share of the names that a candidate or what it stands under has; 1 without any."""
    said = f"{candidate.unit.text} {candidate.unit.lead} {candidate.passage.heading} {candidate.passage.title}".lower()
    return sum(name in said for name in names) / len(names) if names else 1.0


def row_key(question: Question, candidate: Candidate) -> float:
    """Return the share of a row's first column that the question names: ``Business`` is not ``Pack for Business``."""
    key = key_stems(candidate)
    return len(key & frozenset(question.stems)) / len(key) if key else 0.0


def key_stems(candidate: Candidate) -> frozenset[str]:
    """Return the stems of a row's first column, by which it is looked up; none of what is no row."""
    if candidate.kind != "row":
        return frozenset()
    return frozenset(stems(candidate.unit.text.partition("; ")[0].rpartition(": ")[2]))


def signals_of(
    question: Question, candidate: Candidate, units: PassageUnits, place: int, best_score: float
) -> NDArray[np.float32]:
    """Return the signals of ``SIGNALS`` but the last, each about 0..1; ``place`` is the passage's rank from 0.

    ``asked`` is how near the question is to one that the passage answers. A row of a table answers for itself, and so
    does each piece of a section of which no question is known: what it says is what it answers. The last signal,
    ``asked_behind``, compares: how much farther that is than the nearest of all candidates.
    """
    types, kind = question_types(question.text), candidate.kind
    how_to = "how_to" in types
    nearest, unasked = float((question.seen.views @ candidate.vector).max()), len(units.answers) == 1
    return np.array(
        [
            float(question.vector @ candidate.vector),
            float(question.vector @ units.heading),
            covered(question.weights, candidate.stems),
            covered(question.weights, candidate.stems_in_context),
            candidate.passage.score / best_score if best_score else 0.0,
            1 / (1 + place),
            float(any(has_answer(each, candidate.unit.text) for each in types[:2])),
            float(kind == "steps" and how_to),
            float(kind in {"steps", "step"} and not how_to),
            float(kind == "items"),
            float(kind == "row"),
            float(len(candidate.unit.text) < 25),
            names_in(question.names, candidate),
            same_topic(question.topics, units.topics),
            names_here(question.names, candidate.unit.text),
            row_key(question, candidate),
            max(float((question.seen.bare @ units.answers.T).max()), nearest if kind == "row" or unasked else 0.0),
            nearest,
        ],
        np.float32,
    )
