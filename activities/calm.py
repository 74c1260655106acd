"""When a worker has nothing to do, so that work which can wait is done then and never before a customer's."""

import asyncio
import time
from typing import Any

from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

REST_SECONDS = 2.0
"""Without an activity for so long a worker has nothing to do: between two steps there are milliseconds."""


class Calm(Interceptor):
    """Watches the activities of the workers that it is given to."""

    def __init__(self, rest_seconds: float = REST_SECONDS) -> None:
        """Take ``rest_seconds`` without an activity for calm."""
        self._rest = rest_seconds
        self._running = 0
        self._ended = time.monotonic()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Count what runs."""
        return _Counted(next, self)

    async def __call__(self) -> None:
        """Return when no activity has run for a while."""
        while (left := self._left()) > 0:
            await asyncio.sleep(left)

    def begin(self) -> None:
        """Note that an activity begins."""
        self._running += 1

    def end(self) -> None:
        """Note that an activity has ended."""
        self._running -= 1
        self._ended = time.monotonic()

    def _left(self) -> float:
        return self._rest if self._running else self._ended + self._rest - time.monotonic()


class _Counted(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, calm: Calm) -> None:
        super().__init__(next)
        self._calm = calm

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        self._calm.begin()
        try:
            return await super().execute_activity(input)
        finally:
            self._calm.end()
