"""Versions that wait for a person to confirm their class."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select

from activities.ports import Level
from activities.records.database import Database
from activities.records.knowledge_tables import Confirmation, VersionDetail
from activities.records.models import Document, DocumentVersion

EXCERPT_CHARACTERS = 2_000
Home = tuple[Level, str | None]
"""A class and a department; None is any."""


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

    async def list_waiting(self, homes: Sequence[Home] | None = None, *, limit: int, offset: int = 0) -> list[Waiting]:
        """Return what waits and looks as if it belonged to one of ``homes`` (None: to any), the oldest first."""
        query = _waiting().order_by(Confirmation.created_at, Confirmation.document_id).limit(limit).offset(offset)
        if homes is not None:
            query = query.where(or_(false(), *(_is_of(level, department) for level, department in homes)))
        async with self._database.read() as session:
            rows = (await session.execute(query)).all()
        return [_view(row) for row in rows]

    async def get(self, document_id: str) -> Waiting | None:
        """Return the waiting version of a document; None when none waits."""
        query = _waiting().where(Confirmation.document_id == document_id)
        async with self._database.read() as session:
            row = (await session.execute(query)).first()
        return _view(row) if row else None


def _is_of(level: Level, department: str | None) -> ColumnElement[bool]:
    suggested = Confirmation.suggested == level
    return suggested if department is None else suggested & (DocumentVersion.department == department)


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
