"""A circuit breaker for one model: after failures in a row it is left alone, then tried by one call at a time.

Our own because none of the kept libraries fits: pybreaker is for threads and Tornado, aiobreaker has had no release
since 2021, and purgatory lets every waiting call through at once when it probes, at a model that just came back.
"""

import time
from collections.abc import Callable
from typing import Literal

BreakerState = Literal["closed", "open", "half_open"]


class Breaker:
    """Counts failures in a row. Of one event loop; nothing here waits."""

    def __init__(self, failures: int, open_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Open after ``failures`` in a row, for ``open_seconds``, then let single probes through."""
        self._limit = failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._failed = 0
        self._opened_at = 0.0
        self._probing = False

    @property
    def state(self) -> BreakerState:
        """``closed``: all calls pass; ``open``: none does; ``half_open``: one may."""
        if self._failed < self._limit:
            return "closed"
        return "open" if self._clock() - self._opened_at < self._open_seconds else "half_open"

    @property
    def passable(self) -> bool:
        """Whether a call that came now would be let through."""
        return self.state == "closed" or (self.state == "half_open" and not self._probing)

    def enter(self) -> bool:
        """Ask to make a call; when it returns true, one of ``succeed``, ``fail`` and ``leave`` must follow."""
        if not self.passable:
            return False
        self._probing = self.state == "half_open"
        return True

    def succeed(self) -> None:
        """The call gave something usable: close."""
        self._failed, self._probing = 0, False

    def fail(self) -> None:
        """The call gave nothing usable: count it; a probe that fails opens again for the whole time."""
        self._failed += 1
        self._probing = False
        if self._failed >= self._limit:
            self._opened_at = self._clock()

    def leave(self) -> None:
        """The call ended without a verdict, as when it was cancelled."""
        self._probing = False
