"""`holdfast reindex` makes the index anew, whether Holdfast runs on the folder or not."""

import os
import shutil
import sqlite3
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from activities.knowledge.chroma import ChromaServer
from activities.knowledge.folder_lock import FolderLock
from activities.settings import Settings
from commands import ingest, reindex
from commands.errors import BadInputError, CommandError
from commands.runtime import Runtime, remove_runtime, write_runtime

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def filled(data_dir: Path, tmp_path: Path) -> Path:
    """A data folder with a document in it."""
    file = tmp_path / "refunds.md"
    file.write_text("# Refunds\n\nWe refund a yearly plan within 30 days.\n", encoding="utf-8")
    ingest.run(Settings(), [file], "billing", "public", Console(quiet=True))
    return data_dir


def holdfast(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", *words],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=150,
    )


def test_lost_and_damaged_folders_are_made_anew_and_reported(filled: Path) -> None:
    (filled / "chroma" / "chroma.sqlite3").write_bytes(b"\0" * 64)
    shutil.rmtree(filled / "fulltext")

    done = holdfast("reindex", "--data-dir", str(filled))
    assert done.returncode == 0, done.stderr
    assert "1 document with 1 passage can be found again" in done.stdout


def test_a_vector_folder_that_another_process_has_is_refused_and_left_alone(filled: Path) -> None:
    lock = FolderLock(filled / "chroma")
    try:
        with pytest.raises(BadInputError, match="in use by process"):
            reindex.run(Settings(), Console(quiet=True))
    finally:
        lock.release()
    assert (filled / "chroma" / "chroma.sqlite3").exists()


def test_where_holdfast_runs_its_own_chroma_server_is_used(filled: Path, chroma_url: str) -> None:
    addresses = {"url": "", "temporal_address": "", "worker_url": ""}
    write_runtime(filled, Runtime(pid=os.getpid(), chroma_url=chroma_url, **addresses))
    lock = FolderLock(filled / "chroma")
    try:
        reindex.run(Settings(), Console(quiet=True))
    finally:
        lock.release()
        remove_runtime(filled)
    [generation] = [path for path in (filled / "index").iterdir() if path.is_dir()]
    assert (filled / "index" / "current").read_text(encoding="ascii") == generation.name
    names = [store.name for store in ChromaServer(chroma_url).client().list_collections()]
    assert any(name.startswith(f"chunks-{generation.name}.") for name in names)


def test_a_check_leaves_records_of_an_older_schema_and_damaged_vectors_as_they_are(filled: Path) -> None:
    chroma = filled / "chroma" / "chroma.sqlite3"
    chroma.write_bytes(b"\0" * 64)
    with pytest.raises(CommandError, match="damaged: `holdfast reindex`"):
        reindex.check(Settings(), Console(quiet=True))
    assert chroma.read_bytes() == b"\0" * 64
    with sqlite3.connect(filled / "holdfast.db") as records:
        records.execute("UPDATE alembic_version SET version_num = '0010'")
    with pytest.raises(CommandError, match=r"at schema 0010, and this command changes nothing"):
        reindex.check(Settings(), Console(quiet=True))
    with sqlite3.connect(filled / "holdfast.db") as records:
        assert records.execute("SELECT version_num FROM alembic_version").fetchall() == [("0010",)]


def test_a_check_says_what_is_wrong_and_a_repair_mends_it(filled: Path) -> None:
    said = StringIO()
    console = Console(file=said, width=200)
    assert reindex.check(Settings(), console)
    assert "The index holds what records say" in said.getvalue()
    shutil.rmtree(filled / "exact")
    assert not reindex.check(Settings(), console)
    assert "1 entry wrong" in said.getvalue()
    assert reindex.check(Settings(), console, repair=True)
    assert "1 repaired; still wrong: 0 documents" in said.getvalue()
    assert reindex.check(Settings(), console)


def test_records_without_documents_do_not_empty_an_index(data_dir: Path) -> None:
    data_dir.mkdir(exist_ok=True)
    with pytest.raises(BadInputError, match="no documents"):
        reindex.run(Settings(), Console(quiet=True))


def test_a_data_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="No data folder"):
        reindex.run(Settings(data_dir=tmp_path / "none"), Console(quiet=True))
    assert not (tmp_path / "none").exists()
