"""The way into sources for callers outside Temporal: start a source's workflow, and those that are missing."""

import logging
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from activities.records.source_tables import Source
from activities.records.sources import Sources
from activities.sources import load_kinds
from workflows import messages
from workflows.sources import SourceInput, SourceWorkflow, source_workflow_id

RPC_TIMEOUT = timedelta(seconds=5)
logger = logging.getLogger(__name__)


async def start_source(client: Client, row: Source, *, lanes: int = 2, task_queue: str = messages.TASK_QUEUE) -> None:
    """Start the workflow of a source unless it runs; one that was to go is told so. Raises ``RPCError``."""
    kind = load_kinds().get(row.kind)
    await client.start_workflow(
        SourceWorkflow.run,
        SourceInput(
            source_id=row.id,
            interval_seconds=row.interval_seconds,
            lanes=lanes,
            watched=kind is not None and kind.watched,
            paused=row.status == "paused",
        ),
        id=source_workflow_id(row.id),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal="remove" if row.status == "removing" else None,
        rpc_timeout=RPC_TIMEOUT,
    )


async def start_sources(
    client: Client, sources: Sources, *, lanes: int = 2, task_queue: str = messages.TASK_QUEUE
) -> None:
    """Start the workflows that are missing: after a restore, records know sources that Temporal has never seen."""
    for row in await sources.list():
        try:
            await start_source(client, row, lanes=lanes, task_queue=task_queue)
        except RPCError as error:
            logger.warning("the source %s is not started now: %s", row.name, error.message)
