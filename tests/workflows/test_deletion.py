"""The saga that removes a document, on a real Temporal server: proof, drafts, crashes, replay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHandle

from activities.deletion import DeletionActivities
from activities.knowledge.preparation import document_id_of
from activities.knowledge.reports import DeletionProof, DeletionRequest
from activities.records.database import Database, utc_now
from activities.records.knowledge_events import EventFilter, KnowledgeTrail
from activities.records.ledger import TurnLedger
from evals.benchmarks.trivial_steps import TrivialSteps
from tests.knowledge.writing import Bench
from tests.records.rows import audit, open_conversation, review, turn
from tests.workflows.conftest import Customer
from tests.workflows.replays import failure, read, stored
from workflows.client import Conversations
from workflows.deletion import DeletionWorkflow, deletion_workflow_id
from workflows.registry import build_worker

HISTORIES = stored("*deletion*")
GUIDE = document_id_of("guide.md")


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[Bench]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    yield Bench(database)
    await database.close()


@asynccontextmanager
async def serve(client: Client, task_queue: str, bench: Bench, steps: TrivialSteps) -> AsyncIterator[None]:
    """Run a worker that keeps no workflow, so that each task replays all of it."""
    activities = [*DeletionActivities(bench.writer().deletion).all(), *steps.activities]
    async with build_worker(client, activities, task_queue=task_queue, max_cached_workflows=0):
        yield


async def delete(client: Client, task_queue: str) -> WorkflowHandle[DeletionWorkflow, DeletionProof]:
    return await client.start_workflow(
        DeletionWorkflow.run,
        DeletionRequest(document_id=GUIDE, requested_at=utc_now(), requested_by="root"),
        id=deletion_workflow_id(f"{task_queue}:{GUIDE}"),
        task_queue=task_queue,
    )


async def wait_for_review(customer: Customer, name: str) -> None:
    while (await customer.conversations.snapshot(customer.id)).turns[-1].review_id != name:
        await asyncio.sleep(0.02)


async def test_a_deletion_ends_with_the_proof_and_says_so_in_the_trail(
    temporal_client: Client, task_queue: str, folder: Bench
) -> None:
    await folder.ingest("guide.md", b"# Guide\n\nText.")
    async with serve(temporal_client, task_queue, folder, TrivialSteps()):
        proof = await (await delete(temporal_client, task_queue)).result()
    assert proof == DeletionProof(document_id=GUIDE, outcome="deleted")
    assert await folder.answering() == {}
    events = await KnowledgeTrail(folder.database).list_events(EventFilter(document_id=GUIDE))
    assert [(event.action, event.actor_id) for event in events] == [
        ("document.deleted", "root"),
        ("document.deletion_requested", "root"),
        ("document.published", None),
    ]
    assert events[0].details == {"versions": 0, "chunks": 0, "indexed": 0, "cached": 0, "drafts": 0}


async def test_drafts_that_quote_it_are_drafted_again_and_others_are_not(
    temporal_client: Client, task_queue: str, folder: Bench
) -> None:
    await folder.ingest("guide.md", b"# Guide\n\nText.")
    steps = TrivialSteps()
    steps.document_id = GUIDE
    customer = Customer(Conversations(temporal_client, task_queue=task_queue), temporal_client, steps, id="c1")
    await open_conversation(folder.database)
    cited = [{"document_id": GUIDE}]
    await TurnLedger(folder.database).record(turn(), audit(), review(citations=cited))
    await TurnLedger(folder.database).record(turn(2), audit(2), review(2, citations=[{"document_id": "other"}]))
    async with serve(temporal_client, task_queue, folder, steps):
        first = await customer.say("risky question")
        proof = await (await delete(temporal_client, task_queue)).result()
        assert proof.drafts == 1
        await wait_for_review(customer, f"{first.id}.r2")


async def test_a_conversation_that_is_closed_does_not_stop_the_deletion(
    temporal_client: Client, task_queue: str, folder: Bench
) -> None:
    await folder.ingest("guide.md", b"# Guide\n\nText.")
    await open_conversation(folder.database, "gone")
    waiting = review(citations=[{"document_id": GUIDE}], conversation_id="gone")
    await TurnLedger(folder.database).record(turn(conversation_id="gone"), audit(), waiting)
    async with serve(temporal_client, task_queue, folder, TrivialSteps()):
        proof = await (await delete(temporal_client, task_queue)).result()
    assert (proof.outcome, proof.drafts) == ("deleted", 0)


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_stored_deletion_replays(path: Path) -> None:
    assert await failure(read(path)) is None


def test_there_are_stored_histories_of_both_ways() -> None:
    assert {path.stem for path in HISTORIES} == {"deletion_saga", "ingestion_deletion"}
