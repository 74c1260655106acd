"""Stored histories, and today's code replaying them: a change that breaks one breaks what runs."""

from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from workflows.converter import data_converter
from workflows.registry import WORKFLOWS, graph_plugin, runner

FOLDER = Path(__file__).parent / "histories"


def stored(pattern: str) -> list[Path]:
    """Return the stored histories whose names match, by name."""
    return sorted(FOLDER.glob(f"{pattern}.json"))


def read(path: Path) -> WorkflowHistory:
    """Return a stored history."""
    return WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))


async def failure(history: WorkflowHistory) -> Exception | None:
    """Replay a history as the worker would; return what went wrong."""
    replayer = Replayer(
        workflows=WORKFLOWS,
        plugins=[graph_plugin()],
        workflow_runner=runner(),
        data_converter=data_converter,
        build_id="tests",
    )
    return (await replayer.replay_workflow(history)).replay_failure
