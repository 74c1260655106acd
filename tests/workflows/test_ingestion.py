"""Ingestion and deletion on a real Temporal server: batches, refusals, crashes, replay."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, Worker

from activities.ingestion import IngestionActivities
from activities.knowledge.reports import Counts, IngestionRequest
from activities.ports import KnowledgeUnavailableError
from activities.records.database import Database
from activities.records.ingestions import Ingestions
from activities.records.models import Ingestion
from tests.knowledge.builders import jsonl_file
from tests.knowledge.writing import Bench
from workflows.ingestion import IngestionProgress, IngestionWorkflow
from workflows.messages import ingestion_workflow_id
from workflows.registry import WORKFLOWS, runner

HISTORIES = sorted((Path(__file__).parent / "histories").glob("ingestion_*.json"))


@asynccontextmanager
async def serve(client: Client, task_queue: str, bench: Bench) -> AsyncIterator[None]:
    """Run a worker that keeps no workflow, so that each task replays all of it."""
    activities = IngestionActivities(bench.writer()).all()
    async with Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=activities,
        workflow_runner=runner(),
        max_cached_workflows=0,
        graceful_shutdown_timeout=timedelta(seconds=1),
    ):
        yield


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[Bench]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    yield Bench(database)
    await database.close()


async def start(
    client: Client, task_queue: str, request: IngestionRequest
) -> WorkflowHandle[IngestionWorkflow, Counts]:
    return await client.start_workflow(
        IngestionWorkflow.run, request, id=ingestion_workflow_id(request.ingestion_id), task_queue=task_queue
    )


async def written(bench: Bench, request: IngestionRequest) -> Ingestion:
    row = await Ingestions(bench.database).get(request.ingestion_id)
    assert row is not None
    return row


async def test_a_file_of_many_documents_is_taken_in_batches(
    temporal_client: Client, task_queue: str, folder: Bench
) -> None:
    data = jsonl_file(*({"_id": f"p{number}", "body": f"Page {number}."} for number in range(40)))
    request = await folder.writer().accept("kb.jsonl", data, department="hr", classification="internal")
    async with serve(temporal_client, task_queue, folder):
        handle = await start(temporal_client, task_queue, request)
        assert await handle.result() == Counts(taken=40)
        assert await handle.query(IngestionWorkflow.progress) == IngestionProgress(total=40, counts=Counts(taken=40))
    batches = [
        event
        async for event in handle.fetch_history_events()
        if event.HasField("activity_task_scheduled_event_attributes")
    ]
    assert len(batches) == 5
    row = await written(folder, request)
    assert (row.status, row.report["counts"]["taken"], len(row.report["taken"])) == ("completed", 40, 40)
    assert len(await folder.answering()) == 40
    assert list(folder.index.ids()) == ["internal.hr"]


async def test_a_refused_file_ends_the_ingestion_with_its_reason(
    temporal_client: Client, task_queue: str, folder: Bench
) -> None:
    request = await folder.writer().accept("a.pdf", b"not a pdf")
    async with serve(temporal_client, task_queue, folder):
        assert await (await start(temporal_client, task_queue, request)).result() == Counts(refused=1)
    row = await written(folder, request)
    assert row.status == "failed"
    assert row.report["refused"] == [
        {"source": "a.pdf", "reason": "the file is damaged: its name says PDF, its content does not"}
    ]


async def test_an_index_that_comes_back_delays_and_loses_nothing(
    temporal_client: Client, task_queue: str, folder: Bench
) -> None:
    async def fail() -> None:
        raise KnowledgeUnavailableError("away")

    folder.index.meanwhile = fail
    request = await folder.writer().accept("guide.md", b"# Guide\n\nText.")
    async with serve(temporal_client, task_queue, folder):
        assert await (await start(temporal_client, task_queue, request)).result() == Counts(taken=1)
    assert await folder.answering() == {"guide.md": ["Text."]}


async def test_a_batch_that_always_fails_is_reported_and_the_others_are_taken(
    temporal_client: Client, task_queue: str, folder: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def embed(texts: list[str]) -> object:
        if any("p20" in text for text in texts):
            raise ValueError("a bug")
        return embed_well(texts)

    embed_well = folder.embedder.embed
    monkeypatch.setattr(folder.embedder, "embed", embed)
    data = jsonl_file(*({"_id": f"p{number}", "title": f"p{number}", "body": "Page."} for number in range(40)))
    request = await folder.writer().accept("kb.jsonl", data)
    async with serve(temporal_client, task_queue, folder):
        counts = await (await start(temporal_client, task_queue, request)).result()
    assert counts == Counts(taken=24, refused=16)
    row = await written(folder, request)
    assert row.status == "completed"
    assert row.report["refused"] == [
        {"source": "kb.jsonl#17-32", "reason": "could not be taken now; upload the file again"}
    ]


async def test_a_worker_that_dies_in_a_batch_is_replaced_by_the_next(
    temporal_client: Client, task_queue: str, folder: Bench
) -> None:
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    folder.index.meanwhile = hang
    request = await folder.writer().accept("guide.md", b"# Guide\n\nOne.\n\n## B\n\nTwo.\n\n## C\n\nThree.")
    async with serve(temporal_client, task_queue, folder):
        handle = await start(temporal_client, task_queue, request)
        await asyncio.wait_for(reached.wait(), 10)
        assert await folder.answering() == {}
    async with serve(temporal_client, task_queue, folder):
        assert await handle.result() == Counts(taken=1)
    assert await folder.answering() == {"guide.md": ["One.", "Two.", "Three."]}
    assert folder.index.ids() == {"public": await folder.chunk_ids()}


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_stored_ingestion_replays(path: Path) -> None:
    replayer = Replayer(workflows=WORKFLOWS, workflow_runner=runner(), data_converter=pydantic_data_converter)
    history = WorkflowHistory.from_json(path.stem, json.loads(path.read_text(encoding="utf-8")))
    assert len(history.events) > 10
    assert (await replayer.replay_workflow(history)).replay_failure is None


def test_there_are_stored_histories() -> None:
    assert {path.stem for path in HISTORIES} == {"ingestion_batches", "ingestion_deletion", "ingestion_refused"}
