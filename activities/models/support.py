"""Whether an answer made of quotes really answers: the calibrated support score.

``WEIGHTS`` were fitted by ``evals/calibrate.py`` on answers to ``evals/datasets/calibration.jsonl`` and on questions
that the documents do not answer; the label is whether the answer holds what it must.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from activities.models.composition import Answer
from activities.models.question_type import has_answer, question_types
from activities.models.terms import covered
from activities.models.unit_ranking import Question, Ranked
from activities.ports import Passage

SIGNALS = (
    "best",
    "meaning",
    "words",
    "words_in_context",
    "names_missing",
    "dense",
    "lexical",
    "margin",
    "type_fits",
    "terse",
)
WEIGHTS = np.array([2.73, 2.69, -0.46, 1.10, -1.21, 2.07, 1.38, 2.05, 0.23, -0.67, -4.78], np.float32)
"""One a signal, the bias last."""
FLOOR = 0.2
"""Below this an answer is not worth a reviewer's time: none is given."""


def support_score(question: Question, answer: Answer, ranked: Sequence[Ranked], passages: Sequence[Passage]) -> float:
    """Return the probability that ``answer`` answers, 0..1; 0 for an empty one."""
    if not answer.pieces:
        return 0.0
    signals = support_signals(question, answer, ranked, passages)
    return 1 / (1 + math.exp(-float(signals @ WEIGHTS[:-1] + WEIGHTS[-1])))


def support_signals(
    question: Question, answer: Answer, ranked: Sequence[Ranked], passages: Sequence[Passage]
) -> NDArray[np.float32]:
    """Return the signals of ``SIGNALS`` for an answer that has pieces."""
    best = answer.pieces[0]
    own = frozenset().union(*(each.candidate.stems for each in answer.pieces))
    context = frozenset().union(*(each.candidate.stems_in_context for each in answer.pieces))
    said = " ".join([answer.text, best.candidate.passage.title, best.candidate.passage.heading]).lower()
    rival = max((each.score for each in ranked if _document(each) != _document(best)), default=0.0)
    cited = best.candidate.passage
    return np.array(
        [
            best.score,
            max(float(question.vector @ each.candidate.vector) for each in answer.pieces),
            covered(question.weights, own),
            covered(question.weights, context),
            sum(name not in said for name in question.names) / len(question.names) if question.names else 0.0,
            max(each.dense_score for each in passages) if passages else cited.dense_score,
            max(each.lexical_score for each in passages) if passages else cited.lexical_score,
            best.score - rival,
            float(any(has_answer(each, answer.text) for each in question_types(question.text)[:2])),
            float(len(question.stems) <= 1),
        ],
        np.float32,
    )


def _document(ranked: Ranked) -> str:
    return ranked.candidate.passage.document_id
