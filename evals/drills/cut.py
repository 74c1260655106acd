"""Cut points: a worker process that kills somebody (itself, the API, the Temporal server) at one exact moment."""

import os
import signal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

Moment = Literal["before", "after"]
ORDER = "cut.json"
DONE = "cut.done"


class Cut(BaseModel):
    """Kill ``victim`` (a process id; 0 is the worker itself) at an activity's start or end, once."""

    activity: str
    moment: Moment
    victim: int = 0
    outcome: str = ""
    """For ``record_turn``: only when the turn has this status; empty for any."""


def order_cut(folder: Path, cut: Cut) -> None:
    """Leave the order for whichever worker comes there first."""
    (folder / DONE).unlink(missing_ok=True)
    draft = folder / f"{ORDER}.new"
    draft.write_text(cut.model_dump_json(), encoding="utf-8")
    draft.rename(folder / ORDER)


def was_cut(folder: Path) -> bool:
    """Return whether the last order was carried out."""
    return (folder / DONE).exists()


def mark_cut(folder: Path) -> None:
    """Note that a kill from outside was carried out."""
    (folder / DONE).touch()


class CutInterceptor(Interceptor):
    """Looks for an order before and after every activity, local ones included."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Wrap the activities of a worker."""
        return _CutActivities(next, self._folder)


class _CutActivities(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, folder: Path) -> None:
        super().__init__(next)
        self._folder = folder

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        self._maybe_cut("before", input)
        result = await super().execute_activity(input)
        self._maybe_cut("after", input)
        return result

    def _maybe_cut(self, moment: Moment, input: ExecuteActivityInput) -> None:
        order = self._folder / ORDER
        if not order.exists():
            return
        cut = Cut.model_validate_json(order.read_text(encoding="utf-8"))
        if (cut.activity, cut.moment) != (activity.info().activity_type, moment):
            return
        if cut.outcome and cut.outcome != input.args[0].turn.status:
            return
        try:
            order.rename(self._folder / DONE)
        except FileNotFoundError:  # the other worker was faster
            return
        os.kill(cut.victim or os.getpid(), signal.SIGKILL)
