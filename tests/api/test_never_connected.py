"""An API that has been up longer than Temporal has: what needs Temporal says so, the rest is told without it."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.knowledge.revisions import Revisions
from activities.records.source_tables import Source
from api.intake import Intake
from api.source_desk import SourceDesk
from tests.api.conftest import World
from workflows.client import TemporalUnavailableError

NOWHERE = "127.0.0.1:1"
ROW = Source(id="help", name="help", kind="folder", status="active", interval_seconds=60)


async def statuses(*_: Any) -> None:
    """Records that take every status."""


@pytest.fixture
async def desk() -> SourceDesk:
    records: Any = SimpleNamespace(set_status=statuses)
    return SourceDesk(await Client.connect(NOWHERE, lazy=True), records, sync=None)  # type: ignore[arg-type]  # unused


async def test_a_source_is_listed_without_its_progress(desk: SourceDesk) -> None:
    assert await desk.progress(ROW) is None


@pytest.mark.parametrize("change", ["sync", "pause", "resume", "remove"])
async def test_a_source_is_not_steered_now(change: str, desk: SourceDesk) -> None:
    with pytest.raises(TemporalUnavailableError):
        await getattr(desk, change)(ROW)


@pytest.mark.parametrize("call", ["place", "remove"])
async def test_a_document_is_not_moved_or_removed_now(call: str) -> None:
    client = await Client.connect(NOWHERE, lazy=True)
    none: Any = None
    intake = Intake(client, none, none, none, wait=timedelta(seconds=1))
    with pytest.raises(TemporalUnavailableError):
        await getattr(intake, call)("refunds")


async def test_a_version_is_not_restored_now_and_nothing_looks_as_if_it_were(world: World) -> None:
    document_id = await world.publish("guide.md", "# Guide\n\nPress both buttons.\n")
    writer, revisions = world.intake.writer, Revisions(world.database, world.intake.writer)
    nobody = await Client.connect(NOWHERE, lazy=True, data_converter=pydantic_data_converter)
    intake = Intake(nobody, writer, world.services.ingestions, revisions)
    world.app.state.services = replace(world.services, intake=intake)
    answer = await (await world.client("root")).post(f"/v1/documents/{document_id}/versions/1/restore")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    [row] = [each for each in await world.services.ingestions.recent(5) if each.status != "completed"]
    assert (row.status, row.report["refused"][0]["source"]) == ("failed", "guide.md")
