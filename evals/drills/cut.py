"""Cut points: a worker process that kills somebody (itself, the API, the Temporal server) at one exact moment."""

import os
import signal
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.nodes import SupportNodes

Moment = Literal["before", "after"]
ORDER = "cut.json"
DONE = "cut.done"
STEPS = ("classify", "retrieve", "answer", "check")


class Cut(BaseModel):
    """Kill ``victim`` (a process id; 0 is the worker itself) at the start or end of an activity or a step, once."""

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
        name = activity.info().activity_type
        _maybe_cut(self._folder, name, "before", input.args)
        result = await super().execute_activity(input)
        _maybe_cut(self._folder, name, "after", input.args)
        return result


def cut_steps(nodes: type[SupportNodes], folder: Path) -> None:
    """Look for an order before and after each working step too: several are taken in one activity."""
    for name in STEPS:
        setattr(nodes, name, _around(getattr(nodes, name), name, folder))


def _around(step: Callable[..., Any], name: str, folder: Path) -> Callable[..., Any]:
    @wraps(step)
    async def cut_step(*args: Any) -> Any:
        _maybe_cut(folder, name, "before", args[1:])
        result = await step(*args)
        _maybe_cut(folder, name, "after", args[1:])
        return result

    return cut_step


def _maybe_cut(folder: Path, name: str, moment: Moment, args: Sequence[Any]) -> None:
    order = folder / ORDER
    if not order.exists():
        return
    cut = Cut.model_validate_json(order.read_text(encoding="utf-8"))
    if (cut.activity, cut.moment) != (name, moment):
        return
    if cut.outcome and cut.outcome != args[0].turn.status:
        return
    try:
        order.rename(folder / DONE)
    except FileNotFoundError:  # the other worker was faster
        return
    os.kill(cut.victim or os.getpid(), signal.SIGKILL)
