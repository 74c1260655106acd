"""How sure the agent is that its draft may be sent: one probability from all that is known of the turn.

A logistic regression over ``signals``. ``WEIGHTS`` were fitted by ``python -m evals.calibrate``; that file says on
which questions, and prints the reliability of each band on questions that were held out. The golden set is not used.
"""

import math
from collections.abc import Sequence

from graphs.state import Check, Classification, Draft, GuardMark, PassageRef

WEIGHTS = {
    "support": 0.80,
    "grounding": 0.00,
    "intent": -0.32,
    "in_scope": 2.71,
    "dense": 0.42,
    "lexical": 0.51,
    "margin": -0.39,
    "agreement": 0.12,
}
"""One a signal; ``BIAS`` is added."""
BIAS = -2.36
SIGNALS = tuple(WEIGHTS)
SHARPNESS = 2.3
"""Log odds are stretched by this: the least sure answer of the automatic band then has a fitted probability of 0.72,
and the band as a whole was right in 90 % of held-out calibration questions. ``evals.calibrate`` proposes a value; the
present one is the more careful. An even chance stays one."""
FAILED_SCORE = 0.45
"""The most that a draft which failed its check can reach: below the band in which it could be sent or suggested."""
INJECTION_SCORE = 0.85
"""The most that a flagged message can reach: a person looks first."""


def confidence(
    classification: Classification, passages: Sequence[PassageRef], draft: Draft, check: Check, guard: GuardMark
) -> float:
    """Return how sure it is that the draft is right, 0..1.

    Small talk has a ready-made reply without sources and is as sure as its intent.
    """
    if not draft["text"].strip():
        return 0.0
    if draft["model"] == "template":
        return round(classification["intent_score"] if check["passed"] else 0.0, 4)
    found = signals(classification, passages, draft, check)
    log_odds = BIAS + sum(weight * value for weight, value in zip(WEIGHTS.values(), found, strict=True))
    score = 1 / (1 + math.exp(-SHARPNESS * log_odds))
    if not check["passed"]:
        score = min(score, FAILED_SCORE)
    if guard["injection_flagged"]:
        score = min(score, INJECTION_SCORE)
    return round(score, 4)


def signals(
    classification: Classification, passages: Sequence[PassageRef], draft: Draft, check: Check
) -> tuple[float, ...]:
    """Return the values of ``SIGNALS``: ``support`` as log odds, the rest 0..1."""
    support = min(max(draft["support_score"], 0.01), 0.99)
    cited = {each["document_id"] for each in draft["citations"]}
    best = max((each["score"] for each in passages), default=0.0)
    rival = max((each["score"] for each in passages if each["document_id"] not in cited), default=0.0)
    return (
        math.log(support / (1 - support)),
        check["grounding_score"],
        classification["intent_score"],
        1 - classification["out_of_scope_score"],
        max((each["dense_score"] for each in passages), default=0.0),
        max((each["lexical_score"] for each in passages), default=0.0),
        max(0.0, best - rival),
        float(_first(passages, "dense_score") == _first(passages, "lexical_score") != ""),
    )


def _first(passages: Sequence[PassageRef], score: str) -> str:
    """The document that one half of the search puts first."""
    values = {each["document_id"]: float(each[score]) for each in reversed(passages)}  # type: ignore[literal-required]
    return max(values, key=lambda document: values[document], default="")
