"""Kills by a schedule: a worker that sends SIGKILL to itself after so many steps and a moment, again at each start."""

import json
import os
import signal
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

SCHEDULE = "kills.json"
STRUCK = "kills.struck"
STEPS = "steps.done"
LATEST_SHARE = 0.9
"""The last kill is due before so much of the work is done, so that there is work left to be killed in."""
LONGEST_SECONDS = 2.0
"""A step of an ingestion takes up to some seconds: the kill comes somewhere inside it, at its end at the latest."""


@dataclass(frozen=True)
class Kill:
    """Strike when a worker has done ``steps`` steps since its start and begun another, after so many seconds."""

    steps: int
    seconds: float


def plan_kills(dice: Random, kills: int, steps: int) -> list[Kill]:
    """Return kills at random moments of a work of so many steps, in their order."""
    moments = sorted(dice.randrange(max(int(steps * LATEST_SHARE), 1)) for _ in range(kills))
    return [
        Kill(moment - before, round(dice.uniform(0, LONGEST_SECONDS), 3))
        for before, moment in zip([0, *moments], moments, strict=False)
    ]


def order_kills(folder: Path, kills: list[Kill]) -> None:
    """Leave the schedule for the workers of a data folder."""
    (folder / SCHEDULE).write_text(json.dumps([asdict(kill) for kill in kills]), encoding="utf-8")


def struck(folder: Path) -> int:
    """Return how many kills have struck."""
    return _length(folder / STRUCK)


def steps_done(folder: Path) -> int:
    """Return how many steps workers have done, those that were lost and done again counted each time."""
    return _length(folder / STEPS)


class KillInterceptor(Interceptor):
    """Counts the steps of one worker process, and ends it when the next kill of the schedule is due."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kill: Kill | None = None
        self._looked = False
        self._done = 0
        self._armed = False
        self._guard = threading.Lock()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Wrap the activities of a worker."""
        return _CountedActivities(next, self)

    def begun(self) -> None:
        """Set the clock when the kill is due in the step that begins."""
        if not self._looked:
            self._kill, self._looked = _next_kill(self._folder), True
        if self._kill and self._done >= self._kill.steps:
            clock = threading.Timer(self._kill.seconds, self._strike)
            clock.daemon = True
            clock.start()
            self._kill, self._armed = None, True

    def ended(self) -> None:
        """Count a step; one that is over before its kill comes is killed now, before anybody hears of it."""
        if self._armed:
            self._strike()
        self._done += 1
        _lengthen(self._folder / STEPS)

    def _strike(self) -> None:
        with self._guard:  # held for ever: nobody strikes twice
            _lengthen(self._folder / STRUCK)
            os.kill(os.getpid(), signal.SIGKILL)


class _CountedActivities(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, kills: KillInterceptor) -> None:
        super().__init__(next)
        self._kills = kills

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        self._kills.begun()
        result = await super().execute_activity(input)
        self._kills.ended()
        return result


def _next_kill(folder: Path) -> Kill | None:
    schedule, number = folder / SCHEDULE, struck(folder)
    kills = json.loads(schedule.read_text(encoding="utf-8")) if schedule.exists() else []
    return Kill(**kills[number]) if number < len(kills) else None


def _lengthen(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b".")


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
