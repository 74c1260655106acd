"""One durable workflow a source: it syncs, rests, and never does two of these at once."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, ChildWorkflowError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from activities.knowledge.reports import DeletionRequest, IngestionRequest
    from activities.sources.activities import SourceActivities
    from activities.sources.messages import Opened, Removal, SyncReport

from workflows.deletion import DeletionWorkflow, deletion_workflow_id
from workflows.ingestion import IngestionWorkflow
from workflows.messages import ingestion_workflow_id

LANE_ITEMS = 8
"""Items that one lane fetches and takes before it comes back for more."""
ROUNDS = 40
"""Rounds of a sync in one run: each is some twenty events of history for every item of its lanes."""
RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=2),
    maximum_attempts=6,
)
LONG: dict[str, Any] = {
    "start_to_close_timeout": timedelta(hours=6),
    "heartbeat_timeout": timedelta(seconds=30),
    "retry_policy": RETRIES,
}
BUSY = "SourceBusyError"
NAMED = {"SourceUnavailableError", "SourceRefusedError", BUSY}
"""What activities end with when a source is in the way, with a line for people."""
SHORT: dict[str, Any] = {
    "start_to_close_timeout": timedelta(minutes=2),
    "retry_policy": RetryPolicy(maximum_interval=timedelta(minutes=1)),
}
"""Steps on our own database: there is no other way than to wait for it."""


class SourceInput(BaseModel):
    """Start of a source, and what one run hands to the next."""

    source_id: str
    interval_seconds: float
    lanes: int = 2
    watched: bool = False
    paused: bool = False
    wanted: bool = False
    """Whether one more sync was asked for during the one that goes on."""
    number: int = 0
    resting: bool = False
    """Whether this run begins between two syncs."""
    report: SyncReport = SyncReport()


def source_workflow_id(source_id: str) -> str:
    """Return the workflow id of a source."""
    return f"source:{source_id}"


@workflow.defn
class SourceWorkflow:
    """Keeps the documents of one source as they are at the source."""

    def __init__(self) -> None:
        self._report = SyncReport()
        self._paused = False
        self._wanted = False
        self._removing = False

    @workflow.query
    def progress(self) -> SyncReport:
        """Return how the sync that runs goes, or how the latest one went."""
        return self._report.model_copy(update={"phase": "paused"}) if self._paused else self._report

    @workflow.signal
    def pause(self) -> None:
        """Stop after the items that are being taken."""
        self._paused = True

    @workflow.signal
    def resume(self) -> None:
        """Go on where it was."""
        self._paused = False

    @workflow.signal
    def sync_now(self) -> None:
        """Sync now, or once more after the sync that runs."""
        self._wanted = True

    @workflow.signal
    def remove(self) -> None:
        """Remove the source with its documents, and end."""
        self._removing = True

    @workflow.run
    async def run(self, start: SourceInput) -> None:
        """Sync and rest by turns; each turn of both is a run of its own, so that histories stay short."""
        self._paused, self._report = start.paused or self._paused, start.report
        self._wanted = start.wanted or self._wanted
        if start.resting:
            await self._rest(start)
        await workflow.wait_condition(lambda: self._removing or not self._paused)
        if self._removing:
            await self._remove(start)
            return
        done = await self._sync(start)
        if self._removing:
            await self._remove(start)
            return
        workflow.continue_as_new(
            start.model_copy(
                update={
                    "paused": self._paused,
                    "wanted": self._wanted,
                    "number": self._report.number,
                    "resting": done and not self._wanted,
                    "report": self._report,
                }
            )
        )

    async def _rest(self, start: SourceInput) -> None:
        watch = (
            workflow.start_activity_method(SourceActivities.watch_source, start.source_id, **LONG)
            if start.watched and not self._paused
            else None
        )

        def woken() -> bool:
            seen = watch is not None and watch.done() and not watch.cancelled() and watch.exception() is None
            return self._wanted or self._removing or seen

        try:
            pause = timedelta(seconds=max(start.interval_seconds, start.report.busy_seconds))
            await workflow.wait_condition(woken, timeout=pause)
        except TimeoutError:
            pass
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _sync(self, start: SourceInput) -> bool:
        """Go on with the sync that an earlier run has begun, or begin one; return whether it ended."""
        if start.resting or start.report.finished_at or not start.number:
            self._wanted = False
            self._report = SyncReport(number=start.number + 1, phase="listing", started_at=workflow.now())
            await self._list(start.source_id)
        if not await self._work(start):
            return False
        self._report.phase, self._report.finished_at = "waiting", workflow.now()
        await self._write_report(start.source_id)
        return True

    async def _list(self, source_id: str) -> None:
        report = self._report
        try:
            listed = await workflow.execute_activity_method(
                SourceActivities.list_changes, args=[source_id, report.number], **LONG
            )
            report.listed, report.to_take, report.skipped = listed.listed, listed.to_take, listed.skipped
            report.phase = "checking rights"
            report.rights_changed = await workflow.execute_activity_method(
                SourceActivities.check_rights, source_id, **LONG
            )
        except ActivityError as error:
            report.error, report.busy_seconds = _reason(error), _busy_seconds(error)

    async def _work(self, start: SourceInput) -> bool:
        """Take and remove until nothing is left to do; False when another run has to go on."""
        for _ in range(ROUNDS):
            await workflow.wait_condition(lambda: self._removing or not self._paused)
            if self._removing:
                return False
            work = await workflow.execute_activity_method(
                SourceActivities.next_work, args=[start.source_id, start.lanes * LANE_ITEMS], **SHORT
            )
            if self._report.busy_seconds:  # what is still to be taken is there for the next sync
                work.take = []
            if not work.take and not work.remove:
                return True
            self._report.phase = "taking" if work.take else "removing"
            await self._remove_items(start.source_id, work.remove)
            lanes = [work.take[lane :: start.lanes] for lane in range(start.lanes)]
            await asyncio.gather(*(self._take(start.source_id, ids) for ids in lanes if ids))
        return False

    async def _take(self, source_id: str, ids: list[str]) -> None:
        try:
            opened = await workflow.execute_activity_method(
                SourceActivities.open_items, args=[source_id, self._report.number, ids], **LONG
            )
        except ActivityError as error:
            opened = [Opened(item_id=each, reason=_reason(error), again=True) for each in ids]
            self._report.error = self._report.error or _reason(error)
            self._report.busy_seconds = max(self._report.busy_seconds, _busy_seconds(error))
        await asyncio.gather(*(self._ingest(each.request) for each in opened if each.request))
        settled = await workflow.execute_activity_method(
            SourceActivities.settle_items, args=[source_id, opened], **SHORT
        )
        self._report.taken += settled.taken
        self._report.refused += settled.refused
        self._report.failed += settled.failed
        await self._delete(source_id, settled.leftover)

    async def _ingest(self, request: IngestionRequest) -> None:
        try:
            await workflow.execute_child_workflow(
                IngestionWorkflow.run, request, id=ingestion_workflow_id(request.ingestion_id)
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.info("ingestion %s was started before", request.ingestion_id)
        except ChildWorkflowError as error:
            workflow.logger.warning("ingestion %s failed: %s", request.ingestion_id, error.cause)

    async def _remove_items(self, source_id: str, removals: Sequence[Removal]) -> None:
        if not removals:
            return
        ended = await asyncio.gather(*(self._delete(source_id, removal.document_ids) for removal in removals))
        gone = [removal.item_id for removal, done in zip(removals, ended, strict=True) if done]
        await workflow.execute_activity_method(SourceActivities.forget_items, args=[source_id, gone], **SHORT)
        self._report.removed += len(gone)

    async def _delete(self, source_id: str, document_ids: Sequence[str]) -> bool:
        """Delete documents, each by its own workflow, which ends with the proof; tell whether all were."""
        return all(await asyncio.gather(*(self._delete_one(source_id, each) for each in document_ids)))

    async def _delete_one(self, source_id: str, document_id: str) -> bool:
        request = DeletionRequest(
            document_id=document_id, requested_at=workflow.now(), requested_by=f"source:{source_id}"[:64]
        )
        try:
            await workflow.execute_child_workflow(DeletionWorkflow.run, request, id=deletion_workflow_id(document_id))
        except WorkflowAlreadyStartedError:
            workflow.logger.info("document %s is being deleted already", document_id)
        except ChildWorkflowError as error:
            workflow.logger.warning("document %s could not be deleted: %s", document_id, error.cause)
            return False
        return True

    async def _remove(self, start: SourceInput) -> None:
        self._report.phase = "removing"
        await workflow.execute_activity_method(SourceActivities.give_up_source, start.source_id, **SHORT)
        while True:
            work = await workflow.execute_activity_method(
                SourceActivities.next_work, args=[start.source_id, start.lanes * LANE_ITEMS], **SHORT
            )
            if not work.remove:
                break
            await self._remove_items(start.source_id, work.remove)
        await workflow.execute_activity_method(SourceActivities.forget_source, start.source_id, **SHORT)

    async def _write_report(self, source_id: str) -> None:
        await workflow.execute_activity_method(SourceActivities.finish_sync, args=[source_id, self._report], **SHORT)


def _reason(error: ActivityError) -> str:
    """Return a source's failure in its own words, and any other without the machine's."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type in NAMED:
        return cause.message
    return "the source could not be read now; the next sync tries again"


def _busy_seconds(error: ActivityError) -> float:
    """Return for how long a source asked to be left alone."""
    cause = error.cause
    return float(cause.details[0]) if isinstance(cause, ApplicationError) and cause.type == BUSY else 0.0
