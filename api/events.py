"""Server-sent events of conversations: one upstream subscription a conversation, however many people watch."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from fastapi.sse import ServerSentEvent

from api.watching import RECHECK, RightsEndedError, Watch
from workflows.messages import Event

KEPT_EVENTS = 2_000
STREAM_LIFE = timedelta(minutes=10)
RECONNECT_MILLISECONDS = 1_000
INTERRUPTED_MILLISECONDS = 3_000
CLOSED_MILLISECONDS = 60_000
logger = logging.getLogger(__name__)

Numbered = tuple[int, Event]
Source = Callable[[str, int], AsyncIterator[Numbered]]


class EventsInterruptedError(Exception):
    """The subscription behind a stream broke; the reader comes back with the last id it has."""


@dataclass
class Channel:
    """What arrived of one conversation so far, and who is woken by more."""

    events: deque[Numbered] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    readers: int = 0
    ended: bool = False
    failed: bool = False
    task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Wake everybody who waits, and give later waiters a fresh event."""
        self.changed.set()
        self.changed = asyncio.Event()

    def after(self, offset: int) -> list[Numbered]:
        """Return the kept events from ``offset`` on."""
        return [item for item in self.events if item[0] >= offset]


class EventHub:
    """Shares one subscription among all readers of a conversation on this process.

    A subscription is an Update in flight on the workflow, of which Temporal allows ten: without sharing, a few open
    browser tabs would keep the customer's own message out. Each reader has its own place, so a slow one holds nobody.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._channels: dict[str, Channel] = {}

    async def read(
        self, conversation_id: str, offset: int, life: timedelta, pulse: timedelta = RECHECK
    ) -> AsyncGenerator[Numbered | None, None]:
        """Yield ``(offset, event)`` from ``offset`` on (or the oldest kept), until the stream or ``life`` ends.

        While nothing happens, None comes every ``pulse``. Raises ``EventsInterruptedError`` when the upstream
        subscription broke.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + life.total_seconds()
        channel = self._join(conversation_id)
        try:
            while True:
                changed, ended = channel.changed, channel.ended
                for number, event in channel.after(offset):
                    yield number, event
                    offset = number + 1
                if channel.failed:
                    raise EventsInterruptedError(conversation_id)
                if ended or clock() >= deadline:
                    return
                if not await _woken(changed, min(deadline - clock(), pulse.total_seconds())):
                    yield None
        finally:
            await self._leave(conversation_id, channel)

    def _join(self, conversation_id: str) -> Channel:
        channel = self._channels.get(conversation_id)
        if channel is None or channel.ended:
            channel = self._channels[conversation_id] = Channel()
            channel.task = asyncio.create_task(self._fill(conversation_id, channel))
        channel.readers += 1
        return channel

    async def _leave(self, conversation_id: str, channel: Channel) -> None:
        channel.readers -= 1
        if channel.readers == 0 and channel.task:
            if self._channels.get(conversation_id) is channel:
                del self._channels[conversation_id]
            channel.task.cancel()
            with suppress(asyncio.CancelledError):
                await channel.task

    async def _fill(self, conversation_id: str, channel: Channel) -> None:
        try:
            async for item in self._source(conversation_id, 0):
                channel.events.append(item)
                channel.wake()
        except Exception:
            logger.warning("event stream of conversation %s interrupted", conversation_id, exc_info=True)
            channel.failed = True
        finally:
            channel.ended = True
            channel.wake()


async def _woken(changed: asyncio.Event, seconds: float) -> bool:
    # The time-out wraps this wait alone: around a generator's yield it would cancel the consumer instead.
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return False
    return True


async def relay(
    hub: EventHub, conversation_id: str, offset: int, watch: Watch, *, life: timedelta = STREAM_LIFE
) -> AsyncIterator[ServerSentEvent]:
    """Yield as SSE what ``watch`` lets through of the conversation's events, until its reader's rights end.

    At the end the client is told when to come back with its last id.
    """
    yield ServerSentEvent(comment="open", retry=RECONNECT_MILLISECONDS)
    retry = RECONNECT_MILLISECONDS
    try:
        async with aclosing(hub.read(conversation_id, offset, life, watch.every)) as numbered:
            async for item in numbered:
                shown = await watch.shown(item[1] if item else None)
                if item is None or shown is None:
                    continue
                data = shown.model_dump(mode="json", exclude_none=True)
                yield ServerSentEvent(event=shown.name, id=str(item[0]), data=data)
                retry = CLOSED_MILLISECONDS if shown.name == "conversation.closed" else retry
    except RightsEndedError:
        retry = CLOSED_MILLISECONDS
        yield ServerSentEvent(event="error", data={"detail": "You may not read this conversation any more."})
    except EventsInterruptedError:
        retry = INTERRUPTED_MILLISECONDS
        yield ServerSentEvent(event="error", data={"detail": "The event stream was interrupted; reconnecting."})
    yield ServerSentEvent(comment="reconnect", retry=retry)


def next_offset(last_event_id: str | None) -> int:
    """Return the offset to go on from; an id that is not one of ours starts from the beginning."""
    known = last_event_id and last_event_id.isascii() and last_event_id.isdecimal() and len(last_event_id) < 16
    return int(last_event_id) + 1 if last_event_id and known else 0
