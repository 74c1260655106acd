"""Documents in and out: durable, in parts side by side, and never without an end that is written down."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, ChildWorkflowError

with workflow.unsafe.imports_passed_through():
    from activities.ingestion import IngestionActivities
    from activities.knowledge.parts import Part, PartReport, Plan
    from activities.knowledge.reports import (
        CarriedIngestion,
        Counts,
        IngestionReport,
        IngestionRequest,
    )
    from workflows import messages
    from workflows.documents import DocumentInput, DocumentWorkflow, PartSteps, Position, Step, Switch, failure, place
    from workflows.ingestion_batches import take_in_batches
    from workflows.ingestion_policy import FAILED, FINISH, reason_of, step_options

DOCUMENT_WORKFLOWS = "document-workflows"
State = Literal["running", "paused", "cancelling", "ended"]


class IngestionProgress(BaseModel):
    """How far an ingestion is; ``total`` is 0 until the file is validated."""

    total: int = 0
    counts: Counts = Counts()
    chunks: int = 0
    """Passages that answer or are indexed."""
    state: State = "running"
    step: Step = ""
    """Of a file that is one document."""
    share: float = 0.0
    """Of the work that is done, 0 to 1, by the size of the documents."""
    worked_seconds: float = 0.0
    """Without the time it was paused."""
    seen_at: datetime | None = None
    """When ``worked_seconds`` was true; it grows from then on while the state is ``running``."""


@workflow.defn
class IngestionWorkflow:
    """Takes the documents of one file in and writes a report of each."""

    @workflow.init
    def __init__(self, request: IngestionRequest) -> None:
        carried = request.carried or CarriedIngestion(
            first=0, report=IngestionReport(), done_bytes=0, paused=False, worked=timedelta()
        )
        self._request = request.model_copy(update={"carried": None})
        self._first = carried.first
        self._report = carried.report
        self._done_bytes = carried.done_bytes
        self._plan = Plan(total=0, size_bytes=0, parts=[])
        self._switch = Switch("paused" if carried.paused else "running")
        self._alone: PartSteps | None = None
        self._children: dict[int, workflow.ChildWorkflowHandle[DocumentWorkflow, PartReport]] = {}
        self._worked = carried.worked
        self._since = workflow.now()
        self._ended = False

    @workflow.query
    def progress(self) -> IngestionProgress:
        """Return how much is done."""
        alone = self._alone.progress if self._alone else None
        share = self._done_bytes / max(self._plan.size_bytes, 1)
        if alone and alone.chunks and not self._done_bytes:
            share = (alone.embedded + alone.indexed) / (2 * alone.chunks)
        return IngestionProgress(
            total=self._plan.total,
            counts=self._report.counts,
            chunks=max(self._report.chunks, alone.indexed if alone else 0),
            state=self._state(),
            step=alone.step if alone and not self._ended else "",
            share=1.0 if self._ended else min(share, 1.0),
            worked_seconds=self._worked.total_seconds(),
            seen_at=self._since,
        )

    @workflow.update
    async def pause(self) -> IngestionProgress:
        """Begin nothing new until ``resume``; steps that run come to their end."""
        return await self._turn("paused")

    @workflow.update
    async def resume(self) -> IngestionProgress:
        """Go on."""
        return await self._turn("running")

    @workflow.update
    async def cancel(self) -> IngestionProgress:
        """Stop for good: what answers stays, what was begun is taken back, the rest is left."""
        return await self._turn("cancelled")

    @pause.validator
    def check_pause(self) -> None:
        """Refuse for an ingestion that has ended or is cancelled."""
        self._check()

    @resume.validator
    def check_resume(self) -> None:
        """Refuse for an ingestion that has ended or is cancelled."""
        self._check()

    @cancel.validator
    def check_cancel(self) -> None:
        """Refuse for an ingestion that has ended or is cancelled."""
        self._check()

    @workflow.run
    async def run(self, request: IngestionRequest) -> Counts:
        """Validate, take the parts in, write the report; a refused file is a report and no failure of the workflow."""
        if not workflow.patched(DOCUMENT_WORKFLOWS):
            await take_in_batches(self._request, self._report)
        else:
            await self._take_all()
        self._report.cancelled = self._switch.position == "cancelled"
        self._ended = True
        await workflow.execute_activity_method(
            IngestionActivities.finish_ingestion, args=[self._request, self._report], **FINISH
        )
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._report.counts

    async def _take_all(self) -> None:
        """Take in what one run may, and hand the rest to the next; Temporal's own cancelling is ours too."""
        try:
            await self._take_parts()
        except (CancelledError, asyncio.CancelledError):
            await self._turn("cancelled")
        if self._plan.next_start is None or self._switch.position == "cancelled":
            return
        await workflow.wait_condition(workflow.all_handlers_finished)
        self._note_time()
        carried = CarriedIngestion(
            first=self._plan.next_start,
            report=self._report,
            done_bytes=self._done_bytes,
            paused=self._switch.position == "paused",
            worked=self._worked,
        )
        workflow.continue_as_new(self._request.model_copy(update={"carried": carried}))

    async def _take_parts(self) -> None:
        try:
            self._plan = await workflow.execute_activity_method(
                IngestionActivities.plan_parts,
                args=[self._request, self._first],
                **step_options(self._request),
            )
        except ActivityError as error:
            if isinstance(error.cause, CancelledError):
                raise
            self._report.add(failure(self._request.filename, 1, reason_of(error)))
        if self._plan.total == 1:
            self._alone = PartSteps(self._request, self._plan.parts[0], self._switch, self._request.filename)
            self._add(self._plan.parts[0], await self._alone.run())
            return
        parts = iter(self._plan.parts)
        await asyncio.gather(*(self._take_in_turn(parts) for _ in range(max(self._request.parts_at_once, 1))))

    async def _take_in_turn(self, parts: Iterator[Part]) -> None:
        while await self._switch.goes_on() and (part := next(parts, None)):
            self._add(part, await self._take(part))

    async def _take(self, part: Part) -> PartReport:
        try:
            child = await workflow.start_child_workflow(
                DocumentWorkflow.run,
                DocumentInput(request=self._request, part=part, position=self._switch.position),
                id=f"{messages.ingestion_workflow_id(self._request.ingestion_id)}:{part.start + 1}",
                task_timeout=messages.WORKFLOW_TASK_TIMEOUT,
            )
            self._children[part.start] = child
            return await child
        except ChildWorkflowError as error:
            if isinstance(error.cause, CancelledError):
                return PartReport(cancelled=True)
            return PartReport(report=failure(place(self._request, part), part.count, FAILED))
        finally:
            self._children.pop(part.start, None)

    def _add(self, part: Part, found: PartReport) -> None:
        self._report.add(found.report)
        if found.cancelled:
            self._switch.turn("cancelled")
        else:
            self._done_bytes += part.size_bytes

    async def _turn(self, position: Position) -> IngestionProgress:
        self._note_time()
        self._switch.turn(position)
        for child in list(self._children.values()):
            # One that has just ended needs no signal.
            await asyncio.gather(child.signal(DocumentWorkflow.turn, position), return_exceptions=True)
        return self.progress()

    def _note_time(self) -> None:
        now = workflow.now()
        if self._switch.position == "running":
            self._worked += now - self._since
        self._since = now

    def _state(self) -> State:
        if self._ended:
            return "ended"
        position = self._switch.position
        return "cancelling" if position == "cancelled" else position

    def _check(self) -> None:
        if self._state() in ("ended", "cancelling"):
            raise ApplicationError("this ingestion has ended", type="IngestionEnded", non_retryable=True)
