"""The judge gives an opinion where there is a model, none where there is not, and its nonsense is counted as none."""

import json

from evals.golden import Case, Result
from evals.judge import agreement, evaluate_judge
from tests.fake_ollama import chat, fake_ollama


def answer(name: str, problems: list[str]) -> Result:
    return Result(
        case=Case(id=name, question="How long do refunds take?", user="ada", outcome="answered"),
        outcome="answered",
        intent="refund",
        confidence_score=0.95,
        text="Refunds take 5 days. [1]",
        quotes=["Refunds take 5 days."],
        leaks=[],
        problems=problems,
    )


async def test_the_judge_is_compared_with_the_golden_set() -> None:
    async with fake_ollama() as fake:
        fake.reply = chat(json.dumps({"answers_question": True, "supported": True, "reason": "it does"}))
        found = await evaluate_judge([answer("a", []), answer("b", ["wrong"])], fake.url, "qwen3:4b")
    assert found is not None
    assert (found["n"], found["agreement"], found["differs"], found["failed"]) == (2, 0.5, ["b"], 0)
    assert "Refunds take 5 days." in json.dumps(fake.requests, ensure_ascii=False)


async def test_an_answer_that_is_no_opinion_is_counted_as_none() -> None:
    async with fake_ollama() as fake:
        fake.reply = chat("I think it is fine")
        found = await evaluate_judge([answer("a", [])], fake.url, "qwen3:4b")
    assert found is not None
    assert (found["n"], found["failed"], found["agreement"]) == (0, 1, None)


async def test_without_the_model_there_is_no_judge() -> None:
    async with fake_ollama() as fake:
        fake.models = ["another"]
        assert await evaluate_judge([answer("a", [])], fake.url, "qwen3:4b") is None
    assert await evaluate_judge([answer("a", [])], "http://127.0.0.1:9", "qwen3:4b") is None


def test_agreement_by_chance_is_no_agreement() -> None:
    found = agreement([(True, True), (True, False), (False, True), (False, False)])
    assert found == {"n": 4, "right": 0.5, "agreement": 0.5, "kappa": 0.0}
