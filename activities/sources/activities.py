"""The steps of ``SourceWorkflow`` as Temporal activities: thin covers over ``SourceSync``, each safe to repeat."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import metrics
from activities.heartbeats import heartbeats
from activities.sources.connector import SourceRefusedError, SourceUnavailableError
from activities.sources.messages import Listed, Opened, Settled, SyncReport, Work
from activities.sources.sync import SourceSync

LOOK_SECONDS = 2.0
"""Between two looks whether a source that is being read is still wanted."""
Result = TypeVar("Result")
LONGEST_PAUSE = timedelta(minutes=2)
"""For which a sync waits in its middle; nobody sees why it does."""


class SourceActivities:
    """What a worker does for sources."""

    def __init__(self, sync: SourceSync) -> None:
        """Do all work by ``sync``."""
        self._sync = sync

    def all(self) -> Sequence[Callable[..., Any]]:
        """Return the activities, for a worker."""
        return [
            self.list_changes,
            self.check_rights,
            self.next_work,
            self.open_items,
            self.settle_items,
            self.forget_items,
            self.watch_source,
            self.finish_sync,
            self.give_up_source,
            self.forget_source,
        ]

    @activity.defn
    async def list_changes(self, source_id: str, sync: int) -> Listed:
        """Write down what changed at the source."""
        async with heartbeats():
            with named_failures():
                return await self._unless_removed(source_id, self._sync.list_changes(source_id, sync))

    @activity.defn
    async def check_rights(self, source_id: str) -> int:
        """Ask who may read each item; return how many changed."""
        async with heartbeats():
            with named_failures():
                return await self._unless_removed(source_id, self._sync.check_rights(source_id))

    @activity.defn
    async def next_work(self, source_id: str, limit: int) -> Work:
        """Return the next items that have something to do."""
        return await self._sync.next_work(source_id, limit)

    @activity.defn
    async def open_items(self, source_id: str, sync: int, ids: list[str]) -> list[Opened]:
        """Fetch the contents of items and keep them."""
        async with heartbeats():
            with named_failures():
                return await self._unless_removed(source_id, self._sync.open_items(source_id, sync, ids))

    @activity.defn
    async def settle_items(self, source_id: str, opened: list[Opened]) -> Settled:
        """Write what became of items."""
        return await self._sync.settle(source_id, opened)

    @activity.defn
    async def forget_items(self, source_id: str, ids: list[str]) -> None:
        """Forget items whose documents are removed."""
        await self._sync.forget_items(source_id, ids)

    @activity.defn
    async def watch_source(self, source_id: str) -> None:
        """Wait until the source changes."""
        async with heartbeats():
            with named_failures():
                await self._sync.watch(source_id)

    @activity.defn
    async def finish_sync(self, source_id: str, report: SyncReport) -> None:
        """Write how a sync ended."""
        await self._sync.finish(source_id, report.model_dump(mode="json"))
        metrics.SOURCE_SYNCS.labels("trouble" if report.error else "complete").inc()
        for outcome in ("taken", "refused", "failed", "removed"):
            metrics.SOURCE_ITEMS.labels(outcome).inc(getattr(report, outcome))

    @activity.defn
    async def give_up_source(self, source_id: str) -> None:
        """Mark all of a source for removal."""
        await self._sync.give_up(source_id)

    @activity.defn
    async def forget_source(self, source_id: str) -> None:
        """Delete a source."""
        await self._sync.forget(source_id)

    async def _unless_removed(self, source_id: str, reading: Coroutine[Any, Any, Result]) -> Result:
        """Return what is read of a source, or stop reading when the source is to be removed.

        A listing can take hours, and a removal waits for whatever still writes down items.
        """
        read = asyncio.ensure_future(reading)
        removed = asyncio.ensure_future(self._removed(source_id))
        try:
            await asyncio.wait({read, removed}, return_when=asyncio.FIRST_COMPLETED)
            if not read.done():
                raise SourceRefusedError("the source is being removed")
            return read.result()
        finally:
            read.cancel()
            removed.cancel()
            await asyncio.gather(read, removed, return_exceptions=True)

    async def _removed(self, source_id: str) -> None:
        while not await self._sync.is_removed(source_id):
            await asyncio.sleep(LOOK_SECONDS)


@contextmanager
def named_failures() -> Iterator[None]:
    """Tell Temporal which failures are worth a retry, and when: as long as ``Retry-After`` says.

    A ``SourceBusyError`` is worth none for as many seconds as its details say.
    """
    try:
        yield
    except SourceUnavailableError as error:
        asked = error.retry_after
        if asked is not None and asked > LONGEST_PAUSE:  # the sync ends with a line, and rests so long
            line = f"{error}, and asks to wait {asked}"
            raise ApplicationError(line, asked.total_seconds(), type="SourceBusyError", non_retryable=True) from error
        raise ApplicationError(str(error), type="SourceUnavailableError", next_retry_delay=asked) from error
    except SourceRefusedError as error:
        raise ApplicationError(str(error), type="SourceRefusedError", non_retryable=True) from error
