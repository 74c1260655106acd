"""Stored histories of ingestions and deletions replay with the code of today."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from workflows.registry import WORKFLOWS, runner

HISTORIES = sorted((Path(__file__).parent / "histories").glob("ingestion_*.json"))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_stored_ingestion_replays(path: Path) -> None:
    replayer = Replayer(workflows=WORKFLOWS, workflow_runner=runner(), data_converter=pydantic_data_converter)
    history = WorkflowHistory.from_json(path.stem, json.loads(path.read_text(encoding="utf-8")))
    assert len(history.events) > 10
    assert (await replayer.replay_workflow(history)).replay_failure is None


def test_there_are_stored_histories() -> None:
    kinds = {"batches", "cancelled", "deletion", "document", "parts", "refused"}
    assert {path.stem for path in HISTORIES} == {f"ingestion_{kind}" for kind in kinds}
