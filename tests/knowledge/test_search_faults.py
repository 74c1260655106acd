"""A search when one half of it, or both, or the records, are away."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from activities.knowledge import half
from activities.knowledge.hits import Hit
from activities.knowledge.search import HybridSearch
from activities.ports import KnowledgeUnavailableError
from activities.records.database import Database
from tests.knowledge.library import PUBLIC, World


class Broken:
    """Either half, unavailable until it is mended."""

    def __init__(self) -> None:
        self.mended = False

    def search(
        self, what: object, partitions: Sequence[str] | None, limit: int, documents: Sequence[str] | None = None
    ) -> list[Hit]:
        if self.mended:
            return []
        raise KnowledgeUnavailableError("no disk")

    def unknown(self, words: Sequence[str], partitions: Sequence[str]) -> list[str]:
        raise KnowledgeUnavailableError("no disk")

    def count_denied(self, text: str, partitions: Sequence[str], best: int) -> int:
        raise KnowledgeUnavailableError("no disk")

    @property
    def stamp(self) -> object:
        raise KnowledgeUnavailableError("no disk")


async def test_either_half_answers_alone(library: World) -> None:
    words_only = HybridSearch(library.database.query, library.embedder, Broken(), library.fulltext)  # type: ignore[arg-type]
    vectors_only = HybridSearch(library.database.query, library.embedder, library.vectors, Broken())  # type: ignore[arg-type]
    for search in (words_only, vectors_only):
        result = await search.search("money back to the card", PUBLIC, k=1)
        assert [passage.document_id for passage in result.passages] == ["refunds"]


async def test_a_failing_half_is_logged_once_and_when_it_is_back(
    library: World, caplog: pytest.LogCaptureFixture
) -> None:
    vectors = Broken()
    search = HybridSearch(library.database.query, library.embedder, vectors, library.fulltext)  # type: ignore[arg-type]
    with caplog.at_level(logging.INFO, "activities.knowledge"):
        for _ in range(3):
            await search.search("money", PUBLIC)
        vectors.mended = True
        await search.search("money", PUBLIC)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


class Stuck:
    """Vectors whose server accepts questions and never answers."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def search(
        self, what: object, partitions: Sequence[str], limit: int, documents: Sequence[str] | None = None
    ) -> list[Hit]:
        self.released.wait(10)
        return []


async def test_a_half_that_hangs_is_left_behind(library: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(half, "HALF_SECONDS", 0.05)
    vectors = Stuck()
    search = HybridSearch(library.database.query, library.embedder, vectors, library.fulltext)  # type: ignore[arg-type]
    result = await search.search("money back to the card", PUBLIC, k=1)
    vectors.released.set()
    assert [passage.document_id for passage in result.passages] == ["refunds"]


async def test_without_both_halves_the_search_is_unavailable(library: World) -> None:
    search = HybridSearch(library.database.query, library.embedder, Broken(), Broken())  # type: ignore[arg-type]
    with pytest.raises(KnowledgeUnavailableError):
        await search.search("money", PUBLIC)
    with pytest.raises(KnowledgeUnavailableError):
        await search.search("money", PUBLIC, mode="lexical")


async def test_without_records_the_search_is_unavailable(library: World, tmp_path: Path) -> None:
    lost = Database(f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such.db'}")
    search = HybridSearch(lost.query, library.embedder, library.vectors, library.fulltext)
    with pytest.raises(KnowledgeUnavailableError, match="texts"):
        await search.search("money", PUBLIC)
    await lost.close()
