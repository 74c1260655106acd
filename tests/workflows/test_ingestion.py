"""Ingestion and deletion on a real Temporal server: batches, refusals, crashes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

from activities.ingestion import IngestionActivities
from activities.knowledge import parts
from activities.knowledge.reports import Counts, IngestionRequest
from activities.ports import KnowledgeUnavailableError
from activities.records.database import Database
from activities.records.ingestions import Ingestions
from activities.records.models import Ingestion
from tests.knowledge.builders import jsonl_file
from tests.knowledge.writing import Bench
from workflows.documents import DocumentWorkflow
from workflows.ingestion import IngestionWorkflow
from workflows.ingestion_client import IngestionRuns
from workflows.messages import ingestion_workflow_id
from workflows.refusals import Refused
from workflows.registry import build_worker


@asynccontextmanager
async def serve(client: Client, task_queue: str, bench: Bench, *, cached: int = 0) -> AsyncIterator[None]:
    """Run a worker that keeps ``cached`` workflows; without them each task replays all of it."""
    activities = IngestionActivities(bench.writer()).all()
    async with build_worker(client, activities, task_queue=task_queue, max_cached_workflows=cached):
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


async def activities_of(handle: WorkflowHandle[Any, Any]) -> list[str]:
    """Return the names of the activities of a workflow, in order."""
    events = [event async for event in handle.fetch_history_events()]
    return [
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in events
        if event.HasField("activity_task_scheduled_event_attributes")
    ]


async def written(bench: Bench, request: IngestionRequest) -> Ingestion:
    row = await Ingestions(bench.database).get(request.ingestion_id)
    assert row is not None
    return row


async def test_a_file_of_many_documents_is_taken_in_by_a_workflow_for_each_part(
    temporal_client: Client, task_queue: str, folder: Bench
) -> None:
    data = jsonl_file(*({"_id": f"p{number}", "body": f"Page {number}."} for number in range(40)))
    request = await folder.writer().accept("kb.jsonl", data, department="hr", classification="internal")
    async with serve(temporal_client, task_queue, folder):
        handle = await start(temporal_client, task_queue, request)
        assert await handle.result() == Counts(taken=40)
        progress = await handle.query(IngestionWorkflow.progress)
    assert (progress.total, progress.counts, progress.chunks) == (40, Counts(taken=40), 40)
    assert (progress.share, progress.state) == (1.0, "ended")
    assert await activities_of(handle) == ["plan_parts", "finish_ingestion"]
    part = temporal_client.get_workflow_handle(f"{handle.id}:1")
    assert await activities_of(part) == ["stage_documents", "embed_chunks", "index_chunks", "publish_documents"]
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


async def test_one_document_that_always_fails_is_reported_and_the_others_of_its_part_are_taken(
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
    assert counts == Counts(taken=39, refused=1)
    row = await written(folder, request)
    assert row.status == "completed"
    assert row.report["refused"] == [
        {"source": "kb.jsonl#21", "reason": "could not be taken now; upload the file again"}
    ]
    assert folder.index.ids() == {"public": await folder.chunk_ids()}


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
        await asyncio.wait_for(reached.wait(), 60)
        assert await folder.answering() == {}
    async with serve(temporal_client, task_queue, folder):
        assert await handle.result() == Counts(taken=1)
    assert await folder.answering() == {"guide.md": ["One.", "Two.", "Three."]}
    assert folder.index.ids() == {"public": await folder.chunk_ids()}


def many(documents: int) -> bytes:
    """A file whose documents are large enough for a workflow each."""
    names = (f"p{number}" for number in range(documents))
    return jsonl_file(
        *({"_id": name, "title": name, "body": f"One sentence of page {name}. " * 1400} for name in names)
    )


@dataclass
class Gate:
    """Stops the writer in the middle of writing to the index, once."""

    bench: Bench
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    def close(self) -> None:
        async def wait() -> None:
            self.reached.set()
            await self.opened.wait()

        self.bench.index.meanwhile = wait


async def test_a_paused_ingestion_begins_nothing_until_it_is_resumed(
    temporal_client: Client, task_queue: str, folder: Bench
) -> None:
    gate = Gate(folder)
    gate.close()
    request = (await folder.writer().accept("kb.jsonl", many(4))).model_copy(update={"parts_at_once": 1})
    async with serve(temporal_client, task_queue, folder):
        handle = await start(temporal_client, task_queue, request)
        await asyncio.wait_for(gate.reached.wait(), 60)
        assert (await handle.execute_update(IngestionWorkflow.pause)).state == "paused"
        gate.opened.set()
        part = temporal_client.get_workflow_handle_for(DocumentWorkflow.run, f"{handle.id}:1")
        await wait_for_activity(part, "index_chunks")
        assert await folder.answering() == {}
        assert (await handle.query(IngestionWorkflow.progress)).counts == Counts()
        assert (await handle.execute_update(IngestionWorkflow.resume)).state == "running"
        assert await handle.result() == Counts(taken=4)


async def wait_for_activity(handle: WorkflowHandle[Any, Any], name: str) -> None:
    """Return when the workflow's activity has completed."""
    scheduled = 0
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.activity_task_scheduled_event_attributes.activity_type.name == name:
            scheduled = event.event_id
        if scheduled and event.activity_task_completed_event_attributes.scheduled_event_id == scheduled:
            return


