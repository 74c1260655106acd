"""The golden questions asked every night: whether the agent still answers as it did."""

from datetime import timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import RetryPolicy
from temporalio.service import RPCError, RPCStatusCode

from workflows import messages

with workflow.unsafe.imports_passed_through():
    from activities.evaluation import EvaluationActivities
    from activities.records.evaluations import GoldenFigures

SCHEDULE_ID = "nightly-evaluation"
WORKFLOW_ID = "evaluation"
LONGEST = timedelta(hours=1)
LATE = timedelta(hours=2)
"""A night that was missed for longer than this is left out."""
JITTER = timedelta(minutes=10)


@workflow.defn
class EvaluationWorkflow:
    """Runs the evaluation and keeps what it found."""

    @workflow.run
    async def run(self) -> GoldenFigures:
        """Return the figures; fails when the evaluation gave none twice."""
        figures = await workflow.execute_activity_method(
            EvaluationActivities.run_evaluation,
            start_to_close_timeout=LONGEST,
            heartbeat_timeout=timedelta(seconds=30),
            retry_policy=RetryPolicy(initial_interval=timedelta(minutes=1), maximum_attempts=2),
        )
        await workflow.execute_activity_method(
            EvaluationActivities.record_evaluation,
            figures,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1), maximum_attempts=60),
        )
        return figures


async def schedule_evaluation(client: Client, hour: int, *, task_queue: str = messages.TASK_QUEUE) -> None:
    """Have the evaluation run every night at ``hour`` (UTC, 0..23), or never again when it is below 0.

    Safe to call by any number of workers, again and again: there is one schedule, and it gets the hour given last.
    """
    handle = client.get_schedule_handle(SCHEDULE_ID)
    if hour < 0:
        try:
            await handle.delete()
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
        return
    wanted = _schedule(hour, task_queue)
    try:
        await client.create_schedule(SCHEDULE_ID, wanted)
    except ScheduleAlreadyRunningError:

        def changed(found: ScheduleUpdateInput) -> ScheduleUpdate:
            wanted.state = found.description.schedule.state
            return ScheduleUpdate(schedule=wanted)

        await handle.update(changed)


def _schedule(hour: int, task_queue: str) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(EvaluationWorkflow.run, id=WORKFLOW_ID, task_queue=task_queue),
        spec=ScheduleSpec(calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(hour)])], jitter=JITTER),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=LATE),
    )
