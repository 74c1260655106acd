"""Event streams: nothing is lost, nobody waits for a slow reader, and every stream ends in time."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.deps import Options
from api.events import EventHub, EventsInterruptedError, next_offset
from tests.api.conftest import World
from tests.api.fakes import AT, FakeChat
from workflows.messages import Event

LIFE = timedelta(seconds=30)


@pytest.fixture
def options() -> Options:
    return Options(stream_life=timedelta(milliseconds=200))


def progress(number: int) -> Event:
    return Event(name="turn.progress", seq=number, step="searching", at=AT)


def parse(stream: str) -> list[dict[str, str]]:
    """Return the fields of each event of a stream, comments left out."""
    blocks = [block.split("\n") for block in stream.split("\n\n")]
    return [
        dict(line.split(": ", 1) for line in block if line and not line.startswith(":"))
        for block in blocks
        if any(line.startswith("event:") for line in block)
    ]


async def follow(world: World, conversation_id: str, **headers: str) -> list[dict[str, str]]:
    client = await world.client("ada", headers=headers)
    answer = await client.get(f"/v1/conversations/{conversation_id}/events")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/event-stream")
    return parse(answer.text)


async def test_events_are_numbered_by_their_offset(world: World) -> None:
    conversation_id = await world.ask("ada")
    await world.chat.publish(
        conversation_id, progress(1), Event(name="message.completed", seq=2, text="30 days", at=AT)
    )
    events = await follow(world, conversation_id)
    assert [(event["id"], event["event"]) for event in events] == [("0", "turn.progress"), ("1", "message.completed")]
    assert json.loads(events[1]["data"])["text"] == "30 days"


async def test_a_reader_that_comes_back_gets_exactly_what_it_missed(world: World) -> None:
    conversation_id = await world.ask("ada")
    await world.chat.publish(conversation_id, *(progress(number) for number in range(5)))
    assert [event["id"] for event in await follow(world, conversation_id, **{"Last-Event-ID": "2"})] == ["3", "4"]


async def test_a_stream_ends_with_its_life_and_says_when_to_come_back(world: World) -> None:
    client = await world.client("ada")
    answer = await client.get(f"/v1/conversations/{await world.ask('ada')}/events")
    assert answer.text.rstrip().endswith("retry: 1000")
    assert answer.headers["x-accel-buffering"] == "no"


async def test_a_closed_conversation_ends_its_stream(world: World) -> None:
    conversation_id = await world.ask("ada")
    await world.chat.publish(conversation_id, Event(name="conversation.closed", at=AT))
    client = await world.client("ada")
    answer = await client.get(f"/v1/conversations/{conversation_id}/events")
    assert answer.text.rstrip().endswith("retry: 60000")


async def test_a_broken_subscription_is_said_in_the_stream(world: World) -> None:
    conversation_id = await world.ask("ada")
    await world.chat.publish(conversation_id, progress(1))
    await world.chat.break_down()
    events = await follow(world, conversation_id)
    assert [event["event"] for event in events] == ["turn.progress", "error"]


async def test_a_principal_holds_only_so_many_streams_and_gets_places_back(world: World) -> None:
    long = replace(world.services.options, stream_life=timedelta(minutes=3))
    world.app.state.services = replace(world.services, options=long)
    client, path = await world.client("ada"), f"/v1/conversations/{await world.ask('ada')}/events"
    asked = [asyncio.create_task(client.get(path)) for _ in range(9)]
    done, open_ones = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result().status_code for task in done] == [429]
    await world.chat.publish(path.split("/")[3], Event(name="conversation.closed", at=AT))
    assert [answer.status_code for answer in await asyncio.gather(*open_ones)] == [200] * 8
    assert (await client.get(path)).status_code == 200


async def test_many_readers_share_one_subscription_and_each_gets_everything() -> None:
    chat = FakeChat()
    hub = EventHub(chat.events)
    await chat.publish("c", progress(0))

    async def read(count: int) -> list[int]:
        async with aclosing(hub.read("c", 0, LIFE)) as numbered:
            return [(await anext(numbered))[0] for _ in range(count)]

    readers = [asyncio.create_task(read(3)) for _ in range(5)]
    await chat.publish("c", progress(1), progress(2))
    assert await asyncio.gather(*readers) == [[0, 1, 2]] * 5
    assert chat.subscriptions == [("c", 0)]


async def test_a_reader_that_stops_reading_holds_nobody_and_loses_nothing() -> None:
    chat = FakeChat()
    hub = EventHub(chat.events)
    await chat.publish("c", *(progress(number) for number in range(100)))
    async with aclosing(hub.read("c", 0, LIFE)) as slow, aclosing(hub.read("c", 0, LIFE)) as quick:
        assert (await anext(slow))[0] == 0
        assert [(await anext(quick))[0] for _ in range(100)] == list(range(100))
        assert [(await anext(slow))[0] for _ in range(99)] == list(range(1, 100))


async def test_events_that_come_later_are_read_once_and_in_order() -> None:
    chat = FakeChat()
    async with aclosing(EventHub(chat.events).read("c", 0, LIFE)) as numbered:
        received = []
        for number in range(5):
            await chat.publish("c", progress(number))
            received.append((await anext(numbered))[0])
    assert received == [0, 1, 2, 3, 4]


async def test_the_subscription_ends_with_its_last_reader_and_starts_anew() -> None:
    chat = FakeChat()
    hub = EventHub(chat.events)
    await chat.publish("c", progress(0))
    for _ in range(2):
        async with aclosing(hub.read("c", 0, LIFE)) as numbered:
            assert (await anext(numbered))[0] == 0
    assert chat.subscriptions == [("c", 0)] * 2


async def test_readers_of_a_broken_subscription_are_told_after_what_arrived() -> None:
    async def source(conversation_id: str, offset: int) -> AsyncIterator[tuple[int, Event]]:
        yield 0, progress(0)
        raise ConnectionError("gone")

    numbered = EventHub(source).read("c", 0, LIFE)
    assert (await anext(numbered))[0] == 0
    with pytest.raises(EventsInterruptedError):
        await anext(numbered)


@given(st.integers(min_value=0, max_value=10**14))
def test_the_last_event_is_followed_by_the_next(offset: int) -> None:
    assert next_offset(str(offset)) == offset + 1


@given(st.one_of(st.none(), st.text(max_size=30)))
def test_no_last_event_id_breaks_a_stream(text: str | None) -> None:
    assert next_offset(text) >= 0
