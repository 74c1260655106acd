"""Documents with the same text, or nearly the same, and the same readers.

Only documents in one partition of the index are compared: what is found there may be read by whoever reads the
document it is compared with, so neither a report nor a merge tells anybody of a document that is not theirs to read.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, or_, select, text, update

from activities.records.access_tables import DocumentAccessRow
from activities.records.database import Database
from activities.records.document_access import HAS_RULE, partition_column
from activities.records.knowledge_tables import SignatureBand, VersionDetail
from activities.records.models import Document
from activities.records.signatures import similarity

IS_CURRENT = (VersionDetail.document_id == Document.id) & (VersionDetail.version == Document.version)
NEAR = 0.85
"""From this similarity on a document is named as nearly the same."""


@dataclass(frozen=True)
class Near:
    """A document, and another one that is nearly the same; ``similarity`` is 0..1."""

    document_id: str
    other_id: str
    similarity: float


def find_twin(connection: Connection, document_id: str, text_hash: str, partition: str) -> str | None:
    """Return the document that answers with this text in this partition, the oldest one; None when there is none."""
    if not text_hash:
        return None
    if connection.dialect.name == "postgresql":  # SQLite has one writer; here two could publish the same text at once
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": text_hash})
    query = _current(VersionDetail.text_hash == text_hash, Document.merged_into.is_(None))
    query = query.where(partition_column() == partition, Document.id != document_id)
    return connection.scalars(query.order_by(Document.created_at, Document.id)).first()


def settle_merged(connection: Connection, document_ids: Collection[str]) -> list[str]:
    """Look again at what is merged into some documents, and at those that are merged themselves.

    Returns the documents that nothing answers for any more: they must be indexed, then freed by ``free_merged``.
    """
    known = (VersionDetail.text_hash, partition_column().label("partition"), Document.merged_into)
    query = _current(
        or_(Document.id.in_(document_ids), Document.merged_into.in_(document_ids)), Document.merged_into.is_not(None)
    ).add_columns(*known)
    alone = []
    for row in connection.execute(query.order_by(Document.created_at, Document.id)).all():
        twin = find_twin(connection, row.id, row.text_hash, row.partition)
        if twin is None:
            alone.append(row.id)
        elif twin != row.merged_into:
            connection.execute(update(Document).where(Document.id == row.id).values(merged_into=twin))
    return alone


def free_merged(connection: Connection, document_id: str) -> None:
    """Let a document that is in the index again answer for itself."""
    connection.execute(update(Document).where(Document.id == document_id).values(merged_into=None))


class Twins:
    """Looks for documents that are nearly the same; each method raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def near(self, document_ids: Collection[str]) -> list[Near]:
        """Return for each published document the one most like it in its partition, if any is near, in order."""
        found = await self._database.transact(lambda connection: [_nearest(connection, each) for each in document_ids])
        return [near for near in found if near is not None]


def _nearest(connection: Connection, document_id: str) -> Near | None:
    columns = (VersionDetail.signature, partition_column().label("partition"), Document.merged_into)
    mine = connection.execute(_current(Document.id == document_id).add_columns(*columns)).first()
    if mine is None or not mine.signature or mine.merged_into is not None:
        return None
    bands = select(SignatureBand.band).where(SignatureBand.document_id == document_id)
    sharing = select(SignatureBand.document_id).where(SignatureBand.band.in_(bands))
    others = _current(Document.id.in_(sharing), Document.id != document_id, Document.merged_into.is_(None))
    others = others.where(partition_column() == mine.partition).add_columns(VersionDetail.signature)
    scored = [(similarity(mine.signature, row.signature), row.id) for row in connection.execute(others)]
    best = max(scored, default=(0.0, ""))
    return Near(document_id, best[1], round(best[0], 3)) if best[0] >= NEAR else None


def _current(*conditions: ColumnElement[bool]) -> Select[Any]:
    query = select(Document.id).outerjoin(DocumentAccessRow, HAS_RULE).join(VersionDetail, IS_CURRENT)
    return query.where(Document.status == "published", *conditions)
