"""What the workflow refuses, and an engine that is away, as problems over HTTP."""

import pytest

from tests.api.conftest import World
from workflows.client import Refused
from workflows.messages import REFUSALS


@pytest.mark.parametrize(("kind", "status"), list(REFUSALS.items()))
async def test_each_refusal_of_the_workflow_becomes_its_problem(world: World, kind: str, status: int) -> None:
    conversation_id = await world.ask("ada")
    world.chat.refusal = Refused(kind, "no")
    answer = await (await world.client("ada")).post(
        f"/v1/conversations/{conversation_id}/messages", json={"message": "Hi"}
    )
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) == (status == 429)


async def test_an_unreachable_engine_is_a_503_that_tells_nothing_of_the_inside(world: World) -> None:
    await world.chat.break_down()
    answer = await (await world.client("ada")).post("/v1/conversations", json={"message": "Hi"})
    assert answer.status_code == 503
    assert "7233" not in answer.text
