"""What a turn does with each thing that a chat model can do: the real graph, workflow and checks, a scripted server."""

from collections.abc import AsyncIterator

import pytest

from activities.turn_records import audit_row
from evals.benchmarks.real_steps import Agent
from graphs.state import ModelTry
from tests.fake_ollama import AnswerTo, FakeOllama, Reply, chat, cut, fake_ollama, grounded, hang, respond
from tests.turns.customers import LOCKED, REMEDY, RULE, model_customer
from tests.workflows.conftest import Customer


@pytest.fixture
async def server() -> AsyncIterator[FakeOllama]:
    async with fake_ollama() as fake:
        yield fake


def outcomes(customer: Customer) -> list[tuple[str, str]]:
    """Model and outcome of each try of the last turn, as its audit row has them."""
    tries: list[ModelTry] = audit_row(customer.steps.records[-1]).route["tries"]
    return [(each["model"], each["outcome"]) for each in tries]


def reasons(customer: Customer) -> str:
    return " ".join(audit_row(customer.steps.records[-1]).reasons)


async def test_a_good_answer_is_sent_in_the_models_words_with_its_sources(
    agent: Agent, server: FakeOllama, temporal_address: str, task_queue: str
) -> None:
    server.answer_to = grounded((RULE, RULE), (REMEDY, REMEDY))
    async with model_customer(agent, server.url, temporal_address, task_queue) as customer:
        turn = await customer.say(LOCKED)
        row = audit_row(customer.steps.records[-1])

    assert (turn.status, turn.engine, turn.answer) == ("answered", "ollama", f"{RULE} {REMEDY}")
    assert [each["quote"] for each in turn.citations] == [RULE, REMEDY]
    assert (row.model, outcomes(customer)) == ("qwen3:4b", [("qwen3:4b", "answered")])
    assert row.route["tries"][0]["output_tokens"] == 45


TROUBLE: dict[str, tuple[Reply, list[str], str]] = {
    "half a JSON": (chat('{"answers": "fully", "sentences": [{"text": "Wait'), ["unusable"] * 2, "ModelOutputError"),
    "429": (respond(429, '{"error": "too many requests"}'), ["unavailable"] * 3, "refused (429)"),
    "500": (respond(500, '{"error": "runner terminated"}'), ["unavailable"] * 3, "refused (500)"),
    "a cut connection": (cut, ["unavailable"] * 3, "did not answer"),
}


@pytest.mark.parametrize(("reply", "tries", "reason"), list(TROUBLE.values()), ids=list(TROUBLE))
async def test_a_server_in_trouble_is_answered_for_by_the_embedded_engine(
    agent: Agent,
    server: FakeOllama,
    temporal_address: str,
    task_queue: str,
    reply: Reply,
    tries: list[str],
    reason: str,
) -> None:
    server.reply = reply
    async with model_customer(agent, server.url, temporal_address, task_queue) as customer:
        turn = await customer.say(LOCKED)

    assert (turn.status, turn.engine) == ("answered", "embedded")
    assert "30 minutes" in (turn.answer or "")
    assert [outcome for _, outcome in outcomes(customer)] == tries
    assert reason in reasons(customer)


async def test_a_model_that_hangs_is_given_up_and_not_asked_again_in_the_turn(
    agent: Agent, server: FakeOllama, temporal_address: str, task_queue: str
) -> None:
    server.reply = hang
    async with model_customer(agent, server.url, temporal_address, task_queue, seconds=0.3) as customer:
        turn = await customer.say(LOCKED)

    assert (turn.status, turn.engine) == ("answered", "embedded")
    assert outcomes(customer) == [("qwen3:4b", "unavailable")]
    assert "did not begin to answer" in reasons(customer)


CITED: dict[str, AnswerTo] = {
    "words that no passage has": grounded((RULE, "Every lock ends after a minute.")),
    "another passage": grounded((RULE, RULE), shift=1),
}


@pytest.mark.parametrize("script", list(CITED.values()), ids=list(CITED))
async def test_wrong_citations_are_repaired_once_and_then_not_believed(
    agent: Agent, server: FakeOllama, temporal_address: str, task_queue: str, script: AnswerTo
) -> None:
    server.answer_to = script
    async with model_customer(agent, server.url, temporal_address, task_queue) as customer:
        turn = await customer.say(LOCKED)

    assert (turn.status, turn.engine) == ("answered", "embedded")
    assert [outcome for _, outcome in outcomes(customer)] == ["unusable", "unusable"]
    assert "cite words that no passage has" in server.requests[1]["messages"][3]["content"]


