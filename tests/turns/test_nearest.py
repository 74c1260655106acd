"""A customer whose question no document answers reads what they do say nearest, and by when a person answers."""

import re
from collections.abc import AsyncIterator

import pytest

from evals.benchmarks.real_steps import Agent
from evals.benchmarks.trivial_steps import TrivialSteps
from tests.workflows.conftest import Customer
from tests.workflows.replays import failure
from workflows.client import Conversations, connect
from workflows.registry import build_worker


@pytest.fixture
async def customer(agent: Agent, temporal_address: str, task_queue: str) -> AsyncIterator[Customer]:
    client, records = await connect(temporal_address), TrivialSteps()
    async with build_worker(client, agent.activities(None, records), task_queue=task_queue):
        yield Customer(Conversations(client, task_queue=task_queue), client, records)


async def test_what_is_known_is_said_with_its_source_before_a_person_takes_over(customer: Customer) -> None:
    turn = await customer.say("Can a neighbour unlock my account by phone with a PIN?")
    assert (turn.status, turn.engine, turn.citations) == ("handed_off", "none", [])
    assert re.search(
        r"passed it on to a colleague\. The closest that our documents come is in Reset your password.*: “Support "
        r"staff cannot lift the lock by hand\.” That may not be your answer\. "
        r"You will have an answer here by \d\d:\d\d UTC",
        turn.answer or "",
    )
    assert await failure(await customer.handle.fetch_history()) is None


async def test_nothing_is_named_for_what_is_not_ours(customer: Customer) -> None:
    turn = await customer.say("Who won the football game last night?")
    assert turn.status == "handed_off"
    assert "colleague. You will have an answer here by" in (turn.answer or "")
