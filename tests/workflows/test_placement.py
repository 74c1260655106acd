"""A change of rights that the index follows, on a real Temporal server."""

from pathlib import Path

from temporalio.client import Client

from activities.knowledge.preparation import document_id_of
from activities.knowledge.rules import AccessRule
from activities.placement import PlacementActivities
from activities.records.database import Database
from activities.records.document_access import DocumentAccess
from tests.knowledge.writing import Bench
from tests.workflows.replays import failure, read, stored
from workflows.placement import PlacementWorkflow, placement_workflow_id
from workflows.registry import build_worker


async def test_a_document_moves_to_the_partition_of_its_rule_and_back(
    temporal_client: Client, task_queue: str, tmp_path: Path
) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    bench, access = Bench(database), DocumentAccess(database)
    await bench.ingest("plan.md", b"# Plan\n\nThe plan.\n", "legal", "internal")
    document_id, rule = document_id_of("plan.md"), AccessRule(deny=("person:x",))
    activities = [PlacementActivities(bench.writer()).place_document]
    async with build_worker(temporal_client, activities, task_queue=task_queue):
        for number, wanted in enumerate((rule, AccessRule())):
            await access.set(document_id, wanted, "root")
            name = placement_workflow_id(document_id, str(number))
            moved = await temporal_client.execute_workflow(
                PlacementWorkflow.run, document_id, id=name, task_queue=task_queue
            )
            home = "internal.legal" + (f"~{wanted.key}" if wanted.key else "")
            assert (moved, bench.index.ids()) == (1, {home: {f"{document_id}:1:0"}})
    await database.close()


async def test_a_stored_move_replays() -> None:
    [path] = stored("placement_moved")
    assert await failure(read(path)) is None
