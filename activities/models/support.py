"""Whether an answer made of quotes really answers: the calibrated support score.

``WEIGHTS`` were fitted by ``evals/calibrate.py`` on answers to ``evals/datasets/calibration.jsonl`` and on questions
that the documents do not answer; the label is whether the answer holds what it must.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from activities.models.composition import Answer
from activities.models.definition import asked_term, speaks_of
from activities.models.fit import Fit, best_fit
from activities.models.question_type import has_answer, question_types
from activities.models.terms import covered
from activities.models.unit_ranking import SIGNALS as RANKING
from activities.models.unit_ranking import Question, Ranked, key_stems, names_here
from activities.ports import Passage

WEIGHTS = {
    "best": 0.72,
    "best_beyond": -0.31,
    "meaning": -0.78,
    "words": 0.95,
    "words_in_context": 0.60,
    "names_missing": -0.39,
    "dense": 1.16,
    "lexical": -5.03,
    "margin": 0.10,
    "passage_first": 0.95,
    "passage_share": -0.25,
    "heading": -1.30,
    "type_fits": 1.08,
    "terse": -0.45,
    "topic": -0.36,
    "names_here": -0.25,
    "row": -0.70,
    "steps": 0.12,
    "inside": -0.48,
    "row_key": 0.31,
    "asked": 7.45,
    "asked_elsewhere": -1.99,
}
"""One a signal; ``BIAS`` is added."""
BIAS = -4.32
SIGNALS = tuple(WEIGHTS)
_WEIGHTS = np.array([*WEIGHTS.values()], np.float32)
PLACE, SHARE, HEADING, TOPIC, KEY, ASKED = (
    RANKING.index(each) for each in ("passage_rank", "passage_score", "heading_meaning", "topic", "row_key", "asked")
)
KNEE = -0.5
"""From these log odds of the best piece on, answers get better more slowly: a linear term alone is too timid there."""
LOOKED_UP = 0.99
"""A row asked for by its code and nothing else is the answer: that is a lookup and no guess."""
CODE_WORDS = frozenset({"error", "code", "messag", "number"})
UNSPOKEN = 0.3
"""The most for an answer to "What is a …?" that never speaks of it."""
FLOOR = 0.04
"""Below this nothing supports an answer, and none is given; a weak one may still help the reviewer of a risky case."""


def support_score(
    question: Question, answer: Answer, ranked: Sequence[Ranked], passages: Sequence[Passage], fits: Sequence[Fit]
) -> float:
    """Return the probability that ``answer`` answers, 0..1; 0 for an empty one."""
    if not answer.pieces:
        return 0.0
    if looked_up(question, answer.pieces[0]):
        return LOOKED_UP
    signals = support_signals(question, answer, ranked, passages, fits)
    score = 1 / (1 + math.exp(-float(signals @ _WEIGHTS + BIAS)))
    return score if _speaks(question, answer) else min(score, UNSPOKEN)


def _speaks(question: Question, answer: Answer) -> bool:
    term, best = asked_term(question.text), answer.pieces[0].candidate.passage
    return not term or speaks_of(term, " ".join([answer.text, best.title, best.heading]))


def looked_up(question: Question, best: Ranked) -> bool:
    """Say whether a question is nothing but the code of a row: ``TC-2103`` or ``error code TC-2103``."""
    key, asked = key_stems(best.candidate), frozenset(question.stems)
    return any(map(str.isdigit, key)) and key <= asked <= key | CODE_WORDS


def support_signals(
    question: Question, answer: Answer, ranked: Sequence[Ranked], passages: Sequence[Passage], fits: Sequence[Fit]
) -> NDArray[np.float32]:
    """Return the signals of ``SIGNALS`` for an answer that has pieces and ``fits`` it (the whole question first)."""
    best = answer.pieces[0]
    own = frozenset().union(*(each.candidate.stems for each in answer.pieces))
    fit = best_fit(fits)
    said = " ".join([answer.text, best.candidate.passage.title, best.candidate.passage.heading]).lower()
    rival = max((each.score for each in ranked if _document(each) != _document(best)), default=0.0)
    cited = best.candidate.passage
    told = max(float(each.signals[ASKED]) for each in answer.told)
    return np.array(
        [
            log_odds(best.score),
            max(0.0, log_odds(best.score) - KNEE),
            fit.meaning,
            covered(question.weights, own),
            fit.words,
            sum(name not in said for name in question.names) / len(question.names) if question.names else 0.0,
            max(each.dense_score for each in passages) if passages else cited.dense_score,
            max(each.lexical_score for each in passages) if passages else cited.lexical_score,
            log_odds(best.score) - log_odds(rival),
            float(best.signals[PLACE]),
            float(best.signals[SHARE]),
            float(best.signals[HEADING]),
            float(any(has_answer(each, answer.text) for each in question_types(question.text)[:2])),
            float(len(question.stems) <= 1),
            float(best.signals[TOPIC]),
            names_here(question.names, " ".join(each.candidate.unit.text for each in answer.pieces)),
            float(best.candidate.kind == "row"),
            float(best.candidate.kind == "steps"),
            question.inside,
            float(best.signals[KEY]),
            told,
            max((float(each.signals[ASKED]) for each in ranked), default=told) - told,
        ],
        np.float32,
    )


def log_odds(probability: float) -> float:
    """Return the log odds, bounded to those of 0.001 and 0.999."""
    bounded = min(max(probability, 0.001), 0.999)
    return math.log(bounded / (1 - bounded))


def _document(ranked: Ranked) -> str:
    return ranked.candidate.passage.document_id
