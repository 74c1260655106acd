"""How patient the steps of ingestions and deletions are, and what their failures are called in a report."""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.knowledge.reports import IngestionRequest

FOREVER_WRONG = ["DocumentRefusedError", "UploadMissingError", "ValueError", "TypeError", "AssertionError"]
RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=1),
    maximum_attempts=12,
    non_retryable_error_types=FOREVER_WRONG,
)
"""Six minutes of patience with an index or a database that is away, and with a worker that dies again and again."""
LAST_STEP_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=5),
    maximum_attempts=300,
    non_retryable_error_types=FOREVER_WRONG,
)
"""A day: an ingestion must not look as if it ran, and a deletion that was promised must happen."""
SHORT_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_attempts=3, non_retryable_error_types=FOREVER_WRONG
)
LONG: dict[str, Any] = {
    "start_to_close_timeout": timedelta(minutes=15),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": RETRIES,
}
FINISH: dict[str, Any] = {"start_to_close_timeout": timedelta(seconds=30), "retry_policy": LAST_STEP_RETRIES}
DELETE: dict[str, Any] = {**LONG, "retry_policy": LAST_STEP_RETRIES}

FAILED = "could not be taken now; upload the file again"
REASONS = {
    "KnowledgeUnavailableError": "the search index could not be written for some minutes; upload the file again",
    "DatabaseUnavailableError": "the database could not be written for some minutes; upload the file again",
    "ModelFilesError": "the embedding model's files are missing or damaged; run `holdfast doctor`",
}
DISK_FULL = "the disk is full; make room and upload the file again"
FULL_DISK_WORDS = ("No space left on device", "disk is full", "os error 28", "disk quota")


def step_options(request: IngestionRequest) -> dict[str, Any]:
    """Return the options of a step of an ingestion: long, on the queue that bounds how many run at a time."""
    return {**LONG, "task_queue": request.queue} if request.queue else LONG


def withdrawal_options(request: IngestionRequest) -> dict[str, Any]:
    """Return the options of taking back what was staged: whoever looks at the report waits for it."""
    return {**step_options(request), "retry_policy": SHORT_RETRIES}


def reason_of(error: ActivityError) -> str:
    """Return a refusal in its own words, and any other failure without the machine's."""
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        return FAILED
    if cause.type in {"DocumentRefusedError", "UploadMissingError"}:
        return cause.message
    if any(words in cause.message for words in FULL_DISK_WORDS):
        return DISK_FULL
    return REASONS.get(cause.type or "", FAILED)
