"""Stored histories of conversations replay on today's code; a change that breaks one breaks running conversations."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.workflows.conftest import Customer
from workflows.registry import WORKFLOWS, graph_plugin, runner

HISTORIES = sorted((Path(__file__).parent / "histories").glob("conversation_*.json"))


def replayer() -> Replayer:
    """A replayer set up as the worker is."""
    return Replayer(
        workflows=WORKFLOWS,
        plugins=[graph_plugin()],
        workflow_runner=runner(),
        data_converter=pydantic_data_converter,
    )


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_stored_conversation_replays(path: Path) -> None:
    history = WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))
    assert len(history.events) > 20

    result = await replayer().replay_workflow(history)
    assert result.replay_failure is None


async def test_a_conversation_of_today_replays(customer: Customer) -> None:
    await customer.say("hello")
    await customer.decide(await customer.say("risky"), "reject", reason="again")
    await customer.say("a person please")

    result = await replayer().replay_workflow(await customer.handle.fetch_history())
    assert result.replay_failure is None


def test_there_are_stored_histories() -> None:
    assert {path.stem for path in HISTORIES} >= {
        "conversation_reviewed",
        "conversation_handed_over",
        "conversation_streamed",
    }
