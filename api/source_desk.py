"""Sources as callers see them: rows in records, each kept by a workflow of its own."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.records.source_tables import Source
from activities.records.sources import SourceNameTakenError, Sources
from activities.sources import load_kinds
from activities.sources.connector import SourceRefusedError
from activities.sources.messages import SyncReport
from activities.sources.sync import SourceSync
from api.problems import ProblemError, invalid
from api.source_schemas import NewSource
from workflows import messages
from workflows.client import TemporalUnavailableError
from workflows.refusals import not_connected
from workflows.source_client import RPC_TIMEOUT, start_source
from workflows.sources import SourceWorkflow, source_workflow_id


class SourceDesk:
    """Adds, steers and removes sources."""

    def __init__(
        self,
        client: Client,
        sources: Sources,
        sync: SourceSync,
        *,
        lanes: int = 2,
        task_queue: str = messages.TASK_QUEUE,
    ) -> None:
        """Keep rows by ``sources``; ``lanes`` batches of a source are taken side by side."""
        self._client = client
        self._sources = sources
        self._sync = sync
        self._lanes = lanes
        self._task_queue = task_queue

    async def add(self, new: NewSource, created_by: str) -> Source:
        """Write a source and start to read it. Raises a 409 or 422 problem, ``TemporalUnavailableError``."""
        config = self.checked(new)
        columns: dict[str, Any] = {
            **new.model_dump(include={"name", "kind", "department", "classification", "interval_seconds"}),
            "rights": [rule.model_dump(mode="json") for rule in new.rights],
            "config": config,
            "created_by": created_by,
        }
        try:
            row = await self._sources.add(**columns)
        except SourceNameTakenError as error:
            raise ProblemError(409, "name-taken", f"{error}; choose another name.") from error
        try:
            async with self._sync.open(row.id):  # an address or a secret that is wrong is said now
                pass
            await self.start(row)
        except SourceRefusedError as error:
            await self._sources.forget(row.id)
            raise invalid(f"The source cannot be read: {error}.") from error
        except TemporalUnavailableError:
            await self._sources.forget(row.id)
            raise
        return row

    def checked(self, new: NewSource) -> dict[str, Any]:
        """Return the config with its defaults. Raises a 422 problem."""
        kinds = load_kinds()
        if new.kind not in kinds:
            raise invalid(f"There is no kind of source {new.kind!r}; there are {', '.join(sorted(kinds))}.")
        try:
            return kinds[new.kind].config.model_validate(new.config).model_dump(mode="json")
        except ValidationError as error:
            faults = [f"config.{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:5]]
            raise invalid("; ".join(faults)) from error

    async def start(self, row: Source) -> None:
        """Start the source's workflow unless it runs. Raises ``TemporalUnavailableError``."""
        await self._call(start_source(self._client, row, lanes=self._lanes, task_queue=self._task_queue))

    async def sync(self, row: Source) -> None:
        """Sync now."""
        await self._signal(row, "sync_now")

    async def pause(self, row: Source) -> None:
        """Pause after the items that are being taken."""
        await self._signal(row, "pause")
        await self._sources.set_status(row.id, "paused")

    async def resume(self, row: Source) -> None:
        """Go on."""
        await self._signal(row, "resume")
        await self._sources.set_status(row.id, "active")

    async def remove(self, row: Source) -> None:
        """Remove the source with its documents."""
        await self._sources.set_status(row.id, "removing")
        await self._signal(row, "remove")

    async def progress(self, row: Source) -> SyncReport | None:
        """Return how the sync goes; None while no worker answers."""
        handle = self._client.get_workflow_handle(source_workflow_id(row.id))
        try:
            found: SyncReport = await handle.query(SourceWorkflow.progress, rpc_timeout=timedelta(seconds=2))
            return found
        except (RPCError, RuntimeError):
            return None

    async def _signal(self, row: Source, name: str) -> None:
        """Signal the workflow, and start it first where Temporal's data was lost or the start had failed."""
        handle = self._client.get_workflow_handle(source_workflow_id(row.id))
        try:
            await handle.signal(name, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise TemporalUnavailableError(f"Temporal does not take it now: {error.message}") from error
            await self.start(row)
            await self._call(handle.signal(name, rpc_timeout=RPC_TIMEOUT))
        except RuntimeError as error:
            raise not_connected(error) from error

    async def _call(self, call: Awaitable[object]) -> None:
        try:
            await call
        except RPCError as error:
            raise TemporalUnavailableError(f"Temporal does not take it now: {error.message}") from error
        except RuntimeError as error:
            raise not_connected(error) from error
