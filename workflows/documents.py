"""The documents of one part of a file: staged, embedded, indexed, published, and stopped between any two steps."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal, TypeVar

from pydantic import BaseModel
from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.ingestion import IngestionActivities
    from activities.knowledge.parts import Part, PartReport, Portion, StagedPart, portions_of
    from activities.knowledge.reports import Counts, IngestionReport, IngestionRequest, RefusedDocument
    from workflows.ingestion_policy import FAILED, reason_of, step_options, withdrawal_options

T = TypeVar("T")
Position = Literal["running", "paused", "cancelled"]
Step = Literal["", "validate", "stage", "embed", "index", "publish"]


class Switch:
    """Whether work goes on, waits, or stops."""

    def __init__(self, position: Position = "running") -> None:
        self.position: Position = position

    def turn(self, position: Position) -> None:
        """Move it; once cancelled it stays so."""
        if self.position != "cancelled":
            self.position = position

    async def goes_on(self) -> bool:
        """Wait while it is paused; return False when it is cancelled."""
        await workflow.wait_condition(lambda: self.position != "paused")
        return self.position != "cancelled"


class PartProgress(BaseModel):
    """How far a part is."""

    step: Step = ""
    chunks: int = 0
    embedded: int = 0
    indexed: int = 0


class PartSteps:
    """Takes one part in, step by step."""

    def __init__(self, request: IngestionRequest, part: Part, switch: Switch, alone: str) -> None:
        """Take ``part`` of the file of ``request``; ``alone`` is how a report names it when nothing of it is known."""
        self._request = request
        self._part = part
        self._switch = switch
        self._name = alone
        self.progress = PartProgress()

    async def run(self) -> PartReport:
        """Return what became of the part; a failure that stays is a line of the report."""
        try:
            if not await self._switch.goes_on():
                return PartReport(cancelled=True)
            self.progress.step = "stage"
            staged = await self._do(IngestionActivities.stage_documents, StagedPart)
            self.progress.chunks = staged.chunks
            if not await self._embed_and_index() or not await self._switch.goes_on():
                await self._withdraw()
                return PartReport(cancelled=True)
            self.progress.step = "publish"
            return PartReport(report=await self._do(IngestionActivities.publish_documents, IngestionReport))
        except asyncio.CancelledError:  # by Temporal, while it was paused
            self._switch.turn("cancelled")
            await self._withdraw()
            return PartReport(cancelled=True)
        except ActivityError as error:
            workflow.logger.warning("%s was not taken: %s", self._name, error.cause)
            reason = reason_of(error)
            spoilt = reason == FAILED
            if not spoilt or self._part.count == 1:  # else its halves take over what is staged
                await self._withdraw()
            return PartReport(report=failure(self._name, self._part.count, reason), spoilt=spoilt)

    async def _embed_and_index(self) -> bool:
        """Index one portion while the next is embedded; return False when it is cancelled."""
        indexing: asyncio.Task[None] | None = None
        try:
            for portion in portions_of(self.progress.chunks):
                if not await self._switch.goes_on():
                    return False
                self.progress.step = "embed"
                await self._do(IngestionActivities.embed_chunks, type(None), portion)
                self.progress.embedded = portion.end
                if indexing:
                    await indexing
                indexing = asyncio.create_task(self._index(portion))
            self.progress.step = "index"
            return True
        finally:
            if indexing:
                await indexing

    async def _index(self, portion: Portion) -> None:
        await self._do(IngestionActivities.index_chunks, type(None), portion)
        self.progress.indexed = portion.end

    async def _withdraw(self) -> None:
        """Leave nothing behind; what cannot be removed now is found by the check of the index."""
        with suppress(ActivityError):
            await workflow.execute_activity_method(
                IngestionActivities.withdraw_documents,
                args=[self._request, self._part],
                **withdrawal_options(self._request),
            )

    async def _do(self, activity: Callable[..., Any], returns: type[T], *more: Any) -> T:
        """Do a step to its end, also when Temporal cancels it: half of one might write after it was taken back."""
        running: asyncio.Task[T] = asyncio.ensure_future(
            workflow.execute_activity_method(
                activity, args=[self._request, self._part, *more], **step_options(self._request)
            )
        )
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            self._switch.turn("cancelled")
            return await running


class DocumentInput(BaseModel):
    """A part of the file of an ingestion."""

    request: IngestionRequest
    part: Part
    position: Position = "running"


@workflow.defn
class DocumentWorkflow:
    """Takes a document of real size in, or some tiny ones."""

    @workflow.init
    def __init__(self, given: DocumentInput) -> None:
        self._switch = Switch(given.position)

    @workflow.signal
    def turn(self, position: Position) -> None:
        """Pause, go on, or stop; as the ingestion says."""
        self._switch.turn(position)

    @workflow.run
    async def run(self, given: DocumentInput) -> PartReport:
        """Take the part in. What spoils it is found by halving, so that the other documents answer all the same."""
        found, todo = PartReport(), [given.part]
        while todo:
            part = todo.pop()
            one = await PartSteps(given.request, part, self._switch, place(given.request, part)).run()
            if one.spoilt and part.count > 1:
                todo += reversed(part.halves())
                continue
            found.report.add(one.report)
            found.cancelled |= one.cancelled
        return found


def place(request: IngestionRequest, part: Part) -> str:
    """Return how a report names documents that were not parsed: by their place in the file, counted from 1."""
    last = f"-{part.start + part.count}" if part.count > 1 else ""
    return f"{request.filename}#{part.start + 1}{last}"


def failure(source: str, count: int, reason: str) -> IngestionReport:
    """Return the report of documents that were refused for one reason."""
    return IngestionReport(refused=[RefusedDocument(source=source, reason=reason)], counts=Counts(refused=count))
