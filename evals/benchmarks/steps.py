"""When the steps of an ingestion ran, as Temporal's own histories have it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory

Span = tuple[float, float]
"""Start and end of a step, in Unix seconds."""


async def steps_of(client: Client, workflow_id: str) -> list[tuple[str, Span]]:
    """Return the name and the time of each step of an ended ingestion and of its documents' workflows."""
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    found = list(_completed(history))
    for child in _children(history):
        found += _completed(await client.get_workflow_handle(child).fetch_history())
    return found


async def ended_at(client: Client, workflow_id: str) -> float:
    """Wait for the end of a workflow; return when it was, in Unix seconds."""
    handle = client.get_workflow_handle(workflow_id)
    await handle.result()
    described = await handle.describe()
    if described.close_time is None:
        raise RuntimeError(f"{workflow_id} has a result and no end")
    return described.close_time.timestamp()


def union_seconds(spans: Iterable[Span]) -> float:
    """Return how long at least one of some spans lasted."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _completed(history: WorkflowHistory) -> Iterator[tuple[str, Span]]:
    events = {event.event_id: event for event in history.events}
    for event in history.events:
        if event.event_type != EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            continue
        ended = event.activity_task_completed_event_attributes
        scheduled = events[ended.scheduled_event_id].activity_task_scheduled_event_attributes
        yield (
            scheduled.activity_type.name,
            (_seconds(events[ended.started_event_id].event_time.ToDatetime()), _seconds(event.event_time.ToDatetime())),
        )


def _children(history: WorkflowHistory) -> Iterator[str]:
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:
            yield event.child_workflow_execution_started_event_attributes.workflow_execution.workflow_id


def _seconds(moment: datetime) -> float:
    return (moment - datetime(1970, 1, 1)).total_seconds()
