"""What happens every night: one Temporal schedule each, whichever worker makes it, with the hour given last."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

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
from temporalio.service import RPCError, RPCStatusCode

from workflows import messages

LATE = timedelta(hours=2)
"""A night that was missed for longer than this is left out."""
JITTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Nightly:
    """A workflow without input that runs every night, under these ids."""

    schedule_id: str
    workflow_id: str
    run: Any

    async def schedule(self, client: Client, hour: int, *, task_queue: str = messages.TASK_QUEUE) -> None:
        """Have it run every night at ``hour`` (UTC, 0..23), or never again when it is below 0.

        Safe to call by any number of workers, again and again: there is one schedule, and it gets the hour given last.
        """
        handle = client.get_schedule_handle(self.schedule_id)
        if hour < 0:
            try:
                await handle.delete()
            except RPCError as error:
                if error.status != RPCStatusCode.NOT_FOUND:
                    raise
            return
        wanted = self._schedule(hour, task_queue)
        try:
            await client.create_schedule(self.schedule_id, wanted)
        except ScheduleAlreadyRunningError:

            def changed(found: ScheduleUpdateInput) -> ScheduleUpdate:
                wanted.state = found.description.schedule.state
                return ScheduleUpdate(schedule=wanted)

            await handle.update(changed)

    def _schedule(self, hour: int, task_queue: str) -> Schedule:
        return Schedule(
            action=ScheduleActionStartWorkflow(self.run, id=self.workflow_id, task_queue=task_queue),
            spec=ScheduleSpec(calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(hour)])], jitter=JITTER),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=LATE),
        )
