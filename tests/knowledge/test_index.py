"""Both halves of the index move together."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.knowledge.chroma import ChromaFolder
from activities.knowledge.fulltext import FullText
from activities.knowledge.index import ChunkIndex
from activities.knowledge.vectors import Vectors
from tests.knowledge.conftest import chunk, directions


@pytest.fixture
def halves(tmp_path: Path) -> Iterator[tuple[Vectors, FullText]]:
    vectors = Vectors(ChromaFolder(tmp_path / "vectors"), "m")
    yield vectors, FullText(tmp_path / "fulltext")
    vectors.close()


async def test_what_is_put_is_in_both_halves_once(halves: tuple[Vectors, FullText]) -> None:
    index = ChunkIndex(*halves)
    for _ in range(2):
        await index.put("public", [chunk("a:1:0", "Refunds"), chunk("a:1:1", "Returns")], directions(0, 90))
    assert await index.count("a") == 2
    assert await index.size() == 2
    assert [hit.chunk_id for hit in halves[0].search(directions(90)[0], ["public"], 1)] == ["a:1:1"]
    assert [hit.chunk_id for hit in halves[1].search("refund", ["public"], 5)] == ["a:1:0"]


async def test_what_is_removed_is_in_neither_half(halves: tuple[Vectors, FullText]) -> None:
    index = ChunkIndex(*halves)
    await index.put("internal.hr", [chunk("a:1:0", "Pay"), chunk("b:1:0", "Pay")], directions(0, 5))
    await index.remove(["a:1:0"], "internal.hr")
    await index.remove(["a:1:0"], "internal.hr")
    assert await index.count("a") == 0
    assert await index.count("b") == 1
    assert halves[0].search(directions(0)[0], ["internal.hr"], 5)[0].chunk_id == "b:1:0"


async def test_one_half_that_still_answers_is_counted(halves: tuple[Vectors, FullText]) -> None:
    halves[0].put("public", [chunk("a:1:0", "")], directions(0))
    assert await ChunkIndex(*halves).count("a") == 1


async def test_nothing_changes_nothing(halves: tuple[Vectors, FullText]) -> None:
    index = ChunkIndex(*halves)
    await index.put("public", [], directions())
    await index.remove([], "public")
    assert await index.size() == 0


async def test_chunks_without_vectors_are_refused(halves: tuple[Vectors, FullText]) -> None:
    with pytest.raises(ValueError, match="2 chunks came with 1 vectors"):
        await ChunkIndex(*halves).put("public", [chunk("a:1:0", ""), chunk("a:1:1", "")], directions(0))
