"""What takes long ends with the rights of who waits for it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from activities.turns import TurnView
from api.watching import RightsEndedError, while_allowed
from tests.api.conftest import World
from workflows.messages import SendMessage

SOON = timedelta(milliseconds=10)


async def allowed() -> bool:
    return True


async def test_work_that_ends_gives_what_it_gives() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    assert await while_allowed(work(), allowed, SOON) == 7


async def test_an_error_of_the_work_is_the_callers() -> None:
    async def work() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await while_allowed(work(), allowed, SOON)


async def test_work_is_given_up_when_the_rights_end() -> None:
    given_up = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    async def ended() -> None:
        return None

    with pytest.raises(RightsEndedError):
        await while_allowed(work(), ended, SOON)
    assert given_up.is_set()


@pytest.mark.parametrize("how", ["deactivated", "key revoked"])
async def test_a_held_question_is_refused_when_who_asked_is_switched_off(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    options = replace(world.services.options, recheck=SOON)
    world.app.state.services = replace(world.services, options=options)
    shop = world.people["shop"].id
    key = await world.services.keys.create(shop, "till")
    asked = asyncio.Event()

    async def send(conversation_id: str, owner: str, message: SendMessage, wait: timedelta) -> TurnView | None:
        asked.set()
        await asyncio.Event().wait()
        return None

    monkeypatch.setattr(world.chat, "send", send)
    client = await world.client(headers={"X-API-Key": key.secret})
    waiting = asyncio.create_task(client.post("/v1/conversations?wait_seconds=60", json={"message": "Where is it?"}))
    await asked.wait()
    if how == "deactivated":
        await world.services.people.deactivate(shop)
    else:
        await world.services.keys.revoke(key.id)
    assert (await waiting).status_code == 401
