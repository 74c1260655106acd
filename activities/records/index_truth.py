"""What the index has to hold, as records say: the side that is right when the two differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, func, select

from activities.knowledge.access import partition
from activities.knowledge.entries import Entries
from activities.ports import IndexedChunk, Level
from activities.records.access_tables import DocumentAccessRow
from activities.records.database import Database
from activities.records.document_access import HAS_RULE
from activities.records.knowledge_tables import Confirmation, VersionDetail
from activities.records.models import Chunk, Document, DocumentVersion

PAGE = 5000
RIGHTS = (DocumentVersion.classification, DocumentVersion.department, DocumentAccessRow.rule_key)
"""Those of the version: the ingestion has put its chunks there, and takes them out of there."""


@dataclass(frozen=True)
class TrueChunk:
    """A chunk and where it belongs; one that does not ``answer`` yet is on its way in, and may be in the index."""

    partition: str
    chunk: IndexedChunk
    answers: bool


@dataclass(frozen=True)
class Expected:
    """The chunks that answer, and those that are on their way in, by partition."""

    answering: Entries
    coming: Entries


class IndexTruth:
    """SQL that reads what the index should be; each method raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def expected(self, documents: Sequence[str] | None = None) -> Expected:
        """Return the ids of all chunks that belong into the index; with ``documents`` only those of these."""
        expected, after = Expected(Entries(), Entries()), ""
        columns = (Chunk.id.label("chunk_id"), *RIGHTS, _answers().label("answers"))
        while rows := await self._page(_belonging(*columns), after, PAGE, documents):
            for row in rows:
                side = expected.answering if row.answers else expected.coming
                side.add(_partition(row), [row.chunk_id])
            after = rows[-1].chunk_id
        return expected

    async def count(self) -> int:
        """Return how many chunks answer."""
        async with self._database.read() as session:
            return await session.scalar(_belonging(func.count(Chunk.id)).where(_answers())) or 0

    async def chunks(self, after: str, limit: int, documents: Sequence[str] | None = None) -> list[TrueChunk]:
        """Return at most ``limit`` chunks that belong into the index, in order of their ids, those after ``after``."""
        title = func.coalesce(VersionDetail.title, Document.title).label("title")
        texts = (Chunk.id.label("chunk_id"), Chunk.document_id, title, Chunk.heading, Chunk.text)
        query = _belonging(*texts, *RIGHTS, _answers().label("answers"))
        detail = (VersionDetail.document_id == Chunk.document_id) & (VersionDetail.version == Chunk.version)
        rows = await self._page(query.outerjoin(VersionDetail, detail), after, limit, documents)
        return [
            TrueChunk(
                _partition(row),
                IndexedChunk(row.chunk_id, row.document_id, row.title, row.heading, row.text),
                bool(row.answers),
            )
            for row in rows
        ]

    async def _page(self, query: Select[Any], after: str, limit: int, documents: Sequence[str] | None) -> list[Any]:
        query = query.where(Chunk.id > after).order_by(Chunk.id).limit(limit)
        if documents is not None:
            query = query.where(Chunk.document_id.in_(documents))
        async with self._database.read() as session:
            return list(await session.execute(query))


def _belonging(*columns: Any) -> Select[Any]:
    """Select from the chunks that answer, or are on their way in by the latest request about their document."""
    of_version = (DocumentVersion.document_id == Chunk.document_id) & (DocumentVersion.version == Chunk.version)
    waits = (Confirmation.document_id == Chunk.document_id) & (Confirmation.version == Chunk.version)
    coming = (
        (Document.status != "deleted")
        & DocumentVersion.published_at.is_(None)
        & (DocumentVersion.created_at >= Document.requested_at)
        & (Confirmation.document_id.is_(None) | Confirmation.decided.is_not(None))
    )
    return (
        select(*columns)
        .join(DocumentVersion, of_version)
        .join(Document, Document.id == Chunk.document_id)
        .outerjoin(DocumentAccessRow, HAS_RULE)
        .outerjoin(Confirmation, waits)
        .where(_answers() | coming)
    )


def _answers() -> ColumnElement[bool]:
    published = (Document.status == "published") & (Document.version == Chunk.version)
    return published & Document.merged_into.is_(None)


def _partition(row: Any) -> str:
    return partition(cast(Level, row.classification), row.department, row.rule_key or "")
