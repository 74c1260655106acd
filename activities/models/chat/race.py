"""Models of a route, one after the other; when one is slow to begin, two at once, and the first to begin goes on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from activities.ports import ModelBypassedError, ModelError, ModelOutputError, ModelTimeoutError, ModelUnavailableError
from graphs.state import Draft

Began = Callable[[], None]
Runner = Callable[[Began], Awaitable[Draft]]
"""Asks one model; calls its argument at the first token, at which the others are given up."""
WEIGHT: dict[type[ModelError], int] = {
    ModelOutputError: 3,
    ModelTimeoutError: 2,
    ModelUnavailableError: 1,
    ModelBypassedError: 0,
}
"""Which error speaks for the route: after nonsense, or an answer that was too slow, a retry is not worth it."""


class Race:
    """One question's way through its route."""

    def __init__(self, runners: Sequence[Runner], hedge_seconds: float, may_hedge: Callable[[], bool]) -> None:
        """After ``hedge_seconds`` without a token the next one is asked too, if ``may_hedge``; 0 leaves that off."""
        self._runners = list(runners)
        self._hedge_seconds = hedge_seconds
        self._may_hedge = may_hedge
        self._waiting = list(range(len(runners)))
        self._running: dict[asyncio.Task[Draft], int] = {}
        self._winner: int | None = None

    async def run(self) -> Draft:
        """Return the first draft. Raises the weightiest ``ModelError`` when all of them fail."""
        failed: list[ModelError] = []
        try:
            while self._waiting or self._running:
                if not self._running:
                    self._start()
                for task in await self._next():
                    self._winner = None
                    try:
                        return task.result()
                    except ModelError as error:
                        failed.append(error)
        finally:
            await self._give_up(list(self._running))
        raise max(failed, key=lambda error: WEIGHT.get(type(error), 0))

    async def _next(self) -> list[asyncio.Task[Draft]]:
        """Wait for whoever ends; start the next model when nobody has begun for too long."""
        hedging = self._waiting and self._winner is None and self._hedge_seconds and len(self._running) == 1
        done, _ = await asyncio.wait(
            self._running, timeout=self._hedge_seconds if hedging else None, return_when=asyncio.FIRST_COMPLETED
        )
        if not done and self._winner is None and self._may_hedge():
            self._start()
        for task in done:
            del self._running[task]
        return [task for task in done if not task.cancelled()]

    def _start(self) -> None:
        index = self._waiting.pop(0)
        self._running[asyncio.ensure_future(self._runners[index](lambda: self._begin(index)))] = index

    def _begin(self, index: int) -> None:
        """Let one model have the word; the others may be asked again should it fail."""
        if self._winner is not None:
            return
        self._winner = index
        for task, other in self._running.items():
            if other != index:
                task.cancel()
                self._waiting.append(other)

    async def _give_up(self, tasks: list[asyncio.Task[Draft]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
