"""An answer given again, through the door, a real workflow and real records: marked in its turn, and free of cost."""

from collections.abc import AsyncIterator

import pytest

from evals.benchmarks.real_steps import Agent
from tests.api.conftest import World
from tests.api.modelled import MODEL, Modelled, open_modelled
from tests.fake_ollama import grounded
from tests.turns.customers import RULE

ASKED = "How long is an account locked after 10 wrong passwords?"
ALIKE = "For how long is an account locked after 10 wrong passwords?"
OTHER = "For how long is an account locked after 5 wrong passwords?"


@pytest.fixture
async def modelled(agent: Agent, world: World, temporal_address: str, task_queue: str) -> AsyncIterator[Modelled]:
    async with open_modelled(agent, world, temporal_address, task_queue) as found:
        yield found


async def test_a_like_question_of_another_customer_gets_the_answer_and_only_the_first_one_costs(
    modelled: Modelled,
) -> None:
    modelled.server.answer_to = grounded((RULE, RULE))
    first, again, other = [await modelled.ask(*each) for each in (("ada", ASKED), ("bob", ALIKE), ("bob", OTHER))]

    assert [turn["answer"] for turn in (first, again)] == [RULE, RULE]
    assert [turn["cached"] for turn in (first, again, other)] == [False, True, False]
    assert len(modelled.server.requests) == 2

    row = await modelled.read(f"/v1/audit/{again['id']}")
    assert (row["engine"], row["model"], row["route"]) == ("ollama", MODEL, {})
    assert (await modelled.read(f"/v1/audit/{first['id']}"))["route"]["tries"][0]["output_tokens"] == 45

    costs = await modelled.read("/v1/costs", by="turn")
    assert {each["key"]: each["cost"] for each in costs["items"]} == {
        first["id"]: pytest.approx(0.771),
        other["id"]: pytest.approx(0.771),
    }
    assert (costs["total"]["calls"], costs["total"]["input_tokens"]) == (2, 642)
    assert costs["total"]["cost"] == pytest.approx(1.542)
