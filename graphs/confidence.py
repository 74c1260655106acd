"""How sure the agent is that its draft may be sent: one probability from all that is known of the turn.

A logistic regression over ``signals``. ``WEIGHTS`` were fitted by ``python -m evals.calibrate``; that file says on
which questions, and prints the reliability of each band on questions that were held out. The golden set is not used.
"""

import math
from collections.abc import Sequence

from graphs.state import Check, Classification, Draft, GuardMark, PassageRef

WEIGHTS = {
    "support": 1.03,
    "grounding": -0.24,
    "intent": -0.61,
    "in_scope": 1.61,
    "dense": -0.33,
    "lexical": -1.29,
    "margin": 1.81,
    "agreement": -0.13,
}
"""One a signal; ``BIAS`` is added."""
BIAS = -0.42
SIGNALS = tuple(WEIGHTS)
Scale = tuple[tuple[float, ...], float, float]
"""The weights of ``SIGNALS``, the bias, and what log odds are stretched by."""
VERSION = "2026-11-4"
"""Of the policy that judges by the weights above: it changes with them."""
FIRST_SCALE: Scale = ((0.80, 0.00, -0.32, 2.71, 0.42, 0.51, -0.39, 0.12), -2.36, 2.3)
EARLIER: dict[str, Scale] = {
    "2026-11-2": ((0.93, 0.01, 0.04, 2.65, 0.10, -0.85, 2.26, 0.16), -2.47, 2.8),
    "2026-11-3": ((1.01, -0.24, -0.49, 1.52, -0.27, -1.08, 2.48, -0.30), -0.44, 3.1),
}
"""By version, and ``FIRST_SCALE`` for all before: by these a turn that began under earlier weights is judged, and
replayed."""
SHARPNESS = 3.3
"""Log odds are stretched by this: the least sure answer of the automatic band then has a fitted probability of 0.66. Of
held-out calibration questions 90 % are right from 0.65 up (``evals.calibrate`` prints it). An even chance stays."""
FAILED_SCORE = 0.45
"""The most that a draft which failed its check can reach: below the band in which it could be sent or suggested."""
INJECTION_SCORE = 0.85
"""The most that a flagged message can reach: a person looks first."""


def confidence(
    classification: Classification,
    passages: Sequence[PassageRef],
    draft: Draft,
    check: Check,
    guard: GuardMark,
    policy_version: str = VERSION,
) -> float:
    """Return how sure it is that the draft is right, 0..1, by the weights of a version of the policy.

    Small talk has a ready-made reply without sources and is as sure as its intent.
    """
    if not draft["text"].strip():
        return 0.0
    if draft["model"] == "template":
        return round(classification["intent_score"] if check["passed"] else 0.0, 4)
    found = signals(classification, passages, draft, check)
    present = (tuple(WEIGHTS.values()), BIAS, SHARPNESS)
    weights, bias, sharpness = present if policy_version == VERSION else EARLIER.get(policy_version, FIRST_SCALE)
    log_odds = bias + sum(weight * value for weight, value in zip(weights, found, strict=True))
    score = 1 / (1 + math.exp(-sharpness * log_odds))
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
