"""Files into the knowledge and documents out of it, as durable workflows."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.reports import DeletionProof, DeletionRequest, IngestionRequest, refusal
from activities.knowledge.revisions import Revision, Revisions
from activities.knowledge.rules import NO_LIMITS, Limits
from activities.ports import Level, Principal
from activities.records.database import utc_now
from activities.records.ingestions import Ingestions
from activities.records.models import Ingestion
from workflows import messages
from workflows.client import Refused, TemporalUnavailableError
from workflows.deletion import DeletionWorkflow, deletion_workflow_id
from workflows.ingestion import IngestionProgress
from workflows.ingestion_client import IngestionRuns, Turn
from workflows.placement import PlacementWorkflow, placement_workflow_id
from workflows.refusals import not_connected

NOT_STARTED = "could not be started; send it again"
RPC_TIMEOUT = timedelta(seconds=5)


class Intake:
    """Keeps uploads in records and starts what takes them in; ``wait`` is how long a deletion is waited for."""

    def __init__(
        self,
        client: Client,
        writer: KnowledgeWriter,
        ingestions: Ingestions,
        revisions: Revisions,
        *,
        task_queue: str = messages.TASK_QUEUE,
        wait: timedelta = timedelta(seconds=10),
    ) -> None:
        self._client = client
        self._writer = writer
        self._ingestions = ingestions
        self._revisions = revisions
        self._runs = IngestionRuns(client, task_queue=task_queue)
        self._task_queue = task_queue
        self._wait = wait

    async def take(
        self,
        ingestion_id: str,
        filename: str,
        data: bytes,
        *,
        title: str,
        department: str,
        classification: Level,
        limits: Limits = NO_LIMITS,
        sender: Principal,
        department_stands: bool = False,
    ) -> Ingestion:
        """Keep a file and start to take it in; a repeated id starts nothing twice and returns the first.

        The rights of ``sender`` decide for each document in it which one of its name is replaced, if any.

        Raises ``DocumentRefusedError``, ``Refused`` when the id came with another file, ``TemporalUnavailableError``.
        """
        request = await self._writer.accept(
            filename,
            data,
            title=title,
            department=department,
            classification=classification,
            limits=limits,
            created_by=sender.id,
            sender=sender,
            department_stands=department_stands,
            ingestion_id=ingestion_id,
        )
        return await self._start(request)

    async def revise(self, revision: Revision, ingestion_id: str) -> Ingestion:
        """Start to make a version anew by a person's decision. Raises what ``take`` raises."""
        return await self._start(await self._revisions.accept(revision, ingestion_id))

    async def _start(self, request: IngestionRequest) -> Ingestion:
        ingestion_id = request.ingestion_id
        row = await self._ingestions.get(ingestion_id)
        assert row is not None
        if (row.blob_sha256, row.filename) != (request.blob_sha256, request.filename):
            raise Refused("KeyReused", "this idempotency key was used for another file")
        if row.status != "running":
            return row
        await self._runs.start(request)
        return row

    async def progress(self, ingestion_id: str) -> IngestionProgress | None:
        """Return how far a running ingestion is; None when no worker says so now."""
        return await self._runs.progress(ingestion_id)

    async def turn(self, ingestion_id: str, turn: Turn) -> IngestionProgress:
        """Pause, resume or cancel. Raises ``Refused`` when it has ended, and ``TemporalUnavailableError``.

        One that was never started, or whose workflow is gone, has ended with the first try to cancel it.
        """
        try:
            return await self._runs.turn(ingestion_id, turn)
        except Refused:
            if turn == "cancel" and await self._is_lost(ingestion_id):
                await self.abandon(ingestion_id)
            raise

    async def abandon(self, ingestion_id: str) -> None:
        """Write down that an ingestion could not be started, so that it does not look as if it ran."""
        row = await self._ingestions.get(ingestion_id)
        report = refusal(row.filename if row else "", NOT_STARTED)
        await self._ingestions.finish(ingestion_id, "failed", report.model_dump(mode="json"))

    async def _is_lost(self, ingestion_id: str) -> bool:
        handle = self._client.get_workflow_handle(messages.ingestion_workflow_id(ingestion_id))
        try:
            found = await handle.describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            return error.status is RPCStatusCode.NOT_FOUND
        return found.status is not WorkflowExecutionStatus.RUNNING

    async def place(self, document_id: str) -> int | None:
        """Move a document in the index to where its rights say; None when that is durable and takes longer.

        Raises ``TemporalUnavailableError``.
        """
        try:
            handle = await self._client.start_workflow(
                PlacementWorkflow.run,
                document_id,
                id=placement_workflow_id(document_id, uuid4().hex),
                task_queue=self._task_queue,
                rpc_timeout=RPC_TIMEOUT,
            )
            return await asyncio.wait_for(handle.result(), self._wait.total_seconds())
        except TimeoutError:
            return None
        except (RPCError, WorkflowFailureError) as error:
            raise TemporalUnavailableError(
                f"the rights hold, but the index cannot follow them now; set them again: {error}"
            ) from error
        except RuntimeError as error:
            raise not_connected(error) from error

    async def remove(self, document_id: str, requested_by: str | None = None) -> DeletionProof | None:
        """Remove a document everywhere; None when that is durable and takes longer than ``wait``.

        Raises ``TemporalUnavailableError``.
        """
        try:
            handle = await self._client.start_workflow(
                DeletionWorkflow.run,
                DeletionRequest(document_id=document_id, requested_at=utc_now(), requested_by=requested_by),
                id=deletion_workflow_id(document_id),
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                rpc_timeout=RPC_TIMEOUT,
            )
            return await asyncio.wait_for(handle.result(), self._wait.total_seconds())
        except TimeoutError:
            return None
        except (RPCError, WorkflowFailureError) as error:
            raise TemporalUnavailableError(f"the document cannot be removed now: {error}") from error
        except RuntimeError as error:
            raise not_connected(error) from error
