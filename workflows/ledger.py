"""Writing to records from a workflow: a local activity first, patiently as a regular one when that fails."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from activities.turn_records import TurnRecords
    from activities.turns import CaseRecord, ConversationEnd, Rating, TurnRecord

QUICK: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=5),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=50), maximum_interval=timedelta(seconds=1), maximum_attempts=3
    ),
}
NEVER = ["ValueError", "TypeError"]
"""What no further try mends."""
PATIENT: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=20),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1),
        maximum_interval=timedelta(seconds=30),
        maximum_attempts=240,
        non_retryable_error_types=NEVER,
    ),
}
"""About two hours: longer than a database restart, and bounded."""
AGAIN = timedelta(minutes=5)
"""Rest before what must not be dropped is tried for two hours more."""
LOCAL_FAILURES = (ActivityError, ApplicationError)
"""What a local activity raises when it fails for good: the error itself, or a time limit."""


async def record_turn(record: TurnRecord, *, gives_up: bool) -> None:
    """Write the turn, its audit row and its case in one transaction; writing it again changes nothing.

    Raises ``ActivityError`` when records stay out of reach for hours and it ``gives_up`` then.
    """
    try:
        await workflow.execute_local_activity_method(TurnRecords.record_turn, record, **QUICK)
    except LOCAL_FAILURES:
        if gives_up:
            await workflow.execute_activity_method(TurnRecords.record_turn, record, **PATIENT)
        else:
            await _write_in_the_end(TurnRecords.record_turn, record)


async def record_case(case: CaseRecord) -> None:
    """Write how far a case's deadline has gone."""
    await _write_in_the_end(TurnRecords.record_case, case)


async def record_rating(rating: Rating) -> None:
    """Write the customer's rating."""
    await workflow.execute_local_activity_method(TurnRecords.record_rating, rating, **QUICK)


async def record_end(end: ConversationEnd) -> None:
    """Write that the conversation is closed."""
    await _write_in_the_end(TurnRecords.record_end, end)


async def _write_in_the_end(activity: Callable[..., Awaitable[None]], row: BaseModel) -> None:
    """Write patiently, and after a rest again: a workflow that failed here would drop what a customer was promised.

    Raises ``ActivityError`` when no database would take the row, and when the workflow is cancelled.
    """
    while True:
        try:
            await workflow.execute_activity_method(activity, row, **PATIENT)
        except ActivityError as error:
            if is_cancelled_exception(error) or _refused(error):
                raise
            workflow.logger.exception("records have been out of reach for hours; the next try is in %s", AGAIN)
            await workflow.sleep(AGAIN)
        else:
            return


def _refused(error: ActivityError) -> bool:
    """Say whether records were reached, and what they were given is wrong."""
    return isinstance(error.cause, ApplicationError) and error.cause.type in NEVER
