"""The index compared with records every night, and repaired where it differs."""

from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy, WorkflowIDConflictPolicy

with workflow.unsafe.imports_passed_through():
    from activities.index_check import IndexCheckActivities
    from activities.knowledge.check import IndexReport

from workflows import messages
from workflows.nightly import Nightly

LONGEST = timedelta(hours=3)
CHECK_NOW = "index-check-now"


@workflow.defn
class IndexCheckWorkflow:
    """Checks the index once."""

    @workflow.run
    async def run(self) -> IndexReport:
        """Return what was found; its turn is the number of the day, so that each night compares other vectors."""
        return await workflow.execute_activity_method(
            IndexCheckActivities.check_index,
            workflow.now().toordinal(),
            start_to_close_timeout=LONGEST,
            heartbeat_timeout=timedelta(seconds=30),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(minutes=1), maximum_interval=timedelta(minutes=10), maximum_attempts=12
            ),
        )


async def check_now(client: Client, *, task_queue: str = messages.TASK_QUEUE) -> None:
    """Start a check, unless one that was started so runs. Raises ``RPCError``."""
    await client.start_workflow(
        IndexCheckWorkflow.run,
        id=CHECK_NOW,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


NIGHTLY_CHECK = Nightly("nightly-index-check", "index-check", IndexCheckWorkflow.run)
