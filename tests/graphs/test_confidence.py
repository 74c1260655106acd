"""The confidence rises with what speaks for a draft, and some findings bound it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.confidence import FAILED_SCORE, INJECTION_SCORE, confidence
from graphs.policy import AUTO_SCORE, POLICY_VERSION, REVIEW_SCORE
from graphs.state import Check, Classification, Draft, GuardMark, PassageRef

SCORES = st.floats(0, 1)


def score(*, support: float = 0.95, passed: bool = True, flagged: bool = False, **changed: Any) -> float:
    classification = Classification(
        intent="refund_request",
        intent_score=changed.get("intent_score", 0.95),
        department="billing",
        risk="low",
        risk_reason="",
        sentiment="neutral",
        sentiment_score=0.6,
        urgency="normal",
        urgency_score=0.8,
        language="en",
        language_score=0.9,
        wants_person=False,
        wants_person_score=0.0,
        out_of_scope_score=changed.get("out_of_scope", 0.02),
        small_talk="",
        question="How long do refunds take?",
    )
    passages = [
        PassageRef(
            chunk_id=f"{name}:1:0",
            document_id=name,
            title=name,
            version=1,
            position=0,
            score=value,
            dense_score=value,
            lexical_score=value,
        )
        for name, value in (("refunds", 0.6), ("other", 0.3))
    ]
    cited: Any = {"document_id": "refunds"}
    draft = Draft(
        text=changed.get("text", "10 days. [1]"),
        citations=[cited],
        engine="embedded",
        model=changed.get("model", "m"),
        prompt_version="",
        support_score=support,
        fallback_reason="",
        digest="",
    )
    check = Check(grounding_score=1.0 if passed else 0.0, problems=[], passed=passed)
    guard = GuardMark(injection_score=0.0, injection_flagged=flagged, reasons=[], redacted=[])
    return confidence(
        classification,
        passages if changed.get("found", True) else [],
        draft,
        check,
        guard,
        changed.get("policy_version", POLICY_VERSION),
    )


def test_a_well_supported_draft_may_be_sent_and_a_poor_one_not() -> None:
    assert score(support=0.99) >= AUTO_SCORE
    assert score(support=0.05) < REVIEW_SCORE


@given(SCORES, SCORES)
def test_more_support_never_lowers_the_confidence(first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert score(support=low) <= score(support=high)


@given(SCORES)
def test_it_is_a_probability(support: float) -> None:
    assert 0 <= score(support=support, found=False) <= 1


def test_a_failed_check_is_below_every_band_in_which_a_draft_is_used() -> None:
    assert score(passed=False) <= FAILED_SCORE < REVIEW_SCORE


def test_a_flagged_message_is_never_answered_alone() -> None:
    assert score(support=1.0, flagged=True) <= INJECTION_SCORE < AUTO_SCORE


def test_an_empty_draft_has_none() -> None:
    assert score(text=" ") == 0


def test_small_talk_is_as_sure_as_its_intent() -> None:
    assert score(model="template", intent_score=0.8) == pytest.approx(0.8)
    assert score(model="template", passed=False) == 0


def test_a_turn_that_began_under_earlier_weights_keeps_them() -> None:
    assert score(support=0.6, policy_version="2026-11-1") != score(support=0.6)
