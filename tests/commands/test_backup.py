"""A backup is the whole knowledge at one moment; restored, it answers the same questions with the same passages."""

import asyncio
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import select

from activities.knowledge.open import open_knowledge
from activities.knowledge.preparation import document_id_of
from activities.knowledge.rules import AccessRule
from activities.models.embedding import MiniLmEmbedder
from activities.ports import ReadScope
from activities.records.database import Database, utc_now
from activities.records.document_access import DocumentAccess
from activities.records.documents import Documents
from activities.records.knowledge_events import EventFilter, KnowledgeTrail
from activities.records.models import Chunk, Document
from activities.records.snapshot import knowledge_tables_in_order, read_rows, write_rows
from activities.settings import Settings
from commands import backup, ingest, restore
from commands.backup_file import MANIFEST
from commands.errors import BadInputError, CommandError
from commands.people import open_database
from tests.records.rows import NOON

QUIET = Console(quiet=True)
QUESTIONS = ("How long do I have for a refund?", "Where is my parcel?", "What does TC-4012 mean?")
SCOPE = ReadScope(("public", "internal.billing"))


@pytest.fixture
def filled(data_dir: Path, tmp_path: Path) -> Path:
    """A data folder with three documents, one of them in its second version."""
    texts = {
        "refunds.md": "# Refunds\n\nWe refund a yearly plan within 30 days.\n",
        "parcels.md": "# Parcels\n\nYour parcel is where the tracking page says.\n",
        "codes.csv": "code,meaning\nTC-4012,The card was refused\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = [tmp_path / name for name in texts]
    ingest.run(Settings(), files, "billing", "public", QUIET)
    files[0].write_text("# Refunds\n\nWe refund a yearly plan within 14 days.\n", encoding="utf-8")
    ingest.run(Settings(), files[:1], "billing", "public", QUIET)
    return data_dir


async def answers(settings: Settings) -> list[list[tuple[str, str]]]:
    embedder = MiniLmEmbedder(settings.cache_dir)
    async with open_database(settings) as database:
        with open_knowledge(settings.data_dir, database.query, embedder) as knowledge:
            found = [await knowledge.search.search(question, SCOPE, k=3) for question in QUESTIONS]
    return [[(passage.chunk_id, passage.text) for passage in result.passages] for result in found]


async def test_what_is_restored_answers_as_before(filled: Path, tmp_path: Path) -> None:
    here = Settings()
    guide = document_id_of("refunds.md")
    async with open_database(here) as database:
        await DocumentAccess(database).set(guide, AccessRule(deny=("person:eve",)), "root")
    await in_thread(lambda: backup.run(here, tmp_path / "all.backup", QUIET))
    there = Settings(data_dir=tmp_path / "elsewhere")
    await in_thread(lambda: restore.run(there, tmp_path / "all.backup", QUIET))

    assert await answers(there) == await answers(here)
    async with open_database(there) as database:
        assert [row.version for row in await Documents(database).versions(guide)] == [2, 1]
        assert (await DocumentAccess(database).get(guide)).deny == ("person:eve",)
        [event] = await KnowledgeTrail(database).list_events(EventFilter(action="knowledge.restored"))
        assert event.details["documents"] == 3


async def in_thread(work: Callable[[], object]) -> None:
    """Run a command, which has an event loop of its own."""
    await asyncio.to_thread(work)


async def remove(settings: Settings, *sources: str) -> None:
    """Remove documents from records, as a deletion does after the index."""
    async with open_database(settings) as database:
        documents = Documents(database)
        for document_id in map(document_id_of, sources):
            assert await documents.mark_deleted(document_id, utc_now())
            async with database.read() as session:
                chunks = list(await session.scalars(select(Chunk.id).where(Chunk.document_id == document_id)))
            await documents.sweep([document_id], chunks)
            await documents.clear_tombstone(document_id)


def said(command: Callable[[Console], None]) -> str:
    console = Console(width=300)
    with console.capture() as captured:
        command(console)
    return captured.get()


def test_removed_documents_are_counted_apart(filled: Path, tmp_path: Path) -> None:
    there = Settings(data_dir=tmp_path / "elsewhere")
    asyncio.run(remove(Settings(), "refunds.md"))
    kept = said(lambda console: backup.run(Settings(), tmp_path / "one.backup", console))
    assert "2 documents with 2 passages, traces of 1 removed, " in kept
    edit_manifest(tmp_path / "one.backup", documents=3, removed=0)  # as earlier backups count
    assert "Restored 2 documents" in said(lambda console: restore.run(there, tmp_path / "one.backup", console))
    asyncio.run(remove(Settings(), "parcels.md", "codes.csv"))
    backup.run(Settings(), tmp_path / "none.backup", QUIET)
    empty = Settings(data_dir=tmp_path / "empty")
    assert "Restored 0 documents" in said(lambda console: restore.run(empty, tmp_path / "none.backup", console))


def test_documents_that_are_there_are_not_overwritten_unless_told(filled: Path, tmp_path: Path) -> None:
    backup.run(Settings(), tmp_path / "all.backup", QUIET)
    with pytest.raises(BadInputError, match=r"has 3 documents already.*--replace"):
        restore.run(Settings(), tmp_path / "all.backup", QUIET)
    restore.run(Settings(), tmp_path / "all.backup", QUIET, replace=True)


def test_an_existing_file_is_not_overwritten(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("letters", encoding="utf-8")
    with pytest.raises(BadInputError, match="exists already"):
        backup.run(Settings(), tmp_path / "mine", QUIET)
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "letters"


def test_a_backup_that_cannot_be_written_leaves_no_half_of_it(filled: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        backup.run(Settings(), filled / "nowhere" / "all.backup", QUIET)
    full = Path("/dev/full")
    if full.exists():
        (filled / "link.backup.part").symlink_to(full)
        with pytest.raises(BadInputError, match="another backup runs"):
            backup.run(Settings(), filled / "link.backup", QUIET)


def test_a_disk_that_is_full_is_one_line_and_no_file(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", fail)
    with pytest.raises(CommandError, match="No space left on device"):
        backup.run(Settings(), tmp_path / "all.backup", QUIET)
    assert list(tmp_path.glob("all.backup*")) == []


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def scribble(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        largest = max(archive.infolist(), key=lambda info: info.compress_size)
    data = bytearray(path.read_bytes())
    data[largest.header_offset + 30 + len(largest.filename) + largest.compress_size // 2] ^= 0xFF
    path.write_bytes(bytes(data))


def replace_text(path: Path) -> None:
    path.write_text("Dear aunt,", encoding="utf-8")


def edit_manifest(path: Path, **changes: object) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts[MANIFEST]) | changes
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (parts | {MANIFEST: json.dumps(manifest).encode()}).items():
            archive.writestr(name, data)


def make_newer(path: Path) -> None:
    edit_manifest(path, version=99)


def make_other(path: Path) -> None:
    edit_manifest(path, format="something")


def leave_out_chunks(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = json.loads(archive.read(MANIFEST))["members"]
    edit_manifest(path, members={name: member for name, member in members.items() if name != "chunks"})


@pytest.mark.parametrize("spoil", [cut, scribble, replace_text, make_newer, make_other, leave_out_chunks, Path.unlink])
def test_a_spoiled_backup_is_refused_before_anything_is_touched(
    filled: Path, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    file = tmp_path / "all.backup"
    backup.run(Settings(), file, QUIET)
    spoil(file)
    with pytest.raises(BadInputError) as refused:
        restore.run(Settings(data_dir=tmp_path / "elsewhere"), file, QUIET, replace=True)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "elsewhere").exists()


def test_changed_rows_are_noticed_by_their_hash(filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.backup"
    backup.run(Settings(), file, QUIET)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["rows/chunks.jsonl"] = parts["rows/chunks.jsonl"].replace(b"14 days", b"99 days")
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with pytest.raises(BadInputError, match="damaged: the rows of chunks"):
        restore.run(Settings(data_dir=tmp_path / "elsewhere"), file, QUIET)


async def test_every_row_of_the_knowledge_comes_back_equal_on_both_databases(
    database: Database, filled: Path, tmp_path: Path
) -> None:
    async with open_database(Settings()) as source, source.snapshot() as connection:
        written = {
            table.name: [row async for row in read_rows(connection, table)] for table in knowledge_tables_in_order()
        }
    assert written["documents"]
    for table in knowledge_tables_in_order():
        await database.transact(lambda connection, table=table: write_rows(connection, table, written[table.name]))
    async with database.snapshot() as connection:
        for table in knowledge_tables_in_order():
            read = [row async for row in read_rows(connection, table)]
            key = [column.name for column in table.primary_key]
            order = lambda row, key=key: [str(row[name]) for name in key]  # noqa: E731
            assert sorted(read, key=order) == sorted(written[table.name], key=order)


async def test_a_snapshot_sees_one_moment_while_others_write(database: Database) -> None:
    async with database.snapshot() as connection:
        before = len((await connection.execute(select(Document.id))).all())
        async with database.write() as session:
            session.add(Document(
                id="d", source="d", title="D", department="x", classification="public", media_type="t", version=1,
                created_at=NOON, updated_at=NOON,
            ))  # fmt: skip
        assert len((await connection.execute(select(Document.id))).all()) == before