@pytest.mark.parametrize("way", ["update", "temporal"])
async def test_a_cancelled_ingestion_keeps_what_answers_and_takes_back_what_was_begun(
    way: str, temporal_client: Client, task_queue: str, folder: Bench
) -> None:
    await folder.ingest("kb.jsonl", jsonl_file({"_id": "p1", "title": "p1", "body": "Old."}))
    gate = Gate(folder)
    gate.close()
    request = (await folder.writer().accept("kb.jsonl", many(3))).model_copy(update={"parts_at_once": 1})
    async with serve(temporal_client, task_queue, folder):
        handle = await start(temporal_client, task_queue, request)
        await asyncio.wait_for(gate.reached.wait(), 60)
        second = Gate(folder)

        async def stop_the_second() -> None:
            if (await handle.query(IngestionWorkflow.progress)).counts.taken == 1:
                second.reached.set()
                await second.opened.wait()
            else:
                folder.index.meanwhile = stop_the_second

        folder.index.meanwhile = stop_the_second
        gate.opened.set()
        await asyncio.wait_for(second.reached.wait(), 60)
        if way == "update":
            assert (await handle.execute_update(IngestionWorkflow.cancel)).state == "cancelling"
        else:
            await handle.cancel()
            part = temporal_client.get_workflow_handle(f"{handle.id}:2")
            async for event in part.fetch_history_events(wait_new_event=True):
                if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
                    break
        second.opened.set()
        assert (await handle.result()).taken == 1
    row = await written(folder, request)
    assert (row.status, row.report["cancelled"], row.report["refused"]) == ("cancelled", True, [])
    answering = await folder.answering()
    assert set(answering) == {"kb.jsonl#p0", "kb.jsonl#p1"}
    assert answering["kb.jsonl#p1"] == ["Old."]
    assert folder.index.ids() == {"public": await folder.chunk_ids()}


async def test_an_ended_ingestion_is_not_paused(temporal_client: Client, task_queue: str, folder: Bench) -> None:
    request = await folder.writer().accept("guide.md", b"# Guide\n\nText.")
    runs = IngestionRuns(temporal_client, task_queue=task_queue)
    async with serve(temporal_client, task_queue, folder):
        await runs.start(request)
        await runs.start(request)
        handle = temporal_client.get_workflow_handle_for(
            IngestionWorkflow.run, ingestion_workflow_id(request.ingestion_id)
        )
        await handle.result()
        with pytest.raises(Refused, match="has ended"):
            await runs.turn(request.ingestion_id, "pause")
        progress = await runs.progress(request.ingestion_id)
    assert progress is not None
    assert (progress.state, progress.share, progress.chunks) == ("ended", 1.0, 1)
    assert await runs.progress("unknown") is None


async def test_a_file_of_very_many_parts_goes_on_in_a_new_run(
    temporal_client: Client, task_queue: str, folder: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PARTS_AT_ONCE", 2)
    monkeypatch.setattr(parts, "TOGETHER_DOCUMENTS", 2)
    data = jsonl_file(*({"_id": f"p{number}", "body": f"Page {number}."} for number in range(9)))
    request = await folder.writer().accept("kb.jsonl", data)
    async with serve(temporal_client, task_queue, folder):
        handle = await start(temporal_client, task_queue, request)
        assert await handle.result() == Counts(taken=9)
        progress = await handle.query(IngestionWorkflow.progress)
    assert (progress.total, progress.share, progress.chunks) == (9, 1.0, 9)
    assert (await written(folder, request)).report["counts"]["taken"] == 9
    assert len(await folder.answering()) == 9
    first = temporal_client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
    assert await activities_of(first) == ["plan_parts"]
