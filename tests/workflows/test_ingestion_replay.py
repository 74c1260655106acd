"""Stored histories of ingestions and deletions replay with the code of today."""

from pathlib import Path

import pytest

from tests.workflows.replays import failure, read, stored

HISTORIES = stored("ingestion_*")


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_stored_ingestion_replays(path: Path) -> None:
    history = read(path)
    assert len(history.events) > 10
    assert await failure(history) is None


def test_there_are_stored_histories() -> None:
    kinds = {"batches", "cancelled", "deletion", "document", "parts", "refused"}
    assert {path.stem for path in HISTORIES} == {f"ingestion_{kind}" for kind in kinds}
