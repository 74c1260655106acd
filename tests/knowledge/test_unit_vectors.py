"""Vectors of pieces on disk: only for the texts they were made of, gone with their document, never trusted blindly."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from activities.knowledge.deletion import DeletionIncompleteError
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.kept_vectors import KeptUnits
from activities.knowledge.unit_vectors import UNITS_FILE, UnitVectors
from activities.ports import KnowledgeUnavailableError
from activities.records.database import Database, utc_now
from tests.knowledge.writing import FlatEmbedder, MemoryIndex

ROOM = 10_000_000
TEXTS = ["First.", "Second."]
VECTORS = np.arange(768, dtype=np.float32).reshape(2, 384) / 768


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / UNITS_FILE


@pytest.fixture
def units(file: Path) -> Iterator[UnitVectors]:
    opened = UnitVectors(file, "model", ROOM)
    yield opened
    opened.close()


def test_what_is_kept_of_a_passage_is_found_again_after_a_restart(file: Path, units: UnitVectors) -> None:
    units.write("d:1:0", TEXTS, VECTORS)
    units.close()
    found = UnitVectors(file, "model", ROOM).read({"d:1:0": TEXTS, "d:1:1": TEXTS})
    assert list(found) == ["d:1:0"]
    assert np.abs(found["d:1:0"] - VECTORS).max() < 0.001
    assert file.stat().st_mode & 0o777 == 0o600


def test_other_texts_and_another_basis_find_nothing(file: Path, units: UnitVectors) -> None:
    units.write("d:1:0", TEXTS, VECTORS)
    assert units.read({"d:1:0": ["First.", "Other."]}) == {}
    other = UnitVectors(file, "another model", ROOM)
    assert other.read({"d:1:0": TEXTS}) == {}
    assert other.missing(["d:1:0"]) == ["d:1:0"]
    assert units.missing(["d:1:0", "d:1:1"]) == ["d:1:1"]
    other.close()


def test_vectors_that_were_altered_on_disk_are_not_used(file: Path, units: UnitVectors) -> None:
    units.write("d:1:0", TEXTS, VECTORS)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE passages SET vectors = zeroblob(1536)")
    assert units.read({"d:1:0": TEXTS}) == {}


def test_a_full_file_gives_up_what_another_basis_made_and_nothing_else(file: Path) -> None:
    old, new = (UnitVectors(file, basis, 120_000) for basis in ("old", "new"))
    for number in range(60):
        old.write(f"old:1:{number}", TEXTS, VECTORS)
    assert old.full()
    assert not new.full()
    for number in range(60):
        new.write(f"new:1:{number}", TEXTS, VECTORS)
    assert new.full()
    assert len(new.chunk_ids()) == 60
    old.close()
    new.close()


def test_without_room_nothing_is_kept_and_what_was_kept_is_forgotten(file: Path, units: UnitVectors) -> None:
    units.write("d:1:0", TEXTS, VECTORS)
    units.close()
    off = UnitVectors(file, "model", 0)
    assert not file.exists()
    assert off.read({"d:1:0": TEXTS}) == {}
    assert off.count("d") == 0
    off.close()


def test_a_damaged_file_is_made_anew_and_ends_nothing(file: Path) -> None:
    file.write_bytes(b"no database " * 400)
    units = UnitVectors(file, "model", ROOM)
    assert units.read({"d:1:0": TEXTS}) == {}
    units.write("d:1:0", TEXTS, VECTORS)
    assert units.chunk_ids() == ["d:1:0"]
    units.close()


async def test_a_deletion_is_proved_only_when_the_pieces_are_gone(
    database: Database, file: Path, units: UnitVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = KnowledgeWriter(database, FlatEmbedder(), MemoryIndex(), caches=[KeptUnits(units)])
    page = await writer.accept("secret.md", b"# Secret\n\nThe moth flies at nine.\n")
    name = (await writer.ingest(page)).taken[0].document_id
    telling = np.frombuffer(b"telling-vectors!" * 96, np.float16).reshape(2, 384)
    units.write(f"{name}:1:0", TEXTS, telling.astype(np.float32))
    units.write("other:1:0", TEXTS, VECTORS)
    with monkeypatch.context() as broken:
        broken.setattr(units, "forget_document", lambda document_id: None)
        with pytest.raises(DeletionIncompleteError, match="1 in caches"):
            await writer.delete(name, utc_now())
    assert (await writer.delete(name, utc_now())).cached == 0
    assert units.chunk_ids() == ["other:1:0"]
    left = [each.read_bytes() for each in file.parent.glob(f"{UNITS_FILE}*")]
    assert not any(b"telling-vectors!" in each for each in left)


async def test_a_deletion_waits_while_nobody_can_say_what_is_kept(database: Database, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_bytes(b"")
    units = UnitVectors(tmp_path / "occupied" / "units.db", "model", ROOM)
    writer = KnowledgeWriter(database, FlatEmbedder(), MemoryIndex(), caches=[KeptUnits(units)])
    name = (await writer.ingest(await writer.accept("secret.md", b"# Secret\n\nText."))).taken[0].document_id
    with pytest.raises(KnowledgeUnavailableError, match="kept vectors"):
        await writer.delete(name, utc_now())
