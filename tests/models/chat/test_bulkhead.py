"""Places are bounded, the queue is bounded, and nobody waits for ever."""

import asyncio

import pytest

from activities.models.chat.bulkhead import Bulkhead
from activities.ports import ModelBypassedError


async def hold(bulkhead: Bulkhead, inside: list[int], number: int, release: asyncio.Event) -> None:
    async with bulkhead.place():
        inside.append(number)
        await release.wait()


async def test_as_many_run_as_there_are_places_and_the_queue_follows_in_order() -> None:
    bulkhead, inside, release = Bulkhead(2, 2, 60), list[int](), asyncio.Event()
    calls = [asyncio.create_task(hold(bulkhead, inside, number, release)) for number in range(4)]
    await asyncio.sleep(0)
    assert (inside, bulkhead.free) == ([0, 1], False)
    with pytest.raises(ModelBypassedError, match="2 calls wait"):
        async with bulkhead.place():
            pass
    release.set()
    await asyncio.gather(*calls)
    assert (inside, bulkhead.free) == ([0, 1, 2, 3], True)


async def test_who_waits_too_long_is_turned_away_and_takes_no_place() -> None:
    bulkhead, release = Bulkhead(1, 1, 0.01), asyncio.Event()
    holder = asyncio.create_task(hold(bulkhead, [], 0, release))
    await asyncio.sleep(0)
    with pytest.raises(ModelBypassedError, match="no place"):
        async with bulkhead.place():
            pass
    release.set()
    await holder
    assert bulkhead.free


async def test_a_place_is_given_back_whatever_happens() -> None:
    bulkhead = Bulkhead(1, 0, 60)
    with pytest.raises(RuntimeError):
        async with bulkhead.place():
            raise RuntimeError
    assert bulkhead.free
