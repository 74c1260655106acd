"""The index is derived from records: whatever happens to it, it can be made again."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.open import OpenedKnowledge, open_knowledge
from activities.knowledge.rebuild import IndexIncompleteError, IndexRebuild, Rebuilt, empty_vector_folder
from activities.models.embedding import MiniLmEmbedder
from activities.ports import ReadScope
from activities.records.database import Database
from activities.settings import Settings
from tests.knowledge.conftest import chunk
from tests.knowledge.writing import Killed

FILES = {
    "refunds.md": ("# Refunds\n\n## Yearly plan\n\nWe pay a yearly plan back within 30 days.\n", "public"),
    "shipping.md": (
        "# Shipping\n\n## Europe\n\nA parcel takes five days.\n\n## Asia\n\nIt takes ten days.\n",
        "public",
    ),
    "salaries.md": ("# Salaries\n\n## Bands\n\nBand three is paid monthly.\n", "internal"),
}
EVERYTHING = ReadScope(("public", "internal.support"))
QUESTIONS = ("How long does a parcel take?", "money back for the yearly plan", "salary band", "Asia")
DAMAGES: dict[str, Callable[[Path], object]] = {
    "lost": shutil.rmtree,
    "damaged": lambda folder: [path.write_bytes(b"\0" * 64) for path in folder.rglob("*") if path.is_file()],
}


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    return MiniLmEmbedder(Settings().cache_dir)


async def fill(database: Database, knowledge: OpenedKnowledge, embedder: MiniLmEmbedder) -> None:
    """Take the files in, one of them twice, so that it has an old version too."""
    writer = KnowledgeWriter(database, embedder, knowledge.index)
    for name, (text, level) in [*FILES.items(), ("refunds.md", (FILES["refunds.md"][0] + "\nAsk us.\n", "public"))]:
        request = await writer.accept(name, text.encode(), classification=level)  # type: ignore[arg-type]
        assert (await writer.ingest(request)).counts.taken == 1


async def answers(knowledge: OpenedKnowledge) -> list[list[tuple[str, float]]]:
    """What each half finds for each question, with its scores: they depend on every chunk of the index."""
    found = []
    for question in QUESTIONS:
        for mode in ("dense", "lexical"):
            result = await knowledge.search.search(question, EVERYTHING, mode=mode)  # type: ignore[arg-type]
            found.append([(each.chunk_id, round(each.score, 4)) for each in result.passages])
    return found


def rebuild_of(database: Database, embedder: MiniLmEmbedder, knowledge: OpenedKnowledge) -> IndexRebuild:
    return IndexRebuild(database, embedder, knowledge.index, chunks_at_once=2)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_after_a_rebuild_search_answers_as_before(
    damage: Callable[[Path], object], database: Database, embedder: MiniLmEmbedder, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with open_knowledge(first, database.read, embedder) as knowledge:
        await fill(database, knowledge, embedder)
        before = await answers(knowledge)
    assert all(before)
    # Chroma keeps what it has open by path for the life of a process: the next one finds the damage elsewhere.
    shutil.copytree(first, second)
    for half in ("chroma", "fulltext"):
        damage(second / half)

    empty_vector_folder(second / "chroma")
    done: list[int] = []
    with open_knowledge(second, database.read, embedder) as knowledge:
        assert await rebuild_of(database, embedder, knowledge).run(done.append) == Rebuilt(3, 4)
        assert await answers(knowledge) == before
    assert done == [2, 2]


async def test_entries_that_records_do_not_know_are_gone(
    database: Database, embedder: MiniLmEmbedder, tmp_path: Path
) -> None:
    with open_knowledge(tmp_path, database.read, embedder) as knowledge:
        await fill(database, knowledge, embedder)
        await knowledge.index.put("public", [chunk("ghost:1:0", "A parcel")], embedder.embed(["A parcel"]))
        for _ in range(2):
            await rebuild_of(database, embedder, knowledge).run(lambda chunks: None)
            assert await knowledge.index.count("ghost") == 0
            assert await knowledge.index.size() == 4


class DyingEmbedder(MiniLmEmbedder):
    """Lives for some calls."""

    def __init__(self, embedder: MiniLmEmbedder, calls: int) -> None:
        self.__dict__.update(embedder.__dict__)
        self._calls = calls

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if not self._calls:
            raise Killed
        self._calls -= 1
        return super().embed(texts)


async def test_a_run_that_was_killed_is_completed_by_the_next(
    database: Database, embedder: MiniLmEmbedder, tmp_path: Path
) -> None:
    with open_knowledge(tmp_path, database.read, embedder) as knowledge:
        await fill(database, knowledge, embedder)
        before = await answers(knowledge)
        for calls in range(2):
            with pytest.raises(Killed):
                await rebuild_of(database, DyingEmbedder(embedder, calls), knowledge).run(lambda chunks: None)
            assert await knowledge.index.size() < 4
            await rebuild_of(database, embedder, knowledge).run(lambda chunks: None)
            assert await answers(knowledge) == before


async def test_an_index_that_somebody_changed_meanwhile_is_not_called_complete(
    database: Database, embedder: MiniLmEmbedder, tmp_path: Path
) -> None:
    with open_knowledge(tmp_path, database.read, embedder) as knowledge:
        await fill(database, knowledge, embedder)
        index = knowledge.index

        class Meddled(type(index)):  # type: ignore[misc]
            async def size(self) -> int:
                return await index.size() - 1

        meddled = Meddled(index._vectors, index._fulltext)
        with pytest.raises(IndexIncompleteError, match="holds 3 passages, records have 4"):
            await IndexRebuild(database, embedder, meddled).run(lambda chunks: None)
