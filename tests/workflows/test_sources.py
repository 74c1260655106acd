"""A source's workflow on a real Temporal server: syncs, deletions, pause, trouble at the source, replay."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle

from activities.deletion import DeletionActivities
from activities.ingestion import IngestionActivities
from activities.records.database import Database
from activities.records.source_tables import Source
from activities.sources import activities
from activities.sources.activities import SourceActivities
from activities.sources.messages import SyncReport
from activities.sources.sync import SourceSync
from tests.sources.conftest import Rig, make_rig
from tests.sources.web_server import Answer, Asked, serve_site
from tests.workflows.replays import failure, read, stored
from workflows import sources
from workflows.registry import build_worker
from workflows.source_client import start_sources
from workflows.sources import SourceInput, SourceWorkflow, source_workflow_id

HISTORIES = stored("source_*")
RECORD = os.environ.get("RECORD_HISTORIES", "")


@asynccontextmanager
async def serve(client: Client, task_queue: str, rig: Rig) -> AsyncIterator[None]:
    """Run a worker that keeps no workflow, so that each task replays all of it."""
    writer = rig.bench.writer()
    steps = [
        *IngestionActivities(writer).all(),
        *DeletionActivities(writer.deletion).all(),
        *SourceActivities(rig.sync).all(),
    ]
    async with build_worker(client, steps, task_queue=task_queue, max_cached_workflows=0):
        yield


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    (tmp_path / "docs").mkdir()
    rig = make_rig(database, tmp_path)
    write_pages(rig, 2)
    yield rig
    await database.close()


def write_pages(rig: Rig, count: int) -> None:
    """Write the source's pages: each takes workflows of its own, so most tests have two."""
    for number in range(count):
        (rig.folder / "docs" / f"{number}.md").write_text(f"# Page {number}\n\nText {number}.")


async def start(
    client: Client, task_queue: str, source: Source, **options: Any
) -> WorkflowHandle[SourceWorkflow, None]:
    return await client.start_workflow(
        SourceWorkflow.run,
        SourceInput(**{"source_id": source.id, "interval_seconds": 3600.0, **options}),
        id=source_workflow_id(source.id),
        task_queue=task_queue,
    )


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    """Look again until it is so."""
    async with asyncio.timeout(60):
        while not await look():
            await asyncio.sleep(0.05)


async def synced(rig: Rig, source: Source, number: int = 1) -> SyncReport:
    """Wait until a sync has ended, and return its report as records have it."""
    latest = SyncReport()

    async def ended() -> bool:
        nonlocal latest
        row = await rig.rows.get(source.id)
        latest = SyncReport.model_validate(row.report if row else {})
        return latest.number >= number

    await until(ended)
    return latest


async def record(client: Client, handle: WorkflowHandle[SourceWorkflow, None], name: str) -> None:
    """Store the history of the first run, when asked to."""
    if RECORD:
        first = (await handle.describe()).raw_description.workflow_execution_info.first_run_id
        history = await client.get_workflow_handle(handle.id, run_id=first).fetch_history()
        (Path(RECORD) / f"source_{name}.json").write_text(json.dumps(history.to_json_dict(), indent=1) + "\n")


async def test_a_source_is_taken_followed_and_removed_with_its_documents(
    temporal_client: Client, task_queue: str, rig: Rig
) -> None:
    write_pages(rig, 10)
    source = await rig.add("folder", {"path": str(rig.folder / "docs")})
    async with serve(temporal_client, task_queue, rig):
        handle = await start(temporal_client, task_queue, source)
        first = await synced(rig, source)
        assert (first.listed, first.taken, first.error) == (10, 10, "")
        assert len(await rig.answers()) == 10

        (rig.folder / "docs" / "0.md").unlink()
        (rig.folder / "docs" / "1.md").write_text("# Page 1\n\nNew text.")
        await handle.signal(SourceWorkflow.sync_now)
        second = await synced(rig, source, 2)
        assert (second.taken, second.removed) == (1, 1)
        assert (await rig.answers())["1.md"] == "New text."
        assert (await handle.query(SourceWorkflow.progress)).number == 2
        await record(temporal_client, handle, "taken")

        await handle.signal(SourceWorkflow.remove)
        await handle.result()
    assert await rig.answers() == {}
    assert await rig.partitions() == {}
    assert await rig.rows.get(source.id) is None


async def test_a_removal_stops_a_listing_that_runs(
    temporal_client: Client, task_queue: str, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities, "LOOK_SECONDS", 0.05)
    source = await rig.add("folder", {"path": str(rig.folder / "docs")})
    listing, stopped = asyncio.Event(), asyncio.Event()

    async def endless(*_: object) -> None:
        listing.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with serve(temporal_client, task_queue, rig):
        handle = await start(temporal_client, task_queue, source)
        await synced(rig, source)
        monkeypatch.setattr(SourceSync, "list_changes", endless)
        await handle.signal(SourceWorkflow.sync_now)
        await listing.wait()
        await rig.rows.set_status(source.id, "removing")
        await handle.signal(SourceWorkflow.remove)
        await handle.result()
    assert stopped.is_set()
    assert await rig.answers() == {}
    assert await rig.rows.get(source.id) is None


