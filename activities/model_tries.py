"""What earlier attempts of the model's activity did: Temporal repeats it, and the audit row names every try."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import ModelError, ModelTask, ModelTimeoutError, ModelUnavailableError
from graphs.state import ModelRoute, ModelTry

TRIES_AN_ATTEMPT = 8
"""More than one attempt of the activity can make: two models, each repaired once and asked again at most once."""


def attempts_before() -> int:
    """Return a number above that of every try of the attempts before this one."""
    return (activity.info().attempt - 1) * TRIES_AN_ATTEMPT if activity.in_activity() else 0


@contextmanager
def tries_told(task: ModelTask) -> Iterator[list[ModelTry]]:
    """Yield the tries of the attempts before this one; a failure in the block carries them all to the workflow.

    A ``ModelError`` becomes an ``ApplicationError`` of its name, with the route as its one detail, which is retried
    only if the model may answer the next time. Outside an activity it passes through.
    """
    before = _remembered()
    try:
        yield before
    except ModelError as error:
        if not activity.in_activity():
            raise
        tries = [*before, *error.tries]
        activity.heartbeat(tries)
        route = ModelRoute(tier=task.tier.tier, reason=task.tier.reason, tries=tries)
        final = not isinstance(error, ModelUnavailableError) or isinstance(error, ModelTimeoutError)
        raise ApplicationError(str(error), route, type=type(error).__name__, non_retryable=final) from error


def _remembered() -> list[ModelTry]:
    """The last heartbeat of the attempt before, which ended by telling its tries."""
    details = activity.info().heartbeat_details if activity.in_activity() else ()
    return list(details[0]) if details else []
