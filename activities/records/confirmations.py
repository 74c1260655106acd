"""Versions that wait for a person to confirm their class."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from activities.ports import Level
from activities.records.database import Database
from activities.records.knowledge_tables import Confirmation, VersionDetail
from activities.records.models import Document, DocumentVersion

EXCERPT_CHARACTERS = 2_000


@dataclass(frozen=True)
class Waiting:
    """A version that nobody reads yet, with what a person needs to decide."""

    document_id: str
    version: int
    source: str
    title: str
    department: str
    requested: Level
    suggested: Level
    reasons: Sequence[str]
    excerpt: str
    created_by: str | None
    created_at: datetime


class Confirmations:
    """All SQL about waiting versions; each method raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_waiting(self, *, limit: int = 500) -> list[Waiting]:
        """Return what waits, the oldest first."""
        async with self._database.read() as session:
            rows = (await session.execute(_waiting().order_by(Confirmation.created_at).limit(limit))).all()
        return [_view(row) for row in rows]

    async def get(self, document_id: str) -> Waiting | None:
        """Return the waiting version of a document; None when none waits."""
        query = _waiting().where(Confirmation.document_id == document_id)
        async with self._database.read() as session:
            row = (await session.execute(query)).first()
        return _view(row) if row else None


def _waiting() -> Select[Any]:
    version = (DocumentVersion.document_id == Confirmation.document_id) & (
        DocumentVersion.version == Confirmation.version
    )
    detail = (VersionDetail.document_id == Confirmation.document_id) & (VersionDetail.version == Confirmation.version)
    columns: tuple[Any, ...] = (
        Confirmation.document_id,
        Confirmation.version,
        Document.source,
        VersionDetail.title,
        DocumentVersion.department,
        Confirmation.requested,
        Confirmation.suggested,
        Confirmation.reasons,
        DocumentVersion.text,
        DocumentVersion.created_by,
        Confirmation.created_at,
    )
    query = select(*columns).join(DocumentVersion, version).join(VersionDetail, detail)
    # A later upload or a deletion has overtaken what was not asked for last.
    latest = (Document.id == Confirmation.document_id) & (Document.requested_at == DocumentVersion.created_at)
    found: Select[Any] = query.join(Document, latest).where(
        Confirmation.decided.is_(None), Document.status != "deleted"
    )
    return found


def _view(row: Any) -> Waiting:
    values = row._asdict()
    text = values.pop("text")
    return Waiting(**values, excerpt=text[:EXCERPT_CHARACTERS])
