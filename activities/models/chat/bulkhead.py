"""How many calls of chat models one worker makes at once, and how many may wait for a place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from activities.ports import ModelBypassedError


class Bulkhead:
    """``places`` calls run, ``queue`` wait, the rest is turned away: the embedded engine answers those at once."""

    def __init__(self, places: int, queue: int, wait_seconds: float) -> None:
        """Wait at most ``wait_seconds`` for a place."""
        self._places = asyncio.Semaphore(places)
        self._queue = queue
        self._wait_seconds = wait_seconds
        self._waiting = 0

    @property
    def free(self) -> bool:
        """Whether a call that came now would not wait."""
        return not self._places.locked()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place while the block runs. Raises ``ModelBypassedError`` when the queue is full or too slow."""
        await self._take()
        try:
            yield
        finally:
            self._places.release()

    async def _take(self) -> None:
        if self._places.locked() and self._waiting >= self._queue:
            raise ModelBypassedError(f"{self._waiting} calls wait for the chat model already")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._places.acquire()
        except TimeoutError as error:
            raise ModelBypassedError(f"no place at the chat model within {self._wait_seconds:g} s") from error
        finally:
            self._waiting -= 1
