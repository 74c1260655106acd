"""Which model a question is for, and what is left of a long conversation."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.benchmarks.trivial_steps import TrivialSteps
from graphs.policy import may_stream
from graphs.routing import tier_of
from graphs.state import Exchange, SupportState
from graphs.summary import LINE_CHARACTERS, LINES, fold
from tests.graphs.test_support import state

SIMPLE = "what does it cost"


async def known(words: str, **changes: Any) -> SupportState:
    steps = TrivialSteps()
    found = state(words)
    found = SupportState(**{**found, **await steps.classify(found), **await steps.retrieve(found)})
    found["classification"] = {**found["classification"], **changes.pop("classification", {})}
    return SupportState(**{**found, **changes})


async def test_a_short_sure_question_with_a_near_passage_is_for_the_small_model() -> None:
    assert tier_of(await known(SIMPLE)) == ("small", "4 words, intent 0.99, passage 0.90")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"message": "why " * 30}, "30 words"),
        ({"message": "what? and why?"}, "more than one question"),
        ({"classification": {"intent_score": 0.4}}, "intent only 0.40"),
        ({"classification": {"out_of_scope_score": 0.6}}, "may be out of scope"),
        ({"classification": {"question": "what does it cost: the Family plan"}}, "a follow-up"),
        ({"passages": []}, "nearest passage only 0.00"),
        ({"redrafts": 1}, "written again after a rejection"),
    ],
)
async def test_anything_hard_is_for_the_large_model_and_says_why(changes: dict[str, Any], reason: str) -> None:
    tier, told = tier_of(await known(SIMPLE, **changes))
    assert tier == "large"
    assert reason in told


@pytest.mark.parametrize(
    ("message", "changes", "may"),
    [
        (SIMPLE, {}, True),
        ("risky", {}, False),
        ("a person", {}, False),
        ("stopped", {}, False),
        (SIMPLE, {"redrafts": 1}, False),
        (SIMPLE, {"retrieval_failed": True}, False),
        (SIMPLE, {"guard": {"injection_score": 1.0, "injection_flagged": True, "reasons": [], "redacted": []}}, False),
    ],
)
async def test_nothing_is_streamed_of_what_a_person_must_see(message: str, changes: dict[str, Any], may: bool) -> None:
    assert may_stream(await known(message, **changes)) is may


def exchange(number: int, message: str = "") -> Exchange:
    return Exchange(message=message or f"question {number}? More.", answer=f"answer {number}. More.", intent="x")


def test_each_forgotten_exchange_leaves_the_gist_of_question_and_answer() -> None:
    assert fold("", exchange(1)) == "Asked earlier: question 1? We said: answer 1."


@given(st.lists(st.text(max_size=400), max_size=40))
def test_a_summary_stays_short_however_long_the_conversation(messages: list[str]) -> None:
    summary = ""
    for number, message in enumerate(messages):
        summary = fold(summary, exchange(number, message))
    lines = summary.splitlines()
    assert len(lines) == min(len(messages), LINES)
    assert all(len(line) <= LINE_CHARACTERS + 40 for line in lines)
