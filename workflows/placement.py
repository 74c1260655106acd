"""A document's passages moved in the index after its rights changed: records decide at once, the index follows."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.placement import PlacementActivities

RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=5),
    maximum_attempts=300,
)
"""A day: who was given a right must come to find the document."""


@workflow.defn
class PlacementWorkflow:
    """Moves one document to where its rights say; what it must not be found by is closed already."""

    @workflow.run
    async def run(self, document_id: str) -> int:
        """Return how many passages the document has."""
        return await workflow.execute_activity_method(
            PlacementActivities.place_document,
            document_id,
            start_to_close_timeout=timedelta(minutes=15),
            heartbeat_timeout=timedelta(seconds=20),
            retry_policy=RETRIES,
        )


def placement_workflow_id(document_id: str, change_id: str) -> str:
    """Return the workflow id of the move after one change of rights."""
    return f"placement:{document_id}:{change_id}"
