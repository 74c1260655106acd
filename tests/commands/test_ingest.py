"""`holdfast ingest` without a running Holdfast takes documents straight into the data folder."""

import asyncio
import os
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from rich.console import Console
from sqlalchemy import select

from activities.knowledge import open as open_folders
from activities.knowledge.folder_lock import FolderLock
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.preparation import document_id_of
from activities.knowledge.reports import IngestionReport, IngestionRequest, refusal
from activities.ports import KnowledgeUnavailableError
from activities.records.database import utc_now
from activities.records.models import Document, Ingestion
from activities.settings import Settings
from commands import ingest, services
from commands.door import Door
from commands.errors import BadInputError, CommandError
from commands.people import open_database
from commands.terminal import terminal

REFUND = "# Refunds\n\nWe refund a yearly plan within 30 days of the purchase. Ask support for it.\n"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "refunds.md").write_text(REFUND, encoding="utf-8")
    (folder / "photo.bin").write_bytes(bytes(range(256)) * 10)
    (folder / "empty.md").touch()
    return folder


def run(documents: Path) -> tuple[str, int]:
    """Return what the command prints, and its exit code."""
    console, code = Console(width=300), 0
    with console.capture() as captured:
        try:
            ingest.run(Settings(), [documents], "billing", "public", console)
        except CommandError as error:
            code = error.exit_code
    return captured.get(), code


def test_a_folder_is_taken_in_and_a_second_time_skipped_as_unchanged(data_dir: Path, documents: Path) -> None:
    (first, refused), (second, again) = run(documents), run(documents)

    assert refused == again == 1
    assert "3 files: 1 document taken, 0 skipped (unchanged), 2 refused" in first
    assert "empty.md" in first
    assert "photo.bin" in first
    assert "3 files: 0 documents taken, 1 skipped (unchanged), 2 refused" in second
    assert (data_dir / "chroma" / "chroma.sqlite3").exists()


async def named(settings: Settings) -> list[tuple[str, str, int]]:
    async with open_database(settings) as database, database.read() as session:
        rows = await session.execute(select(Document.source, Document.named_by, Document.version))
        return [(row.source, row.named_by, row.version) for row in rows.all()]


async def bring(settings: Settings, source: str, person: str) -> None:
    """Write a document as the upload of a person begins to: their name for it, and no version yet."""
    at = utc_now()
    rights = {"title": "", "department": "billing", "classification": "public", "media_type": "text/markdown"}
    row = Document(id=document_id_of(source, person), source=source, named_by=person, **rights, version=0)
    row.status, row.created_at, row.updated_at = "pending", at, at
    async with open_database(settings) as database, database.write() as session:
        session.add(row)


async def ended(settings: Settings) -> dict[str, str]:
    async with open_database(settings) as database, database.read() as session:
        return {row.filename: row.status for row in await session.scalars(select(Ingestion))}


