"""What a report says when disk, index or database stay away, that nothing half-indexed answers, and what comes next."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from temporalio.client import Client
from temporalio.common import RetryPolicy

from activities.knowledge.reports import Counts
from activities.ports import KnowledgeUnavailableError
from activities.records.database import Database, DatabaseUnavailableError
from tests.knowledge.writing import Bench
from tests.workflows.test_ingestion import folder, serve, start, written
from workflows import ingestion_policy

__all__ = ["folder"]

OLD, NEW = b"# Guide\n\nOld words.\n", b"# Guide\n\nNew words.\n\n## More\n\nAnd others.\n"
FULL_DISK = "The vectors cannot be used: [Errno 28] No space left on device."
AWAY = "Chroma cannot be used: ConnectError: connection refused."


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tries instead of six minutes of them."""
    twice = RetryPolicy(initial_interval=timedelta(milliseconds=10), maximum_attempts=2)
    monkeypatch.setitem(ingestion_policy.LONG, "retry_policy", twice)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (FULL_DISK, "the disk is full; make room and upload the file again"),
        (AWAY, "the search index could not be written for some minutes; upload the file again"),
    ],
)
async def test_an_index_that_stays_away_is_a_line_of_the_report_and_the_old_version_answers(
    said: str, line: str, temporal_client: Client, task_queue: str, folder: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await folder.ingest("guide.md", OLD)
    before = folder.index.ids()

    async def fail(*given: object) -> None:
        raise KnowledgeUnavailableError(said)

    async with serve(temporal_client, task_queue, folder):
        request = await folder.writer().accept("guide.md", NEW)
        with monkeypatch.context() as broken:
            broken.setattr(folder.index, "put", fail)
            assert await (await start(temporal_client, task_queue, request)).result() == Counts(refused=1)
        row = await written(folder, request)
        assert (row.status, row.report["refused"]) == ("failed", [{"source": "guide.md", "reason": line}])
        assert await folder.answering() == {"guide.md": ["Old words."]}
        assert folder.index.ids() == before
        assert folder.index.ids() == {"public": await folder.chunk_ids()}
        again = await folder.writer().accept("guide.md", NEW)
        assert await (await start(temporal_client, task_queue, again)).result() == Counts(taken=1)
    assert await folder.answering() == {"guide.md": ["New words.", "And others."]}


async def test_a_database_that_goes_away_half_way_is_a_line_of_the_report_and_nothing_of_the_file_answers(
    temporal_client: Client, task_queue: str, folder: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await folder.writer().accept("guide.md", NEW)
    away: list[str] = []
    well = Database.transact

    async def transact(self: Database, work: Callable[[Connection], Any]) -> Any:
        if folder.index.partitions and len(away) < 2:
            away.append("publish")
            raise DatabaseUnavailableError("cannot use the database: the server has gone away")
        return await well(self, work)

    monkeypatch.setattr(Database, "transact", transact)
    async with serve(temporal_client, task_queue, folder):
        assert await (await start(temporal_client, task_queue, request)).result() == Counts(refused=1)
        row = await written(folder, request)
        line = "the database could not be written for some minutes; upload the file again"
        assert row.report["refused"] == [{"source": "guide.md", "reason": line}]
        assert (await folder.answering(), folder.index.ids()) == ({}, {})
        assert await folder.chunk_ids() == set()
        again = await folder.writer().accept("guide.md", NEW)
        assert await (await start(temporal_client, task_queue, again)).result() == Counts(taken=1)
    assert await folder.answering() == {"guide.md": ["New words.", "And others."]}
