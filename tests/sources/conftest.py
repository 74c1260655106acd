"""A source on real records, with an index that keeps texts in memory."""

import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from activities.records.database import Database, utc_now
from activities.records.source_items import SourceItems
from activities.records.source_tables import Source, SourceItem
from activities.records.sources import Sources
from activities.sources.connector import Tools
from activities.sources.network import GuardedHttp
from activities.sources.secret_store import SecretStore
from activities.sources.sync import SourceSync
from tests.knowledge.writing import Bench
from tests.sources.web_server import Site, serve_site

MAX_BYTES = 100_000


@dataclass
class Rig:
    """One source of some kind, and what its documents answer."""

    bench: Bench
    folder: Path
    tools: Tools
    environment: dict[str, str] = field(default_factory=dict)
    number: int = 0

    @property
    def sync(self) -> SourceSync:
        return SourceSync(self.bench.database, self.bench.writer(), self.tools)

    @property
    def rows(self) -> Sources:
        return Sources(self.bench.database)

    async def add(self, kind: str, config: Mapping[str, Any], name: str = "docs", **columns: Any) -> Source:
        given = {
            "department": "support", "classification": "internal", "rights": [], "interval_seconds": 60.0,
            "created_by": None, **columns,
        }  # fmt: skip
        return await self.rows.add(name=name, kind=kind, config=dict(config), **given)

    async def run(self, source: Source) -> None:
        """Sync as the workflow does, in one place: list, check rights, take, settle, remove."""
        self.number += 1
        await self.sync.list_changes(source.id, self.number)
        await self.drain(source)

    async def drain(self, source: Source) -> None:
        sync, writer = self.sync, self.bench.writer()
        await sync.check_rights(source.id)
        for _ in range(50):
            work = await sync.next_work(source.id, 20)
            if not work.take and not work.remove:
                return
            for removal in work.remove:
                for document in removal.document_ids:
                    await writer.delete(document, utc_now())
            await sync.forget_items(source.id, [removal.item_id for removal in work.remove])
            opened = await sync.open_items(source.id, self.number, work.take) if work.take else []
            for each in opened:
                if each.request:
                    await writer.ingest(each.request)
            for document in (await sync.settle(source.id, opened)).leftover:
                await writer.delete(document, utc_now())
        raise AssertionError("a sync that never ends")

    async def answers(self) -> dict[str, str]:
        """What can be found now: the text of each document by its name, without the source's."""
        found = await self.bench.answering()
        return {name.partition("/")[2]: "\n".join(texts) for name, texts in found.items()}

    async def partitions(self) -> dict[str, int]:
        """How many passages are in each partition of the index."""
        return {name: len(ids) for name, ids in self.bench.index.ids().items() if ids}

    async def items(self, source: Source) -> dict[str, SourceItem]:
        return {row.key: row for row in await self.rows.items(source.id, "", 1_000, 0)}

    def secret(self, name: str, value: str) -> str:
        (self.folder / "secrets").mkdir(exist_ok=True)
        (self.folder / "secrets" / name).write_text(value)
        return name


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    yield make_rig(database, tmp_path)
    await database.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_site() as site:
        yield site


def make_rig(database: Database, folder: Path, private: tuple[str, ...] = ("127.0.0.1", "localhost")) -> Rig:
    """A rig whose connectors may connect to this machine: tests have their servers here."""
    secrets = SecretStore(folder / "secrets", {})
    tools = Tools(GuardedHttp(private), secrets, (folder,), folder / "cache", MAX_BYTES, private)
    return Rig(Bench(database), folder, tools)


def unique() -> str:
    return uuid.uuid4().hex[:12]


__all__ = ["MAX_BYTES", "Rig", "SourceItems", "make_rig", "unique"]
