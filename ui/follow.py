"""A conversation as it happens: the truth from the API, with what the event stream adds while something is pending."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from ui.client import ApiError, Caller, pause
from ui.contract import Conversation, Event

TROUBLE_ATTEMPTS = 2
"""Failures in a row before the reader is told: one lost connection mends itself unseen."""
QUIET_SECONDS = 20.0
"""Without an event for this long the conversation is read again, in case one was missed."""
BLIND_SECONDS = 2.0
"""The same while the service cannot tell which turn runs."""


@dataclass
class Live:
    """What the page shows of a conversation at this moment."""

    conversation: Conversation
    step: str = ""
    partial: str = ""
    trouble: bool = False
    last_id: str = ""
    seen: dict[str, int] = field(default_factory=dict)
    written: tuple[int, int] = (0, 0)
    """Attempt and number of the last sentence in ``partial``."""

    @property
    def waiting(self) -> bool:
        """Whether something is still to come."""
        some = not self.conversation.live or any(turn.waiting for turn in self.conversation.turns)
        return self.conversation.status == "open" and some

    def apply(self, event: Event) -> bool:
        """Take one event in; return whether the page changes. A repeated step repeats its number and is passed over."""
        self.last_id = event.id or self.last_id
        if event.turn_id and event.seq and not event.attempt:
            if event.seq <= self.seen.get(event.turn_id, 0):
                return False
            self.seen[event.turn_id] = event.seq
        if event.name == "conversation.closed":
            self.conversation.status = "closed"
        elif event.turn is not None:
            self.conversation.put(event.turn)
            self.conversation.live = True
            self.step, self.partial, self.written = "", "", (0, 0)
        elif self._running(event.turn_id):
            if event.name == "message.delta":
                return self._write(event)
            self.step = event.step if event.name == "turn.progress" else self.step
        else:
            return False
        return True

    def _write(self, event: Event) -> bool:
        """Add a sentence; a higher attempt begins anew, an older one is passed over. 0: the whole answer, for good."""
        place = (event.attempt, event.seq)
        if event.attempt == 0:
            self.partial = event.text
        elif place <= self.written:
            return False
        else:
            self.partial = event.text if event.attempt > self.written[0] else self.partial + event.text
            self.written = place
        return True

    def _running(self, turn_id: str) -> bool:
        """Whether a turn is still to be answered; one that is not known yet is, as far as can be told."""
        known = {turn.id: turn.waiting for turn in self.conversation.turns}
        return known.get(turn_id, not self.conversation.live)


async def follow(caller: Caller, live: Live) -> AsyncIterator[Live]:
    """Yield ``live`` at each change until nothing is pending any more.

    A broken stream is opened again where it broke off, with growing pauses. Raises ``ApiError`` only for what no
    waiting mends.
    """
    failures = 0
    while live.waiting:
        try:
            async for changed in follow_once(caller, live):
                failures, live.trouble = 0, False
                yield changed
            failures = 0
        except ApiError as error:
            if not error.passing:
                raise
            failures += 1
            if failures >= TROUBLE_ATTEMPTS:
                live.trouble = True
                yield live
            await pause(failures, error.retry_after_seconds)


async def follow_once(caller: Caller, live: Live) -> AsyncIterator[Live]:
    """Yield ``live`` at each change until its stream ends or nothing is pending. Raises ``ApiError``."""
    identifier = live.conversation.id
    async with caller.events(identifier, live.last_id) as events:
        # Read after the stream is open: what happens from here on is in one of the two.
        live.conversation = await caller.conversation(identifier)
        yield live
        arriving = aiter(events)
        coming = asyncio.ensure_future(anext(arriving, None))
        try:
            while live.waiting:
                await asyncio.wait({coming}, timeout=QUIET_SECONDS if live.conversation.live else BLIND_SECONDS)
                if not coming.done():
                    live.conversation = await caller.conversation(identifier)
                    yield live
                    continue
                event = coming.result()
                if event is None:
                    return
                coming = asyncio.ensure_future(anext(arriving, None))
                if live.apply(event):
                    yield live
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
