"""Sources behind the door without Temporal."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from activities.knowledge.ingest import KnowledgeWriter
from activities.records.database import Database
from activities.records.source_tables import Source
from activities.records.sources import Sources
from activities.sources.connector import Tools
from activities.sources.messages import SyncReport
from activities.sources.network import GuardedHttp
from activities.sources.secret_store import SecretStore
from activities.sources.sync import SourceSync
from activities.sources.webhook import Pushes
from api.deps import SourceServices
from api.source_desk import SourceDesk
from api.source_schemas import NewSource
from workflows.client import TemporalUnavailableError


@dataclass
class FakeDesk:
    """Writes sources without a workflow behind them, and remembers what it was told."""

    rows: Sources
    sync_steps: SourceSync
    told: list[tuple[str, str]] = field(default_factory=list)
    down: bool = False

    async def add(self, new: NewSource, created_by: str) -> Source:
        real = SourceDesk(cast(Any, None), self.rows, self.sync_steps)
        real.start = self._start  # type: ignore[method-assign]
        return await real.add(new, created_by)

    async def _start(self, row: Source) -> None:
        self.told.append((row.name, "start"))

    async def sync(self, row: Source) -> None:
        if self.down:
            raise TemporalUnavailableError("Temporal does not answer")
        self.told.append((row.name, "sync"))

    async def pause(self, row: Source) -> None:
        self.told.append((row.name, "pause"))

    async def resume(self, row: Source) -> None:
        self.told.append((row.name, "resume"))

    async def remove(self, row: Source) -> None:
        self.told.append((row.name, "remove"))

    async def progress(self, row: Source) -> SyncReport | None:
        return None


def fake_sources(database: Database, writer: KnowledgeWriter, folder: Path) -> SourceServices:
    """Return sources whose files are below ``folder`` and whose secrets are in its ``secrets``."""
    secrets = SecretStore(folder / "secrets", {})
    sync = SourceSync(database, writer, Tools(GuardedHttp(), secrets, (folder,), folder / "cache", 1024 * 1024))
    rows = Sources(database)
    return SourceServices(FakeDesk(rows, sync), rows, Pushes(rows, sync, secrets))
