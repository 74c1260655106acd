"""The sample company's knowledge in a temporary folder, for evaluations."""

import json
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from activities.knowledge.access import read_scope
from activities.knowledge.current import CurrentSearch
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.open import open_knowledge
from activities.models.embedding import MiniLmEmbedder
from activities.ports import Level, Principal, ReadScope
from activities.records.database import Database

PATIENCE_SECONDS = 300.0
"""How long a half of a search is waited for: a figure must not depend on how busy the machine is."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Upload:
    """A file to take in, and what the manifest says of it."""

    source: str
    data: bytes
    title: str
    department: str
    classification: Level


@dataclass(frozen=True)
class Indexed:
    """Knowledge that answers, and where each document came from."""

    search: CurrentSearch
    sources: dict[str, str]
    """Document id -> path of its file."""
    departments: tuple[str, ...]

    def scope(self, principal: Principal) -> ReadScope:
        """Return what a person may read here."""
        return read_scope(principal, self.departments)


def company_uploads(company_dir: Path) -> list[Upload]:
    """Return the documents that ``documents/manifest.json`` of the company lists."""
    folder = company_dir / "documents"
    entries: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return [
        Upload(
            each["path"],
            (folder / each["path"]).read_bytes(),
            each["title"],
            each["department"],
            each["classification"],
        )
        for each in entries
    ]


@asynccontextmanager
async def indexed(
    uploads: Sequence[Upload], embedder: MiniLmEmbedder, say: Say = lambda line: None, kept: Path | None = None
) -> AsyncIterator[Indexed]:
    """Take the uploads in and open them; ``say`` hears how far it is.

    They lie in a temporary folder, or in ``kept``: there a later run, also after a stopped one, takes in only what is
    missing. Raises ``ValueError`` for a refused upload.
    """
    with tempfile.TemporaryDirectory(prefix="holdfast-eval-") as name:
        folder = kept or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        database = Database(f"sqlite+aiosqlite:///{folder / 'records.db'}")
        await database.migrate()
        try:
            with open_knowledge(folder, database.query, embedder, half_seconds=PATIENCE_SECONDS) as knowledge:
                writer = KnowledgeWriter(database, embedder, knowledge.index)
                sources: dict[str, str] = {}
                for number, upload in enumerate(uploads, 1):
                    sources |= await take(writer, upload)
                    say(f"{number} of {len(uploads)} files taken in, {len(sources):,} documents")
                departments = tuple(sorted({each.department for each in uploads}))
                yield Indexed(knowledge.search, sources, departments)
        finally:
            await database.close()


async def take(writer: KnowledgeWriter, upload: Upload) -> dict[str, str]:
    """Take an upload in; return the path of its file by document id. Raises ``ValueError`` for a refused one."""
    request = await writer.accept(
        upload.source,
        upload.data,
        title=upload.title,
        department=upload.department,
        classification=upload.classification,
    )
    report = await writer.ingest(request)
    if report.refused:
        raise ValueError(f"{upload.source} was refused: {report.refused[0].reason}")
    known = {each.document_id: each.source for each in report.unchanged}
    return known | {each.document_id: each.source for each in report.taken}
