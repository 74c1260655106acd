"""Ingestion and deletion as Temporal activities: thin covers over ``KnowledgeWriter``, each safe to repeat."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio import activity

from activities import metrics
from activities.heartbeats import heartbeats
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.parts import Part, Plan, Portion, StagedPart
from activities.knowledge.reports import DeletionProof, DeletionRequest, IngestionReport, IngestionRequest


class IngestionActivities:
    """The steps of ``IngestionWorkflow``, ``DocumentWorkflow`` and ``DeletionWorkflow``."""

    def __init__(self, writer: KnowledgeWriter) -> None:
        """Do all work by ``writer``."""
        self._writer = writer

    def all(self) -> Sequence[Callable[..., Any]]:
        """Return the activities, for a worker."""
        return [*self.steps(), self.plan_ingestion, self.ingest_batch, self.finish_ingestion, self.delete_document]

    def steps(self) -> Sequence[Callable[..., Any]]:
        """Return those that read files and embed: a worker of their queue bounds how many run at the same time."""
        return [
            self.plan_parts,
            self.stage_documents,
            self.embed_chunks,
            self.index_chunks,
            self.publish_documents,
            self.withdraw_documents,
        ]

    @activity.defn
    async def plan_parts(self, request: IngestionRequest, first: int) -> Plan:
        """Validate the file; return its parts from document ``first`` on. Raises ``DocumentRefusedError``."""
        async with heartbeats():
            return await self._writer.plan(request, first)

    @activity.defn
    async def stage_documents(self, request: IngestionRequest, part: Part) -> StagedPart:
        """Parse, split and classify the documents of a part, and write them beside those that answer."""
        async with heartbeats():
            return await self._writer.parts.stage(request, part)

    @activity.defn
    async def embed_chunks(self, request: IngestionRequest, part: Part, portion: Portion) -> None:
        """Compute the vectors of some chunks of a part."""
        async with heartbeats():
            await self._writer.parts.embed(request, part, portion)

    @activity.defn
    async def index_chunks(self, request: IngestionRequest, part: Part, portion: Portion) -> None:
        """Put some chunks of a part into both halves of the index."""
        async with heartbeats():
            await self._writer.parts.index(request, part, portion)

    @activity.defn
    async def publish_documents(self, request: IngestionRequest, part: Part) -> IngestionReport:
        """Let the documents of a part answer; remove what they replace."""
        async with heartbeats():
            return await self._writer.parts.publish(request, part)

    @activity.defn
    async def withdraw_documents(self, request: IngestionRequest, part: Part) -> None:
        """Take back what was staged of a part that will not be published."""
        async with heartbeats():
            await self._writer.parts.withdraw(request, part)

    @activity.defn
    async def plan_ingestion(self, request: IngestionRequest) -> int:
        """Do the first step of ingestions that an earlier release began; return how many documents there are."""
        async with heartbeats():
            return (await self._writer.plan(request)).total

    @activity.defn
    async def ingest_batch(self, request: IngestionRequest, start: int, count: int) -> IngestionReport:
        """Take ``count`` documents from ``start`` on, for ingestions that an earlier release began."""
        async with heartbeats():
            return await self._writer.take(request, start, count)

    @activity.defn
    async def finish_ingestion(self, request: IngestionRequest, report: IngestionReport) -> None:
        """Write how the ingestion ended, and count it."""
        await self._writer.finish(request, report)
        for outcome, count in report.counts.model_dump().items():
            metrics.DOCUMENTS.labels(outcome).inc(count)

    @activity.defn
    async def delete_document(self, request: DeletionRequest) -> DeletionProof:
        """Remove a document everywhere; return what a query found of it afterwards."""
        async with heartbeats():
            return await self._writer.delete(request.document_id, request.requested_at)
