"""Sentences on their way to the customer while the chat model is writing: from the activity to the workflow stream."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.contrib.workflow_streams import WorkflowStreamClient
from temporalio.service import RPCError

from activities.models.chat.gate import Publish
from activities.turns import EVENTS_TOPIC, Event

RETRY = timedelta(seconds=5)
"""How long a sentence that cannot be delivered is tried again; the whole answer comes anyway."""
logger = logging.getLogger(__name__)


@asynccontextmanager
async def deltas(turn_id: str) -> AsyncIterator[Publish | None]:
    """Yield what publishes sentences of a turn on its conversation's stream; None outside an activity.

    All of them are delivered when the block ends. One that cannot be is only logged.
    """
    if not activity.in_activity():
        yield None
        return
    stream = WorkflowStreamClient.from_within_activity(max_retry_duration=RETRY)
    topic = stream.topic(EVENTS_TOPIC, type=Event)

    async def publish(attempt: int, seq: int, text: str) -> None:
        event = Event(name="message.delta", turn_id=turn_id, attempt=attempt, seq=seq, text=text, at=datetime.now(UTC))
        topic.publish(event, force_flush=True)

    await stream.__aenter__()
    try:
        yield publish
    finally:
        try:
            await stream.__aexit__(None, None, None)
        except (RPCError, TimeoutError):
            logger.warning("sentences of turn %s were not delivered", turn_id, exc_info=True)
