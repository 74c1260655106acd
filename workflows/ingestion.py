"""Documents in and out: durable, in batches, and never without an end that is written down."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.ingestion import IngestionActivities
    from activities.knowledge.reports import (
        Counts,
        IngestionReport,
        IngestionRequest,
        RefusedDocument,
    )

BATCH_DOCUMENTS = 16
MAX_BATCH_DOCUMENTS = 64
BATCHES = 256
"""Files with more documents than fill so many batches get larger ones: an activity is three events of history."""
LANES = 2
"""Batches at the same time: one embeds while the other parses and writes."""
FAILED = "could not be taken now; upload the file again"

FOREVER_WRONG = ["DocumentRefusedError", "UploadMissingError", "ValueError", "TypeError", "AssertionError"]
RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=1),
    maximum_attempts=8,
    non_retryable_error_types=FOREVER_WRONG,
)
"""Four minutes of patience with an index or a database that is away."""
LAST_STEP_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=5),
    maximum_attempts=300,
    non_retryable_error_types=FOREVER_WRONG,
)
"""A day: an ingestion must not look as if it ran, and a deletion that was promised must happen."""
LONG: dict[str, Any] = {
    "start_to_close_timeout": timedelta(minutes=15),
    "heartbeat_timeout": timedelta(seconds=20),
    "retry_policy": RETRIES,
}
"""A document of ten million characters takes six minutes to embed on two cores."""
FINISH: dict[str, Any] = {"start_to_close_timeout": timedelta(seconds=30), "retry_policy": LAST_STEP_RETRIES}
DELETE: dict[str, Any] = {**LONG, "retry_policy": LAST_STEP_RETRIES}


class IngestionProgress(BaseModel):
    """How far an ingestion is; ``total`` is 0 until the file is validated."""

    total: int = 0
    counts: Counts = Counts()


@workflow.defn
class IngestionWorkflow:
    """Takes the documents of one file in and writes a report of each."""

    def __init__(self) -> None:
        self._total = 0
        self._report = IngestionReport()

    @workflow.query
    def progress(self) -> IngestionProgress:
        """Return how many documents are done."""
        return IngestionProgress(total=self._total, counts=self._report.counts)

    @workflow.run
    async def run(self, request: IngestionRequest) -> Counts:
        """Validate, take in batches, write the report; a refused file is a report and no failure of the workflow."""
        try:
            self._total = await workflow.execute_activity_method(IngestionActivities.plan_ingestion, request, **LONG)
        except ActivityError as error:
            self._refuse(request.filename, 1, _reason(error))
        batches = iter(_batches(self._total))
        await asyncio.gather(*(self._take(request, batches) for _ in range(LANES)))
        await workflow.execute_activity_method(
            IngestionActivities.finish_ingestion, args=[request, self._report], **FINISH
        )
        return self._report.counts

    async def _take(self, request: IngestionRequest, batches: Iterator[tuple[int, int]]) -> None:
        for start, count in batches:
            try:
                part = await workflow.execute_activity_method(
                    IngestionActivities.ingest_batch, args=[request, start, count], **LONG
                )
                self._report.add(part)
            except ActivityError as error:
                workflow.logger.warning("documents from %d on were not taken: %s", start, error.cause)
                place = f"{request.filename}#{start + 1}-{start + count}" if self._total > 1 else request.filename
                self._refuse(place, count, _reason(error))

    def _refuse(self, source: str, count: int, reason: str) -> None:
        refused = [RefusedDocument(source=source, reason=reason)]
        self._report.add(IngestionReport(refused=refused, counts=Counts(refused=count)))


def _batches(total: int) -> list[tuple[int, int]]:
    """Return start and size of each batch."""
    size = min(max(BATCH_DOCUMENTS, -(-total // BATCHES)), MAX_BATCH_DOCUMENTS)
    return [(start, min(size, total - start)) for start in range(0, total, size)]


def _reason(error: ActivityError) -> str:
    """Return a refusal in its own words, and any other failure without the machine's."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type in {"DocumentRefusedError", "UploadMissingError"}:
        return cause.message
    return FAILED
