"""The vectors of pieces are made while nobody waits, from records alone, and used by the first question."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from numpy.typing import NDArray

from activities.calm import Calm
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.kept_vectors import KeptUnits
from activities.knowledge.unit_vectors import UNITS_FILE, UnitVectors
from activities.models import pieces
from activities.models.asked import NONE_ASKED
from activities.models.candidates import UnitCache
from activities.models.pieces import pieces_of, texts_of
from activities.models.unit_filling import UnitFilling
from activities.records.database import Database, utc_now
from activities.records.documents import Documents
from tests.knowledge.writing import FlatEmbedder, MemoryIndex
from tests.models.passages import PRICES, STEPS, YEARLY, make_passage

GUIDE = b"# Guide\n\nThe first sentence. The second sentence.\n"


class Noting(FlatEmbedder):
    """Does something in the middle of the next embedding."""

    meanwhile: Callable[[], object] | None = None

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.meanwhile:
            run, self.meanwhile = self.meanwhile, None
            run()
        return super().embed(texts)


class Desk:
    """A writer, a file of vectors, and what fills it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder, self.embedder = database, folder, Noting()
        self.units = UnitVectors(folder / UNITS_FILE, "basis", 10_000_000)
        self.writer = KnowledgeWriter(database, FlatEmbedder(), MemoryIndex(), caches=[KeptUnits(self.units)])

    async def ingest(self, data: bytes = GUIDE) -> str:
        report = await self.writer.ingest(await self.writer.accept("guide.md", data))
        return report.taken[0].document_id

    async def fill(self) -> bool:
        filling = UnitFilling(self.database, self.embedder, NONE_ASKED, self.units, self.folder / "lock")
        return await filling.fill(Calm(0))


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(database, tmp_path)
    yield made
    made.units.close()


async def test_a_published_passage_is_made_once_and_its_first_question_waits_for_nothing(desk: Desk) -> None:
    name = await desk.ingest()
    assert await desk.fill()
    assert await desk.fill()
    made = desk.embedder.texts
    assert len(made) == len(set(made)) > 2
    chunk = (await Documents(desk.database).published_chunks("", 1))[0]
    asked, passage = Noting(), make_passage(chunk.text, document=name, title=chunk.title, heading=chunk.heading)
    UnitCache(asked, None, NONE_ASKED, desk.units).of([passage], "What is first?")
    assert asked.texts == ["What is first?"]


async def test_a_replaced_version_leaves_and_the_new_one_is_made(desk: Desk) -> None:
    name = await desk.ingest()
    await desk.fill()
    await desk.ingest(GUIDE + b"\nA third sentence.\n")
    await desk.fill()
    assert desk.units.chunk_ids() == [f"{name}:2:0"]


async def test_a_document_deleted_while_its_vectors_are_made_leaves_none(desk: Desk) -> None:
    name, loop = await desk.ingest(), asyncio.get_running_loop()

    def delete() -> None:
        asyncio.run_coroutine_threadsafe(desk.writer.delete(name, utc_now()), loop).result()

    desk.embedder.meanwhile = delete
    await desk.fill()
    assert desk.units.chunk_ids() == []


async def test_one_process_on_a_folder_fills(desk: Desk) -> None:
    await desk.ingest()
    with FileLock(desk.folder / "lock"):
        assert not await desk.fill()
    assert desk.embedder.texts == []


async def test_calm_comes_only_after_what_runs_has_ended() -> None:
    calm = Calm(0.01)
    calm.begin()
    waiting = asyncio.create_task(calm())
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    calm.end()
    await waiting


def test_whoever_changes_how_passages_are_taken_apart_counts_the_version_up() -> None:
    texts = [texts_of(each, pieces_of(each), NONE_ASKED) for each in (YEARLY, PRICES, STEPS)]
    assert (pieces.VERSION, hashlib.sha256(repr(texts).encode()).hexdigest()[:16]) == ("1", "f13a733b24db5292")
