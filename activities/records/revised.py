"""What a person's decision about a document reads and changes before the ingestion follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, update

from activities.ports import Level
from activities.records.database import Database, utc_now
from activities.records.knowledge_events import Happened, record_event
from activities.records.knowledge_tables import VersionDetail
from activities.records.models import Document, DocumentVersion
from activities.records.staging import LEVELS


@dataclass(frozen=True)
class KeptVersion:
    """Where the content of a version is kept, and what it was called."""

    source: str
    title: str
    blob_sha256: str


class RevisedDocuments:
    """All SQL about decisions; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def kept_version(self, document_id: str, version: int) -> KeptVersion | None:
        """Return where the content of a version is kept, published or waiting; None when it is gone."""
        columns = (Document.source, VersionDetail.title, DocumentVersion.blob_sha256)
        detail = (VersionDetail.document_id == Document.id) & (VersionDetail.version == version)
        query = (
            select(*columns)
            .join(DocumentVersion, (DocumentVersion.document_id == Document.id) & (DocumentVersion.version == version))
            .join(VersionDetail, detail)
            .where(Document.id == document_id, Document.status != "deleted")
        )
        async with self._database.read() as session:
            row = (await session.execute(query)).first()
        return KeptVersion(**row._asdict()) if row else None

    async def change(self, document_id: str, given: Mapping[str, Any], actor_id: str) -> None:
        """Change the owner where it is given, and write into the trail what was changed."""
        at = utc_now()
        details = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in given.items()}
        event = Happened("document.changed", document_id, None, actor_id, details, at.isoformat())

        def write(connection: Connection) -> None:
            owner = {"owner_id": given["owner_id"]} if "owner_id" in given else {}
            connection.execute(update(Document).where(Document.id == document_id).values(updated_at=at, **owner))
            record_event(connection, event)

        await self._database.transact(write)

    async def restrict(self, document_id: str, classification: Level, department: str) -> None:
        """Let only those read a document who may by a higher class or another department, from now on.

        A lower class waits until its version is published: nothing is opened before it is there as a whole.
        """
        lower = LEVELS[: LEVELS.index(classification)]
        raised = Document.classification.in_(lower)
        moved = (Document.classification == classification) & (Document.department != department)
        changes = {"classification": classification, "department": department}
        statement = update(Document).where(Document.id == document_id, or_(raised, moved)).values(changes)
        await self._database.transact(lambda connection: connection.execute(statement))
