"""Ingestion and deletion as Temporal activities: thin covers over ``KnowledgeWriter``, each safe to repeat."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio import activity

from activities import metrics
from activities.heartbeats import heartbeats
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.reports import DeletionProof, DeletionRequest, IngestionReport, IngestionRequest


class IngestionActivities:
    """The steps of ``IngestionWorkflow`` and ``DeletionWorkflow``."""

    def __init__(self, writer: KnowledgeWriter) -> None:
        """Do all work by ``writer``."""
        self._writer = writer

    def all(self) -> Sequence[Callable[..., Any]]:
        """Return the activities, for a worker."""
        return [self.plan_ingestion, self.ingest_batch, self.finish_ingestion, self.delete_document]

    @activity.defn
    async def plan_ingestion(self, request: IngestionRequest) -> int:
        """Validate the file; return how many documents it has. Raises ``DocumentRefusedError``."""
        async with heartbeats():
            return await self._writer.plan(request)

    @activity.defn
    async def ingest_batch(self, request: IngestionRequest, start: int, count: int) -> IngestionReport:
        """Take ``count`` documents of the file from ``start`` on."""
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
