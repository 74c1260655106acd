"""What the policy does with a question about the company's insides, and with who was not helped."""

from typing import Any, cast

import pytest

from graphs.policy import AGAIN, INSIDE, INSIDE_SCORE, POLICY_VERSION, UNSOLVED, judge, may_point, notice_kind
from graphs.state import SupportState


def state(inside: float, **changed: Any) -> SupportState:
    draft = {"text": "10 days. [1]", "citations": [{"document_id": "d"}], "model": "m", "support_score": 0.99}
    scores = {"intent_score": 0.99, "out_of_scope_score": 0.01, "inside_score": inside}
    classification = {"risk": "low", "risk_reason": "", "wants_person": False, **scores}
    found: dict[str, Any] = {
        "classification": classification,
        "policy": {"version": POLICY_VERSION, "stopped": False, "auto_score": 0.9, "review_score": 0.5},
        "guard": {"injection_flagged": False},
        "draft": draft,
        "check": {"passed": True, "problems": [], "grounding_score": 1.0},
        "passages": [{"document_id": "d", "score": 0.9, "dense_score": 0.9, "lexical_score": 0.9}],
        **changed,
    }
    return cast("SupportState", found)


def test_a_question_about_the_companys_insides_is_handed_over() -> None:
    verdict = judge(state(INSIDE_SCORE))
    assert (verdict["route"], verdict["reasons"]) == ("handoff", [INSIDE])
    assert notice_kind(state(INSIDE_SCORE)) == "unsupported"


@pytest.mark.parametrize("asked", [state(INSIDE_SCORE - 0.01), state(0.99, reads_inside=True)])
def test_other_questions_and_those_of_insiders_are_judged_by_their_draft(asked: SupportState) -> None:
    assert INSIDE not in judge(asked)["reasons"]
    assert judge(asked)["confidence_score"] > 0


def weak(**changed: Any) -> SupportState:
    found = state(0.01)
    classification = {**found["classification"], **changed.pop("classification", {})}
    return state(0.01, draft={**found["draft"], "support_score": 0.1}, classification=classification, **changed)


def test_who_is_handed_over_may_be_told_what_is_nearest() -> None:
    assert judge(weak())["route"] == "handoff"
    assert may_point(weak())


@pytest.mark.parametrize(
    "asked",
    [
        state(0.01),
        state(INSIDE_SCORE),
        weak(classification={"risk": "high", "risk_reason": "A lawyer writes."}),
        weak(classification={"out_of_scope_score": 0.8}),
        weak(classification={"wants_person": True}),
        weak(guard={"injection_flagged": True}),
        weak(redrafts=1),
    ],
    ids=["answered", "inside", "risky", "not ours", "wants a person", "attack", "rejected"],
)
def test_but_not_what_a_person_must_see_first_nor_what_is_not_for_customers(asked: SupportState) -> None:
    assert not may_point(asked)


def test_who_was_not_helped_gets_a_person_and_no_draft() -> None:
    found = state(0.01)
    unhelped = state(0.01, classification={**found["classification"], "unsolved": True})
    assert (judge(unhelped)["route"], judge(unhelped)["reasons"]) == ("handoff", [UNSOLVED])
    assert notice_kind(unhelped) == "asked"
    assert not may_point(unhelped)


def test_an_answer_that_says_nothing_new_is_held_for_a_person() -> None:
    found = state(0.01)
    verdict = judge(state(0.01, draft={**found["draft"], "again": True}))
    assert (verdict["route"], AGAIN in verdict["reasons"]) == ("review", True)
    assert judge(found)["route"] == "finish"
