"""Sentences reach the customer while the model is still writing, each checked, and none that has to be unsaid later."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from activities.turns import Event, TurnView
from evals.benchmarks.real_steps import Agent
from tests.fake_ollama import FakeOllama, fake_ollama, grounded
from tests.turns.customers import LOCKED, REMEDY, RULE, model_customer
from tests.workflows.conftest import Customer
from tests.workflows.replays import failure

LIE = "An account is locked for 90 minutes after 10 wrong passwords in a row."
MAIL = "Write to jane.roe@example.org, who lifts the lock at once."


@pytest.fixture
async def server() -> AsyncIterator[FakeOllama]:
    async with fake_ollama() as fake:
        yield fake


@pytest.fixture
async def customer(agent: Agent, server: FakeOllama, temporal_address: str, task_queue: str) -> AsyncIterator[Customer]:
    async with model_customer(agent, server.url, temporal_address, task_queue) as found:
        yield found


class Reader:
    """Reads a conversation's events as they come."""

    def __init__(self, customer: Customer) -> None:
        self._events = customer.conversations.events(customer.id)
        self.seen: list[Event] = []

    async def until(self, name: str) -> Event:
        """Return the next event of that name."""
        async with asyncio.timeout(120):
            async for _, event in self._events:
                self.seen.append(event)
                if event.name == name:
                    return event
        raise AssertionError(f"no {name}")


async def asked(customer: Customer, text: str) -> "tuple[asyncio.Task[TurnView], Reader]":
    asking = asyncio.create_task(customer.say(text))
    while True:
        try:
            await customer.handle.describe()
            return asking, Reader(customer)
        except Exception:
            await asyncio.sleep(0.01)


async def test_the_first_sentence_is_read_while_the_second_is_not_written_yet(
    customer: Customer, server: FakeOllama
) -> None:
    more = asyncio.Event()
    server.answer_to = grounded((RULE, RULE), (REMEDY, REMEDY), hold={1: more})
    asking, reader = await asked(customer, LOCKED)
    first = await reader.until("message.delta")
    assert not asking.done()
    more.set()
    second = await reader.until("message.delta")
    turn = await asking
    completed = await reader.until("message.completed")

    assert [(each.attempt, each.seq, each.text) for each in (first, second)] == [(1, 1, RULE), (1, 2, f" {REMEDY}")]
    assert first.text + second.text == turn.answer
    assert completed.turn == turn
    assert [event.name for event in reader.seen].count("message.delta") == 2
    assert (turn.status, turn.engine) == ("answered", "ollama")


@pytest.mark.parametrize("bad", [LIE, MAIL], ids=["another number", "personal data"])
async def test_a_later_sentence_that_fails_ends_the_stream_and_a_person_decides(
    customer: Customer, server: FakeOllama, bad: str
) -> None:
    server.answer_to = grounded((RULE, RULE), (bad, REMEDY), (REMEDY, REMEDY))
    asking, reader = await asked(customer, LOCKED)
    requested = await reader.until("review.requested")
    turn = await asking
    record = customer.steps.records[-1]

    assert [event.text for event in reader.seen if event.name == "message.delta"] == [RULE]
    assert (turn.status, requested.turn) == ("pending_review", turn)
    assert "taken it back" in (turn.answer or "")
    assert record.case is not None
    assert any("stopped after 1 sentence:" in reason for reason in record.case.reasons)
    assert record.state["draft"]["text"] == RULE
    assert "90" not in f"{[event.text for event in reader.seen]}{turn.answer}"
    digest = record.state["draft"]["digest"]
    decided = await customer.decide(turn, "edit", text=f"{RULE} {REMEDY}", digest=digest)
    assert (decided.turn.status, decided.turn.answer) == ("answered", f"{RULE} {REMEDY}")


async def test_a_first_sentence_that_fails_is_read_by_nobody(customer: Customer, server: FakeOllama) -> None:
    server.answer_to = grounded((LIE, RULE), (REMEDY, REMEDY))
    asking, reader = await asked(customer, LOCKED)
    completed = await reader.until("message.completed")

    assert [event.attempt for event in reader.seen if event.name == "message.delta"] == [0]
    assert completed.turn is not None
    assert completed.turn.engine == "embedded"
    assert await asking == completed.turn


@pytest.mark.parametrize(
    "message",
    [
        "My account is locked, I will sue you, how long do I have to wait?",
        "Pay me back 900 euros for my locked account",
    ],
    ids=["legal threat", "large refund"],
)
async def test_nothing_is_streamed_of_a_turn_that_a_person_sees_anyway(
    customer: Customer, server: FakeOllama, message: str
) -> None:
    server.answer_to = grounded((RULE, RULE))
    turn = await customer.say(message)
    reader = Reader(customer)
    await reader.until("review.requested")

    assert turn.status in ("pending_review", "handed_off")
    assert [event for event in reader.seen if event.name == "message.delta"] == []


async def test_sentences_of_a_model_that_found_no_answer_are_not_streamed(
    customer: Customer, server: FakeOllama
) -> None:
    server.answer_to = grounded((RULE, RULE), answers="not")
    turn = await customer.say(LOCKED)
    reader = Reader(customer)
    await reader.until("message.completed")

    assert turn.engine == "embedded"
    assert [event.attempt for event in reader.seen if event.name == "message.delta"] == [0]


async def test_after_a_cut_connection_the_next_attempt_replaces_what_was_read(
    customer: Customer, server: FakeOllama
) -> None:
    server.replies_to = [grounded((RULE, RULE), (REMEDY, REMEDY), cut_after=1)]
    server.answer_to = grounded((REMEDY, REMEDY))
    asking, reader = await asked(customer, LOCKED)
    await reader.until("message.completed")
    turn = await asking

    deltas = [event for event in reader.seen if event.name == "message.delta"]
    assert [event.text for event in deltas] == [RULE, REMEDY]
    assert deltas[1].attempt > deltas[0].attempt
    assert (turn.answer, turn.engine) == (REMEDY, "ollama")
    tries = customer.steps.records[-1].state["draft"]["route"]["tries"]
    assert [each["outcome"] for each in tries] == ["unavailable", "answered"]


async def test_a_streamed_turn_replays(customer: Customer, server: FakeOllama) -> None:
    server.answer_to = grounded((RULE, RULE), (REMEDY, REMEDY))
    await customer.say(LOCKED)

    assert await failure(await customer.handle.fetch_history()) is None
