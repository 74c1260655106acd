"""A worker that starts has an index repaired that holds less than the records say, and serves in any case."""

from typing import Any, cast

import pytest
from temporalio.client import Client

from activities.knowledge.check import IndexCheck
from activities.ports import KnowledgeUnavailableError
from workflows import worker


class Index:
    """Says whether something is lost, or that nobody can tell."""

    def __init__(self, lacks: bool | None) -> None:
        self._lacks = lacks

    async def lacks(self) -> bool:
        if self._lacks is None:
            raise KnowledgeUnavailableError("Chroma is away")
        return self._lacks


@pytest.mark.parametrize(("lacks", "checks"), [(True, 1), (False, 0), (None, 0)])
async def test_a_check_is_started_for_what_was_lost_and_only_for_that(
    lacks: bool | None, checks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []

    async def note(client: Client) -> None:
        started.append(client)

    monkeypatch.setattr(worker, "check_now", note)
    await worker.look_for_losses(cast(Client, object()), cast(IndexCheck, Index(lacks)))
    assert len(started) == checks