def test_what_was_taken_is_told_when_the_index_goes_away_in_the_middle(
    data_dir: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest_one = KnowledgeWriter.ingest

    async def ingest_some(writer: KnowledgeWriter, request: IngestionRequest) -> IngestionReport:
        if request.filename == "shipping.md":
            raise KnowledgeUnavailableError("no space left")
        return await ingest_one(writer, request)

    monkeypatch.setattr(KnowledgeWriter, "ingest", ingest_some)
    for name in ("shipping.md", "terms.md"):
        (documents / name).write_text(f"# {name}\n\n{REFUND}", encoding="utf-8")
    said, code = run(documents)
    assert "photo.bin" in said
    assert "3 files: 1 document taken, 0 skipped (unchanged), 2 refused" in said
    assert code == 1
    with pytest.raises(CommandError, match=r"no space left\. Not taken in yet: 2 files"):
        ingest.run(Settings(), [documents], "billing", "public", Console())
    assert asyncio.run(ended(Settings()))["shipping.md"] == "failed"
    monkeypatch.setattr(KnowledgeWriter, "ingest", ingest_one)
    assert "5 files: 2 documents taken, 1 skipped (unchanged), 2 refused" in run(documents)[0]


def test_a_document_that_a_person_brought_gets_its_next_version(data_dir: Path, documents: Path) -> None:
    asyncio.run(bring(Settings(), "refunds.md", "agnes"))
    assert "1 document taken" in run(documents)[0]
    assert asyncio.run(named(Settings())) == [("refunds.md", "agnes", 1)]


def test_a_folder_of_which_nothing_is_taken_is_an_error(data_dir: Path, documents: Path) -> None:
    (documents / "refunds.md").unlink()
    with pytest.raises(CommandError, match="every document was refused"):
        ingest.run(Settings(), [documents], "billing", "public", Console())


def test_a_folder_that_is_taken_whole_is_a_success_also_when_it_was_there_already(
    data_dir: Path, documents: Path
) -> None:
    (documents / "photo.bin").unlink()
    (documents / "empty.md").unlink()
    (documents / "pay.md").write_text("# Pay slips\n\nConfidential\n\nThe pay of each person.\n", encoding="utf-8")
    (first, taken), (second, again) = run(documents), run(documents)
    assert "1 document to be confirmed by a person" in first
    assert "1 skipped (unchanged)" in second
    assert (taken, again) == (0, 0)


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("/proc/self/mem", "Input/output error"),
        ("nowhere", "leads nowhere"),
        ("x" * 256, "File name too long"),
        ("again.md", "leads nowhere"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_exit_code_says_so(
    data_dir: Path, documents: Path, to: str, why: str
) -> None:
    (documents / "photo.bin").unlink()
    (documents / "empty.md").unlink()
    (documents / "again.md").symlink_to(to)
    said, code = run(documents)
    assert "2 files: 1 document taken, 0 skipped (unchanged), 1 refused" in said
    assert why in said
    assert code == 1


def test_a_path_that_cannot_be_looked_at_is_bad_input() -> None:
    with pytest.raises(BadInputError, match="File name too long"):
        ingest.run(Settings(), [Path("x" * 256)], "billing", "public", Console())


def test_a_pipe_in_a_folder_is_left_out(data_dir: Path, documents: Path) -> None:
    os.mkfifo(documents / "pipe.md")
    assert "3 files: 1 document taken" in run(documents)[0]


def test_a_cancelled_ingestion_counts_as_not_taken(documents: Path) -> None:
    stopped = {"id": "i", "status": "cancelled", "report": {"cancelled": True}}
    transport = httpx.MockTransport(lambda _: httpx.Response(202, json=stopped))
    with Door("http://api", {"api_key": "k"}, transport) as door:
        report = ingest.upload(door, ingest.Source(documents / "refunds.md", "refunds.md"), {})
    assert report.counts.refused == 1
    assert "cancelled" in report.refused[0].reason


def test_names_of_files_are_printed_as_they_are() -> None:
    console = terminal()
    with console.capture() as captured:
        ingest.print_report(1, refusal("notes [final] [/b] :warning:.bin", "no [bold]"), console)

    assert "notes [final] [/b] :warning:.bin" in captured.get()
    assert "no [bold]" in captured.get()


def test_a_folder_that_another_process_has_open_is_refused(data_dir: Path, documents: Path) -> None:
    lock = FolderLock(data_dir / "chroma")
    try:
        with pytest.raises(BadInputError, match="in use by process"):
            ingest.run(Settings(), [documents], "billing", "public", Console())
    finally:
        lock.release()


def test_readers_and_dates_of_a_command_are_checked_and_in_utc() -> None:
    limits = ingest.limits_of(["board"], None, datetime(2027, 1, 31))
    assert (limits.groups, str(limits.valid_until)) == (("board",), "2027-01-31 00:00:00+00:00")
    with pytest.raises(BadInputError, match="earlier"):
        ingest.limits_of([], datetime(2027, 1, 2), datetime(2027, 1, 1))


def test_the_supervisor_names_the_folder_that_the_index_opens() -> None:
    assert services.CHROMA_FOLDER == open_folders.CHROMA_FOLDER
