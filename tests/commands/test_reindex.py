"""`holdfast reindex` makes the index anew while Holdfast is stopped, and only then."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from rich.console import Console

from activities.settings import Settings
from commands import ingest, reindex
from commands.errors import BadInputError

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
        timeout=60,
    )


def test_lost_folders_are_made_anew_and_reported(filled: Path) -> None:
    shutil.rmtree(filled / "chroma")
    shutil.rmtree(filled / "fulltext")

    for _ in range(2):
        done = holdfast("reindex", "--data-dir", str(filled))
        assert done.returncode == 0, done.stderr
        assert "1 documents with 1 passages can be found again" in done.stdout


def test_a_folder_that_up_runs_on_is_refused_in_one_line_and_left_alone(filled: Path) -> None:
    held = filled / "chroma" / "chroma.sqlite3"
    with FileLock(filled / "up.lock"):
        done = holdfast("reindex", "--data-dir", str(filled))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "already; stop it first" in done.stderr
    assert held.exists()


def test_records_without_documents_do_not_empty_an_index(data_dir: Path) -> None:
    data_dir.mkdir(exist_ok=True)
    with pytest.raises(BadInputError, match="no documents"):
        reindex.run(Settings(), Console(quiet=True))


def test_a_data_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="No data folder"):
        reindex.run(Settings(data_dir=tmp_path / "none"), Console(quiet=True))
    assert not (tmp_path / "none").exists()
