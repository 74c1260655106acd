"""The way into ingestions for callers outside Temporal: start, look, pause, resume, cancel."""

from datetime import timedelta
from typing import Any, Literal

from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.knowledge.reports import IngestionRequest
from workflows import messages
from workflows.ingestion import IngestionProgress, IngestionWorkflow
from workflows.refusals import Refused, TemporalUnavailableError, not_connected, refused, unavailable

RPC_TIMEOUT = timedelta(seconds=5)
LOOK_TIMEOUT = timedelta(seconds=2)
Turn = Literal["pause", "resume", "cancel"]
UPDATES = {
    "pause": IngestionWorkflow.pause,
    "resume": IngestionWorkflow.resume,
    "cancel": IngestionWorkflow.cancel,
}


class IngestionRuns:
    """Ingestions as workflows. A request comes from ``KnowledgeWriter.accept``, which keeps its file.

    A workflow that takes documents in (a connector's sync) starts ``IngestionWorkflow.run`` as its child with such a
    request and the id ``messages.ingestion_workflow_id(request.ingestion_id)`` instead.
    """

    def __init__(self, client: Client, *, task_queue: str = messages.TASK_QUEUE) -> None:
        self._client = client
        self._task_queue = task_queue

    async def start(self, request: IngestionRequest) -> None:
        """Start to take a file in; a repeated start does nothing. Raises ``TemporalUnavailableError``."""
        try:
            await self._client.start_workflow(
                IngestionWorkflow.run,
                request,
                id=messages.ingestion_workflow_id(request.ingestion_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                task_timeout=messages.WORKFLOW_TASK_TIMEOUT,
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            pass
        except RPCError as error:
            raise TemporalUnavailableError(f"Temporal does not take the ingestion now: {error.message}") from error
        except RuntimeError as error:
            raise not_connected(error) from error

    async def progress(self, ingestion_id: str) -> IngestionProgress | None:
        """Return how far an ingestion is; None when no worker says so now."""
        handle = self._handle(ingestion_id)
        try:
            return await handle.query(IngestionWorkflow.progress, rpc_timeout=LOOK_TIMEOUT)
        except (RPCError, RuntimeError):
            return None

    async def turn(self, ingestion_id: str, turn: Turn) -> IngestionProgress:
        """Pause, resume or cancel. Raises ``Refused`` when it has ended, and ``TemporalUnavailableError``."""
        handle = self._handle(ingestion_id)
        try:
            return await handle.execute_update(UPDATES[turn], rpc_timeout=RPC_TIMEOUT)
        except WorkflowUpdateFailedError as error:
            raise refused(error) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise TemporalUnavailableError("no worker has taken the request yet; send it again") from error
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                raise Refused("IngestionEnded", "this ingestion has ended") from error
            raise unavailable(error) from error
        except RuntimeError as error:
            raise not_connected(error) from error

    def _handle(self, ingestion_id: str) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(messages.ingestion_workflow_id(ingestion_id))
