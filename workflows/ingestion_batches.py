"""How an earlier release took documents in, for the ingestions that it began: batches of one activity each."""

import asyncio
from collections.abc import Iterator

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.ingestion import IngestionActivities
    from activities.knowledge.reports import IngestionReport, IngestionRequest
    from workflows.documents import failure
    from workflows.ingestion_policy import LONG, reason_of

BATCH_DOCUMENTS = 16
MAX_BATCH_DOCUMENTS = 64
BATCHES = 256
LANES = 2


async def take_in_batches(request: IngestionRequest, report: IngestionReport) -> None:
    """Add what becomes of all documents to ``report``."""
    total = 0
    try:
        total = await workflow.execute_activity_method(IngestionActivities.plan_ingestion, request, **LONG)
    except ActivityError as error:
        report.add(failure(request.filename, 1, reason_of(error)))
    batches = iter(_batches(total))
    await asyncio.gather(*(_take(request, report, batches, total) for _ in range(LANES)))


async def _take(
    request: IngestionRequest, report: IngestionReport, batches: Iterator[tuple[int, int]], total: int
) -> None:
    for start, count in batches:
        try:
            part = await workflow.execute_activity_method(
                IngestionActivities.ingest_batch, args=[request, start, count], **LONG
            )
            report.add(part)
        except ActivityError as error:
            place = f"{request.filename}#{start + 1}-{start + count}" if total > 1 else request.filename
            report.add(failure(place, count, reason_of(error)))


def _batches(total: int) -> list[tuple[int, int]]:
    size = min(max(BATCH_DOCUMENTS, -(-total // BATCHES)), MAX_BATCH_DOCUMENTS)
    return [(start, min(size, total - start)) for start in range(0, total, size)]
