"""Bytes of the index that are no longer what was written: noticed, and made anew from records while search goes on."""

import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from prometheus_client import REGISTRY

from activities.knowledge import aside
from activities.knowledge.chroma import ChromaServer
from activities.knowledge.chroma_care import ChromaCare
from activities.knowledge.damage import describe, look_at, remove_old
from activities.knowledge.exact_shelf import ROW
from activities.knowledge.fulltext import FullText
from activities.knowledge.generations import Generations
from activities.knowledge.health import describe_halves
from activities.knowledge.open import CHROMA_FOLDER
from activities.knowledge.search import HybridSearch
from activities.knowledge.segments import Segments
from activities.knowledge.vectors import Vectors
from activities.ports import KnowledgeUnavailableError, ReadScope
from activities.records.database import Database
from tests.evals.killed_writer import HashEmbedder
from tests.fixtures.postgres import free_port
from tests.knowledge.checked import GUIDE, RULED, Library, open_library
from tests.knowledge.conftest import chunk

Damage = Callable[[Path], object]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """One kind of database is enough here."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
async def library(database: Database, tmp_path: Path, chroma_url: str) -> AsyncIterator[Library]:
    async with open_library(database, tmp_path, ChromaServer(chroma_url)) as found:
        yield found


@pytest.fixture(autouse=True)
def looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.knowledge.segments.FRESH_SECONDS", -1.0)


def flip(path: Path, place: int = 7) -> None:
    """Change a byte of a file that stays the same file, as a failing disk does."""
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 0x5A]))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def words(library: Library) -> list[str]:
    return [hit.chunk_id for hit in library.stores.fulltext.search("parcel five days", ["public"], 1)]


def nearest(library: Library) -> list[str]:
    vector = library.stores.chroma.vectors([GUIDE.split(":")[0]])[GUIDE]
    return [hit.chunk_id for hit in library.stores.dense.search(vector, ["public"], 1)]


def test_a_byte_changed_anywhere_in_a_segment_is_noticed(tmp_path: Path) -> None:
    fulltext = FullText(tmp_path)
    fulltext.put("public", [chunk(f"d{number}:1:0", f"Passage {number} of TC-{number}") for number in range(40)])
    fulltext.purge(["d3:1:0"])
    folder = fulltext.folder
    assert Segments(folder).fault() == ""
    files = [path for path in folder.iterdir() if path.suffix not in (".json", ".lock")]
    assert {path.suffix for path in files} >= {".term", ".idx", ".store", ".del"}
    for path in files:
        content = path.read_bytes()
        body = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
        for damaged in [
            *(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] for at in {0, body // 2, body - 1}),
            content[: len(content) // 2],
            b"",
            bytes(len(content)),
        ]:
            path.write_bytes(damaged)
            assert Segments(folder).fault().startswith(path.name), path.name
        path.write_bytes(content)
    assert Segments(folder).fault(thorough=True) == ""


@pytest.mark.parametrize(("damage", "ending"), [(flip, "term"), (flip, "idx"), (cut, "json"), (Path.unlink, "store")])
async def test_damaged_words_are_named_and_made_anew_in_all_processes(
    library: Library, tmp_path: Path, damage: Damage, ending: str
) -> None:
    other = FullText(library.stores.fulltext.folder.parent)
    assert other.search("parcel", ["public"], 1)
    for path in library.stores.fulltext.folder.glob(f"*.{ending}" if ending != "json" else "meta.json"):
        damage(path)
    for each in (library.stores.fulltext, other):
        with pytest.raises(KnowledgeUnavailableError, match=r"is damaged|is missing"):
            each.search("parcel", ["public"], 1)
    assert (await library.check.trouble()).startswith("words: ")
    assert nearest(library) == [GUIDE]
    report = await library.check.run()
    assert [line.split(":")[0] for line in report.damaged] == ["words"]
    assert (report.missing, report.left) == (4, 0)
    assert words(library) == [GUIDE]
    assert [hit.chunk_id for hit in other.search("parcel", ["public"], 1)] == [GUIDE]
    assert await library.check.trouble(thorough=True) == ""
    assert list((tmp_path / "fulltext").glob("damaged-*/v1/meta.json"))
    assert (await library.check.run()).damaged == []


async def test_nothing_is_written_into_damaged_words(library: Library) -> None:
    for path in library.stores.fulltext.folder.glob("*.term"):
        flip(path)
    with pytest.raises(KnowledgeUnavailableError, match="is damaged"):
        library.stores.fulltext.purge([GUIDE])


VECTOR_DAMAGES: dict[str, Damage] = {
    "numbers beyond all bounds": lambda shelf: (shelf / "vectors").write_bytes(
        np.full(384 * 3, 1e30, np.float32).tobytes()
    ),
    "no numbers": lambda shelf: (shelf / "vectors").write_bytes(np.full(384 * 3, np.nan, np.float32).tobytes()),
    "rows of rubbish": lambda shelf: (shelf / "rows").write_bytes(b"\xa5" * (shelf / "rows").stat().st_size),
}


@pytest.mark.parametrize("damage", VECTOR_DAMAGES.values(), ids=VECTOR_DAMAGES)
async def test_damaged_vector_files_are_asked_no_more_and_made_anew(
    library: Library, tmp_path: Path, damage: Damage
) -> None:
    assert nearest(library) == [GUIDE]
    damage(library.stores.exact.folder / "public")
    library.stores.exact._shelves.clear()  # as in a process that starts
    assert nearest(library) == [GUIDE]
    assert (await library.check.trouble()).startswith("vectors in files: public: ")
    report = await library.check.run()
    assert [line.split(":")[0] for line in report.damaged] == ["vectors in files"]
    assert (report.missing, report.left) == (3, 0)
    assert nearest(library) == [GUIDE]
    assert set(library.stores.exact.entries()["public"]) == set(library.stores.chroma.entries()["public"])
    assert await library.check.trouble(thorough=True) == ""


async def test_cut_vector_files_lose_their_end_and_get_it_back(library: Library) -> None:
    assert nearest(library) == [GUIDE]
    cut(library.stores.exact.folder / "public" / "vectors")
    assert nearest(library) == [GUIDE]
    assert await library.check.trouble()
    assert (await library.check.run()).left == 0
    assert await library.check.trouble() == ""


async def test_a_ranking_that_was_made_without_lost_vectors_does_not_outlive_the_repair(library: Library) -> None:
    stores, scope = library.stores, ReadScope(("public",))
    search = HybridSearch(library.database.query, HashEmbedder(), stores.dense, stores.fulltext)

    async def found() -> set[str]:
        return {each.chunk_id for each in (await search.find("a parcel", scope, mode="dense")).passages}

    assert nearest(library) == [GUIDE]
    os.truncate(stores.exact.folder / "public" / "rows", ROW.itemsize)
    assert len(await found()) == 1
    assert (await library.check.run()).left == 0
    assert await found() == set(stores.chroma.entries()["public"])


class KeptUp:
    """The Chroma server of ``up`` on a folder, started again whenever it ends, as the supervisor does it."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.starts = 0
        self._argv = [sys.executable, "-P", "-m", "commands.chroma_server", str(folder), "127.0.0.1", str(port)]
        self._ended = False
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._ended:
            self._process = subprocess.Popen(self._argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.starts += 1
            self._process.wait()

    @contextmanager
    def running(self) -> Iterator["KeptUp"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._ended = True
            if self._process:
                self._process.kill()
            self._thread.join()


async def test_chroma_that_cannot_read_its_files_is_begun_anew_by_itself(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / CHROMA_FOLDER
    with KeptUp(folder).running() as server:
        place = ChromaServer(server.url, folder)
        assert ChromaCare(place, Vectors(place, "none")).fault(thorough=True) == ""  # when it has started
        async with open_library(database, tmp_path, place) as library:
            assert look_at(library.stores, thorough=True)["chroma"].up
            content = bytearray((folder / "chroma.sqlite3").read_bytes())
            content[24:28] = (int.from_bytes(content[24:28], "big") + 1).to_bytes(4, "big")  # SQLite drops its cache
            content[4096:] = b"\xa5" * len(content[4096:])
            with (folder / "chroma.sqlite3").open("r+b") as file:
                file.write(content)
            assert nearest_in_files(library) == [RULED]
            assert (await library.check.trouble(thorough=True)).startswith("vectors in Chroma: ")
            report = await library.check.run()
            assert [line.split(":")[0] for line in report.damaged] == ["vectors in Chroma"]
            assert (report.missing, report.left) == (4, 0)
            assert await library.check.trouble(thorough=True) == ""
            assert list(folder.glob("damaged-*/chroma.sqlite3"))
            assert server.starts == 2


def nearest_in_files(library: Library) -> list[str]:
    vectors = library.stores.exact.vectors([RULED.split(":")[0]])
    partition = next(name for name in library.stores.exact.entries() if name.startswith("public~"))
    return [hit.chunk_id for hit in library.stores.dense.search(vectors[RULED], [partition], 1)]


def test_a_chroma_that_is_away_is_not_taken_for_damaged(tmp_path: Path) -> None:
    nobody = ChromaServer(f"http://127.0.0.1:{free_port()}")
    states = look_at(Generations(tmp_path, nobody, "ab" * 32).current(), thorough=False)
    assert (states["chroma"].away, describe(states)) == (True, [])
    assert states["exact"].up
    assert describe_halves(states)["vectors"].startswith("Chroma does not answer: the files of vectors answer for it")
    assert REGISTRY.get_sample_value("support_index_store_up", {"store": "chroma"}) == 0
    assert REGISTRY.get_sample_value("support_index_store_up", {"store": "fulltext"}) == 1


def test_what_was_set_aside_is_removed_after_some_days(tmp_path: Path, library: Library) -> None:
    place = aside.set_aside([library.stores.fulltext.folder], library.stores.fulltext.folder.parent)
    remove_old(library.stores)
    assert place.exists()
    os.utime(place, (1, 1))
    remove_old(library.stores)
    assert not place.exists()
