"""The nightly evaluation on a real Temporal server: figures are kept and shown; the schedule is made once."""

import json
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from temporalio.client import Client
from temporalio.service import RPCError

from activities.evaluation import EvaluationActivities, golden_command
from activities.records.database import Database
from activities.records.evaluations import Evaluations, GoldenFigures
from tests.workflows.replays import failure, read, stored
from workflows.evaluation import NIGHTLY_EVALUATION, EvaluationWorkflow
from workflows.registry import build_worker

FIGURES = {"n": 4, "accuracy": 0.75, "automatic_share": 0.5, "automatic_precision": 1.0, "failures": [{"text": "x"}]}


def printing(text: str, code: int = 0) -> list[str]:
    return [sys.executable, "-c", f"import sys; print({text!r}); sys.exit({code})"]


async def run(client: Client, task_queue: str, activities: EvaluationActivities) -> tuple[GoldenFigures, str]:
    steps = [activities.run_evaluation, activities.record_evaluation]
    async with build_worker(client, steps, task_queue=task_queue):
        name = f"evaluation-{uuid4()}"
        figures = await client.execute_workflow(EvaluationWorkflow.run, id=name, task_queue=task_queue)
        return figures, name


@pytest.fixture
async def evaluations(tmp_path: Path) -> Evaluations:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    return Evaluations(database)


async def test_a_run_is_kept_and_shown(temporal_client: Client, task_queue: str, evaluations: Evaluations) -> None:
    activities = EvaluationActivities(evaluations, printing(json.dumps(FIGURES)))
    figures, name = await run(temporal_client, task_queue, activities)
    assert figures.accuracy == 0.75
    kept = await evaluations.latest()
    assert kept is not None
    assert (kept.n, kept.automatic_share, kept.automatic_precision) == (4, 0.5, 1.0)
    assert "failures" not in kept.figures
    assert REGISTRY.get_sample_value("support_evaluation_ratio", {"figure": "accuracy"}) == 0.75
    assert REGISTRY.get_sample_value("support_evaluation_timestamp_seconds") == kept.finished_at.timestamp()
    history = await temporal_client.get_workflow_handle(name).fetch_history()
    assert await failure(history) is None


async def test_the_same_run_is_kept_once(evaluations: Evaluations) -> None:
    first = await evaluations.record("run", GoldenFigures.model_validate(FIGURES))
    again = await evaluations.record("run", GoldenFigures.model_validate(FIGURES | {"accuracy": 0.1}))
    assert first == again
    found = await EvaluationActivities(evaluations, []).show_latest()
    assert found is not None
    assert found.accuracy == 0.75


async def test_a_stored_evaluation_replays() -> None:
    [path] = stored("evaluation_nightly")
    assert await failure(read(path)) is None


async def test_there_is_one_schedule_whoever_makes_it_and_none_when_it_is_off(
    temporal_client: Client, task_queue: str
) -> None:
    for hour in (3, 4):
        await NIGHTLY_EVALUATION.schedule(temporal_client, hour, task_queue=task_queue)
    found = await temporal_client.get_schedule_handle(NIGHTLY_EVALUATION.schedule_id).describe()
    assert found.schedule.spec.calendars[0].hour[0].start == 4
    for _ in range(2):
        await NIGHTLY_EVALUATION.schedule(temporal_client, -1)
    with pytest.raises(RPCError, match="not found"):
        await temporal_client.get_schedule_handle(NIGHTLY_EVALUATION.schedule_id).describe()


async def test_a_command_without_figures_fails_with_what_it_said(evaluations: Evaluations) -> None:
    activities = EvaluationActivities(evaluations, [sys.executable, "-c", "import sys; sys.exit('holdfast: no data')"])
    with pytest.raises(Exception, match="holdfast: no data"):
        await activities.run_evaluation()


def test_a_company_has_its_own_questions(tmp_path: Path) -> None:
    assert "--data" not in golden_command(tmp_path)
    (tmp_path / "golden.jsonl").touch()
    assert golden_command(tmp_path)[-2:] == ["--data", str(tmp_path / "golden.jsonl")]
