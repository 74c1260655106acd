"""The nightly evaluation, as Temporal activities.

They run as the command ``holdfast eval golden --json`` in a process of its own. Nothing in the product imports
``evals``, which brings training libraries; a minute of embedding at low priority must not hold up the customers of the
worker that happens to run it; and its memory is given back when it ends.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import metrics
from activities.heartbeats import heartbeats
from activities.records.evaluation_tables import Evaluation
from activities.records.evaluations import Evaluations, GoldenFigures

NICE = 10
OWN_QUESTIONS = "golden.jsonl"
"""A company's own golden questions, in its folder; the shipped ones without it."""


def golden_command(company_dir: Path) -> list[str]:
    """Return the command that asks the company's golden questions and prints JSON."""
    own = company_dir / OWN_QUESTIONS
    data = ["--data", str(own)] if own.exists() else []
    return [sys.executable, "-P", "-m", "cli", "eval", "golden", "--json", *data]


class EvaluationActivities:
    """The steps of ``EvaluationWorkflow``; both are safe to repeat."""

    def __init__(self, evaluations: Evaluations, command: Sequence[str]) -> None:
        """``command`` prints the figures of an evaluation as one JSON object."""
        self._evaluations = evaluations
        self._command = list(command)

    def all(self) -> list[Callable[..., Any]]:
        """Return the activities, for a worker."""
        return [self.run_evaluation, self.record_evaluation]

    @activity.defn
    async def run_evaluation(self) -> GoldenFigures:
        """Run the command and return its figures. Ends the process when the activity is cancelled.

        Raises ``ApplicationError`` of type ``EvaluationFailed`` with the last line that the command said.
        """
        running = await asyncio.create_subprocess_exec(
            *self._command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, preexec_fn=_be_nice
        )
        try:
            async with heartbeats():
                said, complained = await running.communicate()
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()
        try:
            return GoldenFigures.model_validate(json.loads(said))
        except (ValueError, ValidationError) as error:
            last = complained.decode(errors="replace").strip().rpartition("\n")[2]
            reason = last or f"exit code {running.returncode}"
            raise ApplicationError(f"the evaluation gave no figures: {reason}", type="EvaluationFailed") from error

    @activity.defn
    async def record_evaluation(self, figures: GoldenFigures) -> None:
        """Keep the figures, once for each run of the workflow, and show them as metrics."""
        finished = await self._evaluations.record(activity.info().workflow_run_id or "", figures)
        metrics.show_evaluation(
            figures.accuracy, figures.automatic_share, figures.automatic_precision, finished.timestamp()
        )

    async def show_latest(self) -> Evaluation | None:
        """Show the latest run as metrics, after a restart; return it."""
        if found := await self._evaluations.latest():
            metrics.show_evaluation(
                found.accuracy, found.automatic_share, found.automatic_precision, found.finished_at.timestamp()
            )
        return found


def _be_nice() -> None:
    os.nice(NICE)
