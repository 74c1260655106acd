"""What a worker does beside its activities."""

import asyncio

import pytest

from workflows.worker import beside


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
