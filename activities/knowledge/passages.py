"""The texts of chunks from records: only what is published, current and readable."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import KnowledgeUnavailableError, Passage, ReadScope
from activities.records.access_tables import DocumentAccessRow
from activities.records.database import DatabaseUnavailableError
from activities.records.document_access import HAS_RULE, partition_column
from activities.records.models import Chunk, Document

Sessions = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""What opens a session to read with: an ``async_sessionmaker``, or a method like ``Database.read``."""

COLUMNS = (
    Chunk.id.label("chunk_id"),
    Chunk.document_id,
    Document.title,
    Chunk.version,
    Chunk.position,
    Chunk.heading,
    Chunk.kind,
    Chunk.text,
    Chunk.start,
    Chunk.end,
    Document.department,
    Document.classification,
    Chunk.page,
    Document.chunk_count.label("passages"),
)


async def load_passages(sessions: Sessions, chunk_ids: Sequence[str], scope: ReadScope) -> dict[str, Passage]:
    """Return the passages that answer now and that ``scope`` may read, by chunk id.

    Rights are looked at once more: they may have changed since the index was written.
    Raises ``KnowledgeUnavailableError``.
    """
    query = (
        select(*COLUMNS)
        .join(Document, Document.id == Chunk.document_id)
        .outerjoin(DocumentAccessRow, HAS_RULE)
        .where(
            Chunk.id.in_(chunk_ids),
            Document.status == "published",
            Document.version == Chunk.version,
            partition_column().in_(scope.partitions),
        )
    )
    try:
        async with sessions() as session:
            rows = (await session.execute(query)).all()
    except (SQLAlchemyError, DatabaseUnavailableError) as error:
        raise KnowledgeUnavailableError(f"The texts cannot be read from the database: {error}") from error
    return {row.chunk_id: Passage(**row._asdict()) for row in rows}
