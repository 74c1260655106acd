"""Taking turns at being measured, so that a busy minute of the machine hits every contestant alike."""

import statistics
import time
from collections.abc import Awaitable, Callable

Contestant = Callable[[int], Awaitable[object]]


async def alternate(contestants: dict[str, Contestant], rounds: int, warmup: int = 10) -> dict[str, list[float]]:
    """Return the seconds of each call, ``rounds`` a contestant, called in turn after ``warmup`` uncounted rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(warmup + rounds):
        for name, call in contestants.items():
            started = time.perf_counter()
            await call(number)
            if number >= warmup:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def milliseconds(values: list[float], share: float = 0.5) -> float:
    """Return a quantile of seconds in milliseconds, e.g. ``share`` 0.95 for p95."""
    ordered = sorted(values)
    index = min(len(ordered) - 1, round(share * (len(ordered) - 1)))
    return round(1000 * (statistics.median(ordered) if share == 0.5 else ordered[index]), 2)