async def test_a_watched_folder_is_synced_when_it_changes(temporal_client: Client, task_queue: str, rig: Rig) -> None:
    source = await rig.add("folder", {"path": str(rig.folder / "docs")})

    async def found() -> bool:
        return "new.md" in await rig.answers()

    async with serve(temporal_client, task_queue, rig):
        handle = await start(temporal_client, task_queue, source, watched=True)
        await synced(rig, source)
        assert not await found()
        (rig.folder / "docs" / "new.md").write_text("# New\n\nFresh.")
        await until(found)
        assert (await rig.answers())["new.md"] == "Fresh."
        await handle.signal(SourceWorkflow.remove)
        await handle.result()


async def test_sources_that_temporal_has_lost_are_started_again_and_one_that_was_to_go_goes(
    temporal_client: Client, task_queue: str, rig: Rig
) -> None:
    source = await rig.add("folder", {"path": str(rig.folder / "docs")})
    going = await rig.add("folder", {"path": str(rig.folder / "docs")}, name="going")
    await rig.rows.set_status(going.id, "removing")

    async def gone() -> bool:
        return await rig.rows.get(going.id) is None

    async with serve(temporal_client, task_queue, rig):
        for _ in range(2):
            await start_sources(temporal_client, rig.rows, task_queue=task_queue)
        assert (await synced(rig, source)).taken == 2
        await until(gone)
        await temporal_client.get_workflow_handle(source_workflow_id(source.id)).terminate()


async def test_a_paused_source_does_nothing_until_it_goes_on(
    temporal_client: Client, task_queue: str, rig: Rig
) -> None:
    source = await rig.add("folder", {"path": str(rig.folder / "docs")})
    async with serve(temporal_client, task_queue, rig):
        handle = await start(temporal_client, task_queue, source, paused=True)
        assert (await handle.query(SourceWorkflow.progress)).phase == "paused"
        assert await rig.answers() == {}
        await handle.signal(SourceWorkflow.resume)
        assert (await synced(rig, source)).taken == 2
        await record(temporal_client, handle, "paused")
        await handle.terminate()


async def test_a_source_that_wants_to_be_left_alone_for_long_is_said_and_left_alone(
    temporal_client: Client, task_queue: str, rig: Rig
) -> None:
    with serve_site() as site:
        pages = [{"id": number, "v": 1, "body": f"Text {number}."} for number in range(3)]

        def answer(asked: Asked) -> Answer | None:
            if asked.path != "/list":
                return 429, {"Retry-After": "999999999"}, b""
            return 200, {"Content-Type": "application/json"}, json.dumps(pages).encode()

        site.answer = answer
        config = {"url": f"{site.url}/list", "item_url": f"{site.url}/items/{{key}}", "updated": "v"}
        source = await rig.add("rest", config)
        async with serve(temporal_client, task_queue, rig):
            handle = await start(temporal_client, task_queue, source, interval_seconds=600.0)
            first = await synced(rig, source)
            assert first.error.endswith("answers 429, and asks to wait 1:00:00")
            assert (first.busy_seconds, first.failed, first.phase) == (3600, 3, "waiting")
            site.answer = lambda asked: (200, {}, json.dumps(pages if asked.path == "/list" else pages[0]).encode())
            await handle.signal(SourceWorkflow.sync_now)
            second = await synced(rig, source, 2)
            assert (second.taken, second.error, second.busy_seconds) == (3, "", 0)
            await handle.terminate()


async def test_trouble_at_the_source_is_in_the_report_and_ends_nothing(
    temporal_client: Client, task_queue: str, rig: Rig
) -> None:
    source = await rig.add("folder", {"path": "/etc"})
    async with serve(temporal_client, task_queue, rig):
        handle = await start(temporal_client, task_queue, source)
        report = await synced(rig, source)
        assert "HOLDFAST_SOURCE_FOLDERS" in report.error
        await record(temporal_client, handle, "refused")
        await handle.signal(SourceWorkflow.remove)
        await handle.result()


async def test_a_worker_that_dies_in_a_sync_is_replaced_by_the_next(
    temporal_client: Client, task_queue: str, rig: Rig
) -> None:
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    rig.bench.index.meanwhile = hang
    source = await rig.add("folder", {"path": str(rig.folder / "docs")})
    async with serve(temporal_client, task_queue, rig):
        handle = await start(temporal_client, task_queue, source)
        await asyncio.wait_for(reached.wait(), 30)
    async with serve(temporal_client, task_queue, rig):
        assert (await synced(rig, source)).taken == 2
        await handle.terminate()


async def test_a_sync_that_is_asked_for_during_a_long_one_follows_it(
    temporal_client: Client, task_queue: str, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "ROUNDS", 1)  # a run takes one round, and another goes on
    reached, asked = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        reached.set()
        await asked.wait()

    rig.bench.index.meanwhile = wait
    (rig.folder / "one").mkdir()
    (rig.folder / "one" / "page.md").write_text("# Page\n\nText.")
    source = await rig.add("folder", {"path": str(rig.folder / "one")})
    async with serve(temporal_client, task_queue, rig):
        handle = await start(temporal_client, task_queue, source)
        await reached.wait()
        await handle.signal(SourceWorkflow.sync_now)
        asked.set()
        assert (await synced(rig, source, 2)).number == 2
        await handle.terminate()


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_stored_source_replays(path: Path) -> None:
    history = read(path)
    assert len(history.events) > 10
    assert await failure(history) is None


def test_there_are_stored_histories() -> None:
    assert {path.stem for path in HISTORIES} == {"source_taken", "source_paused", "source_refused"}
