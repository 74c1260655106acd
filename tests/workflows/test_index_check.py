"""The nightly check of the index on a real Temporal server: its result in metrics and trail; its history replays."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from temporalio.client import Client
from temporalio.service import RPCError

from activities.index_check import IndexCheckActivities
from activities.knowledge.check import IndexReport
from activities.knowledge.comparison import PartitionCheck
from activities.records.database import Database
from activities.records.knowledge_events import EventFilter, KnowledgeTrail
from tests.workflows.replays import failure, read, stored
from workflows.index_check import CHECK_NOW, NIGHTLY_CHECK, IndexCheckWorkflow, check_now
from workflows.registry import build_worker

PARTITION = PartitionCheck(
    store="chroma", partition="public", expected=2, found=1, expected_hash="aa", found_hash="bb", missing=1
)
WELL = PARTITION.model_copy(update={"store": "exact", "found": 2, "found_hash": "aa", "missing": 0})
REPORT = IndexReport(chunks=2, partitions=[PARTITION, WELL], missing=1, documents=["refunds"], repaired=1)


class FoundOne:
    """A check that always finds one chunk missing."""

    async def run(self, turn: int) -> IndexReport:
        assert turn > 700_000
        return REPORT


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    yield database
    await database.close()


async def test_a_check_is_in_the_metrics_and_in_the_trail_with_the_hashes_that_differed(
    temporal_client: Client, task_queue: str, database: Database
) -> None:
    activities = IndexCheckActivities(FoundOne(), database)  # type: ignore[arg-type]
    async with build_worker(temporal_client, activities.all(), task_queue=task_queue):
        name = f"index-check-{uuid4()}"
        report = await temporal_client.execute_workflow(IndexCheckWorkflow.run, id=name, task_queue=task_queue)
    assert (report.missing, report.repaired, report.partitions) == (1, 1, [PARTITION])
    assert REGISTRY.get_sample_value("support_index_wrong_entries", {"kind": "missing"}) == 1
    assert REGISTRY.get_sample_value("support_index_wrong_entries", {"kind": "left"}) == 0
    [event] = await KnowledgeTrail(database).list_events(EventFilter(action="knowledge.checked"))
    assert (event.document_id, event.details["missing"], event.details["documents"]) == ("", 1, ["refunds"])
    assert event.details["hashes"] == {"chroma public": {"expected": "aa", "found": "bb"}}
    history = await temporal_client.get_workflow_handle(name).fetch_history()
    assert await failure(history) is None


async def test_a_stored_check_replays() -> None:
    [path] = stored("index_check")
    assert await failure(read(path)) is None


async def test_it_is_scheduled_once_and_left_off_when_told(temporal_client: Client, task_queue: str) -> None:
    for hour in (2, 5):
        await NIGHTLY_CHECK.schedule(temporal_client, hour, task_queue=task_queue)
    found = await temporal_client.get_schedule_handle(NIGHTLY_CHECK.schedule_id).describe()
    assert found.schedule.spec.calendars[0].hour[0].start == 5
    await NIGHTLY_CHECK.schedule(temporal_client, -1)
    with pytest.raises(RPCError, match="not found"):
        await temporal_client.get_schedule_handle(NIGHTLY_CHECK.schedule_id).describe()


async def test_two_workers_that_miss_something_start_one_check(
    temporal_client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.index_check.CHECK_NOW", name := f"{CHECK_NOW}-{uuid4()}")
    runs = []
    for _ in range(2):
        await check_now(temporal_client, task_queue=task_queue)
        runs.append((await temporal_client.get_workflow_handle(name).describe()).run_id)
    assert runs[0] == runs[1]
    await temporal_client.get_workflow_handle(name).terminate()
