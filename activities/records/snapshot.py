"""The knowledge as rows: all of it at one moment, out of one database and into another."""

import base64
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, LargeBinary, Select, Table, delete, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.records import access_tables, knowledge_tables
from activities.records.models import Base, Blob, Chunk, Document, DocumentVersion, UtcDateTime

KNOWLEDGE = frozenset(
    table.__tablename__
    for table in (
        access_tables.AccessRuleRow,
        access_tables.DocumentAccessRow,
        access_tables.AccessChange,
        Blob,
        Document,
        DocumentVersion,
        Chunk,
        knowledge_tables.VersionDetail,
        knowledge_tables.SignatureBand,
        knowledge_tables.Confirmation,
        knowledge_tables.KnowledgeEvent,
    )
)
"""Documents, versions, files, rights and what was done to them; not people, conversations, or what can be derived."""
ROWS_AT_ONCE = 200
Row = dict[str, Any]


class UnknownColumnsError(Exception):
    """Rows have columns that this Holdfast does not know: they come from a newer one."""


def knowledge_tables_in_order() -> list[Table]:
    """Return the tables of the knowledge, each after those that it points at."""
    return [table for table in Base.metadata.sorted_tables if table.name in KNOWLEDGE]


async def read_rows(connection: AsyncConnection, table: Table) -> AsyncIterator[Row]:
    """Yield the rows of a table as JSON values; of files only those that a version needs."""
    query: Select[Any] = select(table).execution_options(yield_per=ROWS_AT_ONCE)
    if table.name == Blob.__tablename__:
        query = query.where(exists(select(DocumentVersion.version).where(DocumentVersion.blob_sha256 == Blob.sha256)))
    async with connection.stream(query) as result:
        async for row in result:
            yield {name: _plain(value) for name, value in row._mapping.items()}


def count_documents(connection: Connection) -> int:
    """Return how many documents there are, deleted ones not counted."""
    return connection.scalar(select(func.count()).select_from(Document).where(Document.status != "deleted")) or 0


async def count_removed(connection: AsyncConnection) -> int:
    """Return how many documents were deleted or taken back: their ids and trail are kept, nothing of what they said."""
    query = select(func.count()).select_from(Document).where(Document.status == "deleted")
    return await connection.scalar(query) or 0


def clear_knowledge(connection: Connection) -> None:
    """Delete all rows of the knowledge, in the caller's transaction."""
    for table in reversed(knowledge_tables_in_order()):
        connection.execute(delete(table))


def write_rows(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Insert rows of JSON values in the caller's transaction. Raises ``UnknownColumnsError``."""
    for portion in _portions(rows):
        unknown = set().union(*portion) - set(table.columns.keys())
        if unknown:
            raise UnknownColumnsError(f"{table.name} has no {', '.join(sorted(unknown))}")
        values = [{name: _typed(table, name, value) for name, value in row.items()} for row in portion]
        connection.execute(insert(table), values)


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    portion: list[Row] = []
    for row in rows:
        portion.append(row)
        if len(portion) == ROWS_AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _typed(table: Table, name: str, value: Any) -> Any:
    kind = table.columns[name].type
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    return base64.b64decode(value) if isinstance(kind, LargeBinary) else value
