"""At most one running handler a page: a new one ends the one before it, a closed page ends its own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


class Runs:
    """The running handlers of this process, by page. Gradio's own way to cancel a handler races with its successor."""

    def __init__(self) -> None:
        self._stops: dict[str, asyncio.Event] = {}

    async def run(self, page: str, steps: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """Yield what ``steps`` yields until it ends or another run of the same page takes over."""
        self.stop(page)
        stop = self._stops[page] = asyncio.Event()
        try:
            async with aclosing(until(stop, steps)) as going:
                async for step in going:
                    yield step
        finally:
            if self._stops.get(page) is stop:
                del self._stops[page]

    def stop(self, page: str) -> None:
        """End the run of a page, if it has one."""
        if stop := self._stops.get(page):
            stop.set()


async def until(stop: asyncio.Event, steps: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """Yield what ``steps`` yields until it ends or ``stop`` is set, whichever is first; then end ``steps`` too."""
    stopping = asyncio.ensure_future(stop.wait())
    coming: asyncio.Future[T] | None = None
    try:
        while not stop.is_set():
            coming = asyncio.ensure_future(anext(steps))
            await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                return
            try:
                step = coming.result()
            except StopAsyncIteration:
                return
            yield step
    finally:
        left = [task for task in (stopping, coming) if task and not task.done()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await steps.aclose()
