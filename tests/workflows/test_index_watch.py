"""A worker has an index repaired that is damaged or holds less than the records say, and serves in any case."""

import asyncio
from typing import Any, cast

import pytest
from temporalio.client import Client

from activities.knowledge.check import IndexCheck
from activities.ports import KnowledgeUnavailableError
from workflows import index_watch
from workflows.index_watch import PATIENT_LOOKS, IndexWatch


class Index:
    """Says what is wrong with it, look for look, the last word for ever; ``None``: nobody can tell."""

    def __init__(self, *troubles: str | None) -> None:
        self._troubles = list(troubles)
        self.thorough: list[bool] = []

    async def trouble(self, *, thorough: bool) -> str:
        self.thorough.append(thorough)
        trouble = self._troubles.pop(0) if len(self._troubles) > 1 else self._troubles[0]
        if trouble is None:
            raise KnowledgeUnavailableError("Chroma is away")
        return trouble


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []

    async def note(client: Client) -> None:
        found.append(client)

    monkeypatch.setattr(index_watch, "check_now", note)
    return found


async def look(index: Index, times: int) -> None:
    watch = IndexWatch(cast(Client, object()), cast(IndexCheck, index))
    for _ in range(times):
        await watch.look()


@pytest.mark.parametrize(
    ("troubles", "looks", "checks"),
    [
        (["words: x.term is damaged"], 1, 1),
        ([""], 3, 0),
        ([None], 3, 0),
        (["a loss", "a loss", ""], 4, 1),
        (["a loss", "", "a loss"], 4, 2),
        (["a loss", "another"], 2, 2),
        (["a loss"], PATIENT_LOOKS, 1),
        (["a loss"], PATIENT_LOOKS + 1, 2),
    ],
)
async def test_a_check_is_started_for_new_trouble_and_seldom_for_the_same(
    troubles: list[str | None], looks: int, checks: int, started: list[Any]
) -> None:
    await look(Index(*troubles), looks)
    assert len(started) == checks


async def test_trouble_that_nobody_foresaw_does_not_end_the_watch(
    started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Surprising(Index):
        async def trouble(self, *, thorough: bool) -> str:
            if await super().trouble(thorough=thorough) == "surprise":
                raise OSError("the disk is gone")
            await asyncio.Event().wait()
            return ""

    index = Surprising("surprise", "surprise", "")
    monkeypatch.setattr(index_watch, "LOOK_SECONDS", 0.0)
    watching = asyncio.create_task(IndexWatch(cast(Client, object()), cast(IndexCheck, index)).run())
    while len(index.thorough) < 3:
        assert not watching.done()
        await asyncio.sleep(0)
    watching.cancel()

    assert index.thorough == [True, True, True]


async def test_it_looks_thoroughly_at_the_start_and_after_nobody_could_tell(started: list[Any]) -> None:
    index = Index("", None, "", "")
    await look(index, 4)
    assert index.thorough == [True, False, True, False]