async def test_a_repaired_answer_is_sent(
    agent: Agent, server: FakeOllama, temporal_address: str, task_queue: str
) -> None:
    server.replies = [chat('{"answers": "fully", "sent')]
    server.answer_to = grounded((RULE, RULE))
    async with model_customer(agent, server.url, temporal_address, task_queue) as customer:
        turn = await customer.say(LOCKED)

    assert (turn.status, turn.engine, turn.answer) == ("answered", "ollama", RULE)
    assert [outcome for _, outcome in outcomes(customer)] == ["unusable", "answered"]


async def test_a_sentence_that_says_more_than_its_quote_never_reaches_the_customer(
    agent: Agent, server: FakeOllama, temporal_address: str, task_queue: str
) -> None:
    lie = "An account is locked for 90 minutes after 10 wrong passwords in a row."
    server.answer_to = grounded((lie, RULE))
    async with model_customer(agent, server.url, temporal_address, task_queue) as customer:
        turn = await customer.say(LOCKED)

    assert (turn.status, turn.engine) == ("answered", "embedded")
    assert "90" not in (turn.answer or "")
    assert "failed the check" in reasons(customer)
    assert outcomes(customer) == [("qwen3:4b", "answered")]


async def test_a_simple_question_goes_to_the_small_model_and_a_hard_one_to_the_large(
    agent: Agent, server: FakeOllama, temporal_address: str, task_queue: str
) -> None:
    server.models = ["big", "tiny"]
    server.answer_to = grounded((RULE, RULE))
    async with model_customer(agent, server.url, temporal_address, task_queue, large="big", small="tiny") as customer:
        await customer.say(LOCKED)
        simple = audit_row(customer.steps.records[-1])
        await customer.say(f"{LOCKED} And why? Does it matter which browser I use, or on which device I tried?")
        hard = audit_row(customer.steps.records[-1])

    assert (simple.model, simple.route["tier"]) == ("tiny", "small")
    assert (hard.model, hard.route["tier"]) == ("big", "large")
    assert "more than one question" in hard.route["reason"]


async def test_the_other_model_of_the_route_answers_when_the_first_fails(
    agent: Agent, server: FakeOllama, temporal_address: str, task_queue: str
) -> None:
    server.models = ["big", "tiny"]
    server.by_model = {"tiny": respond(500, "{}")}
    server.answer_to = grounded((RULE, RULE))
    async with model_customer(agent, server.url, temporal_address, task_queue, large="big", small="tiny") as customer:
        turn = await customer.say(LOCKED)

    assert (turn.engine, turn.answer) == ("ollama", RULE)
    assert outcomes(customer) == [("tiny", "unavailable"), ("big", "answered")]


async def test_a_slow_start_is_hedged_by_the_other_model_of_the_route(
    agent: Agent, server: FakeOllama, temporal_address: str, task_queue: str
) -> None:
    server.models = ["big", "tiny"]
    server.by_model = {"tiny": hang}
    server.answer_to = grounded((RULE, RULE))
    async with model_customer(
        agent, server.url, temporal_address, task_queue, large="big", small="tiny", hedge_seconds=0.05
    ) as customer:
        turn = await customer.say(LOCKED)

    assert (turn.engine, turn.answer) == ("ollama", RULE)
    assert sorted(outcomes(customer)) == [("big", "answered"), ("tiny", "overtaken")]


async def test_a_model_that_failed_in_a_row_is_left_alone(
    agent: Agent, server: FakeOllama, temporal_address: str, task_queue: str
) -> None:
    server.reply = respond(500, "{}")
    async with model_customer(
        agent, server.url, temporal_address, task_queue, breaker_failures=2, breaker_seconds=3_600
    ) as customer:
        await customer.say(LOCKED)
        asked = len(server.requests)
        turn = await customer.say(LOCKED)

    assert asked == 2
    assert len(server.requests) == asked
    assert (turn.status, turn.engine) == ("answered", "embedded")
