"""What a worker does beside its activities."""

import asyncio
from unittest.mock import MagicMock

import pytest

from activities.nodes import SupportNodes
from workflows.steps import DurableSteps
from workflows.worker import activities_of, beside


def test_every_step_of_the_graph_is_among_the_activities() -> None:
    adapters = MagicMock(nodes=object.__new__(SupportNodes))
    listed = {
        each.__name__ for each in activities_of(adapters) if isinstance(getattr(each, "__self__", None), SupportNodes)
    }
    steps = {name for name, each in vars(SupportNodes).items() if hasattr(each, "__temporal_activity_definition")}
    assert listed == steps
    assert {name for name in vars(DurableSteps) if not name.startswith("_")} <= steps


async def test_work_beside_that_breaks_is_said_and_what_is_stopped_is_not(caplog: pytest.LogCaptureFixture) -> None:
    async def break_down() -> None:
        raise OSError("the disk is full")

    stopped = beside(asyncio.Event().wait())  # type: ignore[arg-type]  # what it returns is never read
    broken = beside(break_down())
    await asyncio.wait({broken})
    stopped.cancel()
    await asyncio.wait({stopped})

    (line,) = caplog.records
    assert "break_down" in line.getMessage()
    assert "restart the worker" in line.getMessage()
    assert str(line.exc_info and line.exc_info[1]) == "the disk is full"
