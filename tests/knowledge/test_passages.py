"""The texts of chunks on both databases: published, current and readable ones only."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from activities.knowledge.passages import ANSWERING, load_passages
from activities.ports import Passage, ReadScope
from activities.records.database import Database
from activities.records.models import Chunk, Document

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def publish(database: Database, name: str, *, version: int = 1, level: str = "public", status: str) -> None:
    async with database.write() as session:
        session.add(
            Document(
                id=name, source=name, title="Refunds", department="billing", classification=level, media_type="t",
                version=version, status=status, created_at=NOW, updated_at=NOW,
            )
        )  # fmt: skip
        await session.flush()
        session.add(
            Chunk(
                id=f"{name}:1:3", document_id=name, version=1, position=3, heading="Money > Back", kind="steps",
                text="1. Ask.", start=40, end=47, page=2, content_hash="h",
            )
        )  # fmt: skip


async def test_only_published_current_and_readable_texts_are_loaded(database: Database) -> None:
    await publish(database, "good", status="published")
    await publish(database, "replaced", status="published", version=2)
    await publish(database, "gone", status="deleted")
    await publish(database, "secret", status="published", level="restricted")
    asked = [f"{name}:1:3" for name in ("good", "replaced", "gone", "secret", "unknown")]
    assert await load_passages(database.query, asked, ReadScope(("public",))) == {
        "good:1:3": Passage(
            "good:1:3",
            "good",
            "Refunds",
            1,
            3,
            "Money > Back",
            "steps",
            "1. Ask.",
            40,
            47,
            "billing",
            "public",
            page=2,
        )
    }
    everything = ReadScope(("public", "restricted.billing"))
    assert (await load_passages(database.query, asked, everything)).keys() == {"good:1:3", "secret:1:3"}


async def test_nothing_asked_is_nothing_found(database: Database) -> None:
    assert await load_passages(database.query, [], ReadScope(("public",))) == {}


async def test_sqlite_looks_texts_up_by_their_ids_and_does_not_read_every_document(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    given = ANSWERING.params(chunk_ids=["a:1:0"], partitions=["public"])
    compiled = given.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    async with database.read() as session:
        plan = (await session.execute(text(f"EXPLAIN QUERY PLAN {compiled}".replace(":", r"\:")))).all()
    await database.close()
    steps = [row[-1] for row in plan]
    assert [step.split(" (")[-1] for step in steps if "chunks" in step or "documents" in step] == ["id=?)", "id=?)"]
