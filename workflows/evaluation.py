"""The golden questions asked every night: whether the agent still answers as it did."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from workflows.nightly import Nightly

with workflow.unsafe.imports_passed_through():
    from activities.evaluation import EvaluationActivities
    from activities.records.evaluations import GoldenFigures

LONGEST = timedelta(hours=1)


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


NIGHTLY_EVALUATION = Nightly("nightly-evaluation", "evaluation", EvaluationWorkflow.run)
