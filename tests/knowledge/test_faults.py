"""Stores, disk and database that go away in the middle: nothing half-indexed answers, and what was lost is made up."""

import asyncio
import errno
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from activities.knowledge.check import IndexCheck
from activities.knowledge.chroma import ChromaServer
from activities.knowledge.current import CurrentIndex, CurrentSearch
from activities.knowledge.deletion import DeletionIncompleteError
from activities.knowledge.exact_shelf import ExactShelf
from activities.knowledge.generations import Generations
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.preparation import document_id_of
from activities.knowledge.reports import IngestionReport, IngestionRequest
from activities.knowledge.search import HybridSearch
from activities.ports import KnowledgeUnavailableError, ReadScope, SearchMode
from activities.records.database import Database, DatabaseUnavailableError, utc_now
from tests.evals.killed_writer import HashEmbedder
from tests.fixtures.chroma import run_chroma
from tests.knowledge.writing import Result

MODES: tuple[SearchMode, ...] = ("hybrid", "dense", "lexical")
OLD, NEW = "A parcel takes five days.", "A parcel takes two days."
DISK_BYTES = 6 * 1024 * 1024


@dataclass
class Library:
    """Real stores, and what can be asked of them."""

    database: Database
    generations: Generations
    search: CurrentSearch
    writer: KnowledgeWriter

    async def accept(self, name: str, *sentences: str) -> IngestionRequest:
        text = "\n\n".join(f"## Part {number}\n\n{sentence}" for number, sentence in enumerate(sentences))
        return await self.writer.accept(name, f"# {name}\n\n{text}\n".encode())

    async def ingest(self, name: str, *sentences: str) -> IngestionReport:
        return await self.writer.ingest(await self.accept(name, *sentences))

    async def found(self, question: str, mode: SearchMode = "hybrid") -> set[str]:
        result = await self.search.find(question, ReadScope(("public",)), mode=mode)
        return {passage.text for passage in result.passages}

    async def whole(self) -> bool:
        """Whether the index holds what records say, in every store."""
        return (await IndexCheck(self.database, HashEmbedder(), self.generations).look()).wrong == 0


