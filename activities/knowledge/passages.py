"""The texts of chunks from records: only what is published, current and readable."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from sqlalchemy import bindparam, case, select
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
ANSWERING = (
    select(*COLUMNS)
    .join(Document, Document.id == Chunk.document_id)
    .outerjoin(DocumentAccessRow, HAS_RULE)
    .where(
        Chunk.id.in_(bindparam("chunk_ids", expanding=True)),
        Document.version == Chunk.version,
        # One expression: SQLite would take a condition on the status alone for the best index, and read everything.
        case((Document.status == "published", partition_column())).in_(bindparam("partitions", expanding=True)),
    )
)
"""Made once: building it took a third of the time of a read."""


async def load_passages(sessions: Sessions, chunk_ids: Sequence[str], scope: ReadScope) -> dict[str, Passage]:
    """Return the passages that answer now and that ``scope`` may read, by chunk id.

    Rights are looked at once more: they may have changed since the index was written.
    Raises ``KnowledgeUnavailableError``.
    """
    if not chunk_ids:
        return {}
    parameters = {"chunk_ids": list(chunk_ids), "partitions": list(scope.partitions)}
    try:
        async with sessions() as session:
            rows = (await session.execute(ANSWERING, parameters)).all()
    except (SQLAlchemyError, DatabaseUnavailableError) as error:
        raise KnowledgeUnavailableError(f"The texts cannot be read from the database: {error}") from error
    return {row.chunk_id: Passage(**row._asdict()) for row in rows}
