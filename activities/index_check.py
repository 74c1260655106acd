"""The check of the index as a Temporal activity: its result in the log, in metrics and in the knowledge's trail."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from temporalio import activity

from activities import metrics
from activities.heartbeats import heartbeats
from activities.knowledge.check import IndexCheck, IndexReport
from activities.records.database import Database
from activities.records.knowledge_events import Happened, KnowledgeTrail


class IndexCheckActivities:
    """The step of ``IndexCheckWorkflow``; safe to repeat."""

    def __init__(self, check: IndexCheck, database: Database) -> None:
        """Check by ``check``, and write what it found into the trail of ``database``."""
        self._check = check
        self._database = database
        self._trail = KnowledgeTrail(database)

    def all(self) -> Sequence[Callable[..., Any]]:
        """Return the activities, for a worker."""
        return [self.check_index]

    @activity.defn
    async def check_index(self, turn: int) -> IndexReport:
        """Compare the index with records and repair it; ``turn`` counts the checks."""
        async with heartbeats():
            report = await self._check.run(turn)
            await self._database.count()
        metrics.show_index_check(
            report.missing, report.surplus, report.changed + report.changed_texts, report.left, time.time()
        )
        await self._trail.write(checked(report, activity.info().workflow_run_id or ""))
        return report.model_copy(update={"partitions": [each for each in report.partitions if not each.same]})


def checked(report: IndexReport, occasion: str) -> Happened:
    """Return the row of the trail for a check."""
    figures = report.model_dump(exclude={"partitions"})
    hashes = {
        f"{each.store} {each.partition}": {"expected": each.expected_hash, "found": each.found_hash}
        for each in report.partitions
        if not each.same
    }
    return Happened("knowledge.checked", "", details={**figures, "hashes": hashes}, occasion=occasion)
