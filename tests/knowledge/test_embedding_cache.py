"""Vectors on disk: found again by content and model, bounded, forgotten with their documents, never trusted blindly."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from activities import metrics
from activities.knowledge.deletion import DeletionIncompleteError
from activities.knowledge.embedding_cache import CACHE_FILE, CachingEmbedder, EmbeddingCache, text_hash
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.reports import DeletionRequest
from activities.ports import KnowledgeUnavailableError
from activities.records.database import Database, utc_now
from tests.knowledge.builders import jsonl_file
from tests.knowledge.writing import FlatEmbedder, MemoryIndex

MODEL, OTHER_MODEL = "aa" * 16, "bb" * 16
ROOM = 10_000_000


class Sizes(FlatEmbedder):
    """A vector that says how long the text is."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += texts
        return np.array([[len(text)] * 384 for text in texts], np.float32)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / CACHE_FILE


@pytest.fixture
def cache(file: Path) -> Iterator[EmbeddingCache]:
    opened = EmbeddingCache(file, MODEL, ROOM)
    yield opened
    opened.close()


def count(result: str) -> float:
    return metrics.EMBEDDING_CACHE.labels(result)._value.get()


def test_a_text_is_embedded_once_also_after_a_restart(file: Path) -> None:
    model, before = Sizes(), (count("hit"), count("miss"))
    for _ in range(2):
        cache = EmbeddingCache(file, MODEL, ROOM)
        vectors = CachingEmbedder(model, cache).embed(["one", "three", "one"])
        assert vectors[:, 0].tolist() == [3, 5, 3]
        cache.close()
    assert model.texts == ["one", "three"]
    assert (count("hit") - before[0], count("miss") - before[1]) == (1 + 3, 2)
    assert file.stat().st_mode & 0o777 == 0o600


def test_another_model_has_vectors_of_its_own(file: Path, cache: EmbeddingCache) -> None:
    CachingEmbedder(Sizes(), cache).embed(["one"])
    other = EmbeddingCache(file, OTHER_MODEL, ROOM)
    assert other.read([text_hash("one")]) == {}
    other.close()


def test_a_forgotten_text_is_gone_from_the_file_for_every_model(file: Path, cache: EmbeddingCache) -> None:
    vector = np.frombuffer(b"telling-vectors!" * 96, np.float32)
    cache.write({text_hash("one"): vector, text_hash("two"): vector + 1})
    cache.forget([text_hash("one")])
    assert list(cache.read([text_hash("one"), text_hash("two")])) == [text_hash("two")]
    cache.close()
    assert b"telling-vectors!" not in file.read_bytes()


def test_the_file_stays_within_its_bound_and_keeps_what_was_used_last(file: Path) -> None:
    cache = EmbeddingCache(file, MODEL, 400_000)
    for number in range(20):
        cache.write({text_hash(f"{number}.{each}"): np.full(384, each, np.float32) for each in range(50)})
        with sqlite3.connect(file) as connection:
            connection.execute("UPDATE vectors SET used_at = used_at - 10")
    assert cache.used_bytes() <= 400_000
    assert len(cache.read([text_hash(f"19.{each}") for each in range(50)])) == 50
    assert cache.read([text_hash(f"0.{each}") for each in range(50)]) == {}
    cache.close()
    assert file.stat().st_size < 800_000


def test_a_vector_that_was_altered_on_disk_is_not_used(file: Path, cache: EmbeddingCache) -> None:
    CachingEmbedder(Sizes(), cache).embed(["one"])
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE vectors SET vector = zeroblob(1536)")
    assert cache.read([text_hash("one")]) == {}


@pytest.mark.parametrize("content", [b"no database " * 400, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_file_is_made_anew_and_ends_nothing(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    cache = EmbeddingCache(file, MODEL, ROOM)
    embedder = CachingEmbedder(Sizes(), cache)
    for _ in range(2):
        assert embedder.embed(["one"])[0, 0] == 3
    assert text_hash("one") in cache.read([text_hash("one")])
    cache.close()


def test_a_folder_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_bytes(b"")
    cache = EmbeddingCache(tmp_path / "occupied" / "cache.db", MODEL, ROOM)
    assert CachingEmbedder(Sizes(), cache).embed(["one"])[0, 0] == 3


PAGE = b"# Secret\n\nThe moth flies at nine.\n"
SECRET = text_hash("Secret\nThe moth flies at nine.")


async def test_a_deletion_is_proved_only_when_the_kept_vectors_are_gone(
    database: Database, cache: EmbeddingCache, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = KnowledgeWriter(database, CachingEmbedder(Sizes(), cache), MemoryIndex())
    taken = (await writer.ingest(await writer.accept("secret.md", PAGE))).taken[0]
    kept = cache.read([SECRET])
    assert kept
    asked = utc_now()
    with monkeypatch.context() as broken:
        broken.setattr(cache, "forget", lambda hashes: None)
        with pytest.raises(DeletionIncompleteError, match="1 in caches"):
            await writer.delete(taken.document_id, asked)
    request = DeletionRequest(document_id=taken.document_id, requested_at=asked)
    # The passages are gone from records by now: what is left in the file is known by its own notes.
    with pytest.raises(DeletionIncompleteError, match="1 in caches"):
        await writer.deletion.prove(request)
    cache.forget([SECRET])
    assert (await writer.deletion.prove(request)).cached == 0
    cache.close()
    assert SECRET not in EmbeddingCache(file, MODEL, ROOM).read([SECRET])
    assert bytes.fromhex(SECRET) not in file.read_bytes()


async def test_a_deletion_waits_while_nobody_can_say_what_is_kept(database: Database, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_bytes(b"")
    cache = EmbeddingCache(tmp_path / "occupied" / "cache.db", MODEL, ROOM)
    writer = KnowledgeWriter(database, CachingEmbedder(Sizes(), cache), MemoryIndex())
    taken = (await writer.ingest(await writer.accept("secret.md", PAGE))).taken[0]
    with pytest.raises(KnowledgeUnavailableError, match="kept vectors"):
        await writer.delete(taken.document_id, utc_now())


async def test_vectors_leave_with_the_last_document_that_has_their_text(
    database: Database, cache: EmbeddingCache
) -> None:
    def same(name: str) -> dict[str, str]:
        return {"_id": name, "title": "Shared", "body": "The same words."}

    writer = KnowledgeWriter(database, CachingEmbedder(Sizes(), cache), MemoryIndex())
    await writer.ingest(await writer.accept("kb.jsonl", jsonl_file(same("a"), same("b"))))
    key = text_hash("Shared\nThe same words.")
    assert key in cache.read([key])
    first, second = (
        taken.document_id
        for taken in (await writer.ingest(await writer.accept("kb.jsonl", jsonl_file(same("a"), same("b"))))).unchanged
    )
    assert (await writer.delete(first, utc_now())).cached == 0
    assert key in cache.read([key])
    assert (await writer.delete(second, utc_now())).cached == 0
    assert cache.read([key]) == {}
