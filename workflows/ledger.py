"""Writing to records from a workflow: a local activity first, patiently as a regular one when that fails."""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.turn_records import TurnRecords
    from activities.turns import CaseRecord, ConversationEnd, Rating, TurnRecord

QUICK: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=5),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=50), maximum_interval=timedelta(seconds=1), maximum_attempts=3
    ),
}
PATIENT: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=20),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1),
        maximum_interval=timedelta(seconds=30),
        maximum_attempts=240,
        non_retryable_error_types=["ValueError", "TypeError"],
    ),
}
"""About two hours: longer than a database restart, and bounded."""
LOCAL_FAILURES = (ActivityError, ApplicationError)
"""What a local activity raises when it fails for good: the error itself, or a time limit."""


async def record_turn(record: TurnRecord) -> None:
    """Write the turn, its audit row and its case in one transaction; writing it again changes nothing."""
    try:
        await workflow.execute_local_activity_method(TurnRecords.record_turn, record, **QUICK)
    except LOCAL_FAILURES:
        await workflow.execute_activity_method(TurnRecords.record_turn, record, **PATIENT)


async def record_case(case: CaseRecord) -> None:
    """Write how far a case's deadline has gone."""
    await workflow.execute_activity_method(TurnRecords.record_case, case, **PATIENT)


async def record_rating(rating: Rating) -> None:
    """Write the customer's rating."""
    await workflow.execute_local_activity_method(TurnRecords.record_rating, rating, **QUICK)


async def record_end(end: ConversationEnd) -> None:
    """Write that the conversation is closed."""
    await workflow.execute_activity_method(TurnRecords.record_end, end, **PATIENT)