def open_library(folder: Path, database: Database, chroma_url: str) -> Library:
    generations = Generations(folder, ChromaServer(chroma_url), uuid4().hex * 2)
    embedder = HashEmbedder()
    search = CurrentSearch(
        generations, lambda stores: HybridSearch(database.query, embedder, stores.dense, stores.fulltext)
    )
    return Library(database, generations, search, KnowledgeWriter(database, embedder, CurrentIndex(generations)))


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
def library(records: Database, tmp_path: Path, chroma_url: str) -> Library:
    return open_library(tmp_path, records, chroma_url)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of some megabytes, where this process may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(["mount", *options], capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("only root may mount a small disk; the injected fault is tested anyway")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


async def test_on_a_full_disk_nothing_half_indexed_answers_and_with_room_again_all_does(
    records: Database, small_disk: Path, chroma_url: str
) -> None:
    library = open_library(small_disk, records, chroma_url)
    await library.ingest("guide.md", OLD)
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    for name in ("guide.md", "more.md"):
        request = await library.accept(name, NEW, *(f"Filler {number} of {name}." for number in range(40)))
        with pytest.raises(KnowledgeUnavailableError, match=r"No space left on device"):
            await library.writer.ingest(request)
    for mode in MODES:
        assert await library.found("How long does a parcel take?", mode) <= {OLD}
    assert await library.found("How long does a parcel take?", "lexical") == {OLD}
    ballast.unlink()
    report = await library.ingest("guide.md", NEW)
    assert report.counts.taken == 1
    await library.ingest("more.md", "A zebra answers.")
    assert await library.found("How long does a parcel take?", "lexical") == {NEW}
    assert await library.whole()


async def test_a_store_that_cannot_be_written_leaves_the_old_version_answering(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    await library.ingest("guide.md", OLD)
    request = await library.accept("guide.md", NEW, "And a moth.")

    def fail(*given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(ExactShelf, "_write", fail)
        with pytest.raises(KnowledgeUnavailableError, match=r"No space left on device"):
            await library.writer.ingest(request)
        for mode in MODES:
            assert await library.found("parcel moth", mode) == {OLD}
    assert (await library.writer.ingest(request)).counts.taken == 1
    assert await library.found("parcel", "lexical") == {NEW}
    assert await library.whole()


async def test_without_chroma_search_goes_on_and_an_ingestion_waits_for_it(records: Database, tmp_path: Path) -> None:
    folder = tmp_path / "server"
    with run_chroma(folder) as server:
        library = open_library(tmp_path, records, server.url)
        await library.ingest("guide.md", OLD)
        await library.ingest("other.md", "A zebra answers.")
        request, asked = await library.accept("guide.md", NEW), utc_now()
        server.stop()
        with pytest.raises(KnowledgeUnavailableError, match="Chroma"):
            await library.writer.ingest(request)
        for mode in MODES:
            assert OLD in await library.found("Does a parcel take long?", mode)
        with pytest.raises(KnowledgeUnavailableError, match="Chroma"):
            await library.writer.delete(document_id_of("other.md"), asked)
        assert await library.found("zebra", "lexical") == set()
        server.start()
        assert (await library.writer.delete(document_id_of("other.md"), asked)).indexed == 0
        assert (await library.writer.ingest(request)).counts.taken == 1
        assert await library.found("parcel", "lexical") == {NEW}
        assert await library.whole()


class Away(Database):
    """A database that is away from one transaction on, until it is told to come back."""

    def __init__(self, database: Database, calls: int, *, done: bool) -> None:
        self.__dict__.update(database.__dict__)
        self.calls = calls
        self._done = done

    async def transact(self, work: Callable[[Connection], Result]) -> Result:
        self.calls -= 1
        if self.calls < 0 and not self._done:
            raise DatabaseUnavailableError("away")
        result = await super().transact(work)
        if self.calls < 0:
            raise DatabaseUnavailableError("away, and nobody knows whether it was written")
        return result


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
async def test_a_database_that_goes_away_at_any_step_leaves_one_version_whole(done: bool, library: Library) -> None:
    await library.ingest("guide.md", OLD)
    texts, calls = {OLD}, 0
    while True:
        new = f"A parcel takes {calls + 10} days."
        request = await library.accept("guide.md", new)
        away = Away(library.database, calls, done=done)
        writer = KnowledgeWriter(away, HashEmbedder(), CurrentIndex(library.generations))
        try:
            await writer.ingest(request)
        except DatabaseUnavailableError:
            assert await library.found("parcel", "lexical") in ({new}, texts)
            assert (await library.writer.ingest(request)).status == "completed"
        if away.calls >= 0:
            break
        texts, calls = {new}, calls + 1
        assert await library.found("parcel", "lexical") == texts
    assert calls > 4
    assert await library.whole()


async def test_of_two_versions_and_a_deletion_at_once_the_last_that_was_asked_for_holds(library: Library) -> None:
    await library.ingest("guide.md", OLD)
    for last in ("upload", "deletion", "upload"):
        before = utc_now()
        first = await library.accept("guide.md", "The first of two.", "It has two parts.")
        second = await library.accept("guide.md", "The second of two.", "It has parts too.", "Three of them.")
        asked = utc_now() if last == "deletion" else before

        async def delete(at: object = asked) -> None:
            with suppress(DeletionIncompleteError):  # an overtaken upload is still at work: the workflow tries again
                await library.writer.delete(document_id_of("guide.md"), at)  # type: ignore[arg-type]

        one, two, _ = await asyncio.gather(library.writer.ingest(first), library.writer.ingest(second), delete())
        await delete()
        reasons = {line.reason for report in (one, two) for line in report.refused}
        assert reasons <= {"a newer upload or a deletion of this document was asked for"}
        expected = set() if last == "deletion" else {"The second of two."}
        assert await library.found("second", "lexical") == expected
        assert await library.found("first", "lexical") == set()
        assert await library.whole()
