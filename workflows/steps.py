"""The graph's steps inside the workflow: short ones as local activities, the chat model as a regular one."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, cast

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.nodes import SupportNodes
    from graphs.routing import asks_model
    from graphs.state import ModelRoute, SupportState
    from workflows.ledger import LOCAL_FAILURES

Update = dict[str, Any]
REASON_CHARACTERS = 300
GRACE_SECONDS = 10.0
"""Beyond the models' own deadlines, which end a try in order and say why."""

STEP: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=10),
    "schedule_to_close_timeout": timedelta(seconds=60),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=50),
        backoff_coefficient=3,
        maximum_interval=timedelta(seconds=1),
        maximum_attempts=4,
        non_retryable_error_types=["ValueError", "TypeError", "KeyError", "AssertionError"],
    ),
}
"""Steps of milliseconds: local activities, idempotent, retried inside the workflow task.

The longer limit has the wait for other customers' steps in it: a crowd waits longer, and is not sent to a person.
"""
DRAFT: dict[str, Any] = {
    **STEP,
    "start_to_close_timeout": timedelta(seconds=30),
    "schedule_to_close_timeout": timedelta(seconds=120),
}
"""Drafts are made one by one: the limit has the wait for seven others in it, each over passages that nobody read yet.

A draft that is given up goes on in its thread, so a second try at it would only make the others wait longer.
"""
TOGETHER: dict[str, Any] = {**DRAFT, "retry_policy": RetryPolicy(maximum_attempts=1)}
"""Several steps at once are not tried again together: each is then taken by itself, with its own tries."""
STEPS_TOGETHER = "steps-together"
"""Since when the steps that wait for nothing are one local activity: each costs some 3 ms of a worker's processor."""

MODEL_SECONDS = 90.0
"""For one try at an answer by the chat models, unless the policy says otherwise."""
MODEL_TRIES = 2
"""So long a turn waits for the models in all, as a multiple of one try; what fails at once is tried three times."""
MODEL_CALL: dict[str, Any] = {
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=500),
        backoff_coefficient=2,
        maximum_interval=timedelta(seconds=5),
        maximum_attempts=3,
        non_retryable_error_types=[
            "ModelOutputError",
            "ModelBypassedError",
            "ValueError",
            "TypeError",
            "AssertionError",
        ],
    ),
}


TAKEN: ContextVar[dict[str, Update]] = ContextVar("taken")
"""What steps of this turn have set that were taken together with an earlier one, by their names; each is used once."""


class DurableSteps:
    """The support graph's ``Nodes``: calls are activities. What waits for nothing is taken in one go with ``classify``.

    A crash repeats at most the steps of one go.
    """

    async def classify(self, state: SupportState) -> Update:
        """Classify as a local activity, and take with it the steps that can follow at once."""
        if workflow.patched(STEPS_TOGETHER):
            try:
                taken = await workflow.execute_local_activity_method(SupportNodes.take_steps, state, **TOGETHER)
                TAKEN.get().update(taken)
            except LOCAL_FAILURES as error:
                workflow.logger.warning("steps fail together and are taken one by one: %s", _cause(error))
        return await _step(SupportNodes.classify, state, STEP)

    async def retrieve(self, state: SupportState) -> Update:
        """Search; when it fails for good the case goes to a person with an honest message."""
        try:
            return await _step(SupportNodes.retrieve, state, STEP)
        except LOCAL_FAILURES as error:
            workflow.logger.warning("retrieval failed for good: %s", _cause(error))
            return {"retrieval_failed": True, "passages": []}

    async def answer(self, state: SupportState) -> Update:
        """Draft with the engine of the policy; when the model fails for good, with the embedded engine."""
        fallback_reason, route = _distrust(state) or _withheld(state), state.get("draft", {}).get("route")
        if asks_model(state) and not fallback_reason:
            try:
                return await workflow.execute_activity_method(SupportNodes.ask_model, state, **_model_call(state))
            except ActivityError as error:
                fallback_reason, route = _cause(error), _route(error)
                workflow.logger.warning("the model failed for good: %s", fallback_reason)
        update = await _step(SupportNodes.answer, state, DRAFT)
        return {"draft": {**update["draft"], "fallback_reason": fallback_reason, **({"route": route} if route else {})}}

    async def check(self, state: SupportState) -> Update:
        """Check the draft as a local activity."""
        return await _step(SupportNodes.check, state, STEP)


async def _step(step: Callable[..., Any], state: SupportState, options: dict[str, Any]) -> Update:
    """Return what a step sets: from the go that took it along, else from a local activity of its own."""
    taken = TAKEN.get().pop(step.__name__, None)
    if taken is not None:
        return taken
    update: Update = await workflow.execute_local_activity_method(step, state, **options)
    return update


async def lost_sources(state: SupportState) -> list[str]:
    """Return the titles of documents that the draft quotes and that its customer cannot read any more.

    Raises one of ``LOCAL_FAILURES`` when that cannot be found out now.
    """
    lost: list[str] = await workflow.execute_local_activity_method(SupportNodes.recheck, state, **STEP)
    return lost


def _model_call(state: SupportState) -> dict[str, Any]:
    seconds = state["policy"].get("model_seconds") or MODEL_SECONDS
    return {
        **MODEL_CALL,
        "start_to_close_timeout": timedelta(seconds=seconds + GRACE_SECONDS),
        "schedule_to_close_timeout": timedelta(seconds=MODEL_TRIES * (seconds + GRACE_SECONDS)),
    }


def _distrust(state: SupportState) -> str:
    """Why the model's draft is not believed, when it has just failed the check."""
    draft, check = state.get("draft"), state.get("check")
    if draft is None or check is None or draft["engine"] != "ollama" or check["passed"]:
        return ""
    return "the model's draft failed the check: " + "; ".join(check["problems"])


def _withheld(state: SupportState) -> str:
    """Why the chat model is not to be asked though it answers."""
    return state["policy"].get("engine_reason", "")


def _cause(error: ActivityError | ApplicationError) -> str:
    """What failed for good, in words for the audit row."""
    cause = error.cause if isinstance(error, ActivityError) else error
    if not isinstance(cause, ApplicationError):
        return type(cause).__name__
    return f"{cause.type or 'error'}: {cause.message[:REASON_CHARACTERS]}"


def _route(error: ActivityError) -> ModelRoute | None:
    """Which models were asked before the step failed, if it says so."""
    details = error.cause.details if isinstance(error.cause, ApplicationError) else ()
    return cast(ModelRoute, details[0]) if details and isinstance(details[0], dict) else None
