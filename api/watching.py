"""What takes long, as a stream or a held request, goes on only as long as its reader has the right to it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Protocol, TypeVar

from workflows.messages import Event

RECHECK = timedelta(seconds=3)
T = TypeVar("T")


class RightsEndedError(Exception):
    """Who reads was switched off, or may not read this any more."""


class View(Protocol):
    """What a reader gets of events by the rights that they had when it was made: ``api.disclosure.Disclosure``."""

    async def event(self, event: Event) -> Event | None:
        """Return an event as the reader may see it."""
        ...


Look = Callable[[], Awaitable[View | None]]
"""Looks the reader's rights up in records; None when there are none any more."""


class Watch:
    """One reader of one stream; the rights are looked up anew ``every`` so often."""

    def __init__(self, look: Look, every: timedelta = RECHECK) -> None:
        self.every = every
        self._look = look
        self._view: View | None = None
        self._looked_at = 0.0

    async def shown(self, event: Event | None) -> Event | None:
        """Return an event as the reader may see it; None is nothing to show, and only looks whether they still may.

        Raises ``RightsEndedError``.
        """
        now = asyncio.get_running_loop().time()
        if self._view is None or now - self._looked_at >= self.every.total_seconds():
            self._view, self._looked_at = await self._look(), now
        if self._view is None:
            raise RightsEndedError
        return await self._view.event(event) if event else None


async def while_allowed(work: Awaitable[T], look: Callable[[], Awaitable[object]], every: timedelta = RECHECK) -> T:
    """Return what ``work`` gives; it is given up when ``look`` finds nothing any more. Raises ``RightsEndedError``."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=every.total_seconds())
            if not task.done() and await look() is None:
                raise RightsEndedError
        return task.result()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
