"""Documents: what is published, its versions and texts, and how it comes in and goes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, Select, SQLColumnExpression, delete, func, or_, select, update
from sqlalchemy.orm import defer

from activities.ports import IndexedChunk, Level
from activities.records.access_tables import AccessChange, DocumentAccessRow
from activities.records.database import Database, utc_now
from activities.records.document_access import HAS_RULE, partition_column
from activities.records.knowledge_events import Happened, record_event
from activities.records.knowledge_tables import SignatureBand
from activities.records.models import Chunk, Document, DocumentVersion
from activities.records.publishing import (
    ChunkPlace,
    Published,
    find_idle_chunks,
    find_stale_chunks,
    publish_version,
    sweep_versions,
)
from activities.records.staging import NewVersion, Staged, stage_version
from activities.records.twins import free_merged, settle_merged

DEPARTMENTS = select(Document.department).where(Document.status == "published").distinct()
ROWS_AT_ONCE = 500
"""Ids in one statement: databases bound the number of parameters."""


@dataclass(frozen=True)
class Remains:
    """How many rows of a document are left."""

    versions: int
    chunks: int


@dataclass(frozen=True)
class PublishedChunk:
    """A passage that answers, as the index takes it, with the rights of its document."""

    chunk_id: str
    document_id: str
    title: str
    heading: str
    text: str
    classification: Level
    department: str
    rule_key: str | None = None

    @property
    def indexed(self) -> IndexedChunk:
        """The passage without its rights."""
        return IndexedChunk(self.chunk_id, self.document_id, self.title, self.heading, self.text)


class Documents:
    """All SQL about documents, versions and chunks; each method raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, document_id: str, partitions: Collection[str] | None = None) -> Document | None:
        """Return a published document of ``partitions`` (None: of all); None when there is none."""
        query = _published(partitions).where(Document.id == document_id)
        async with self._database.read() as session:
            return (await session.scalars(query)).one_or_none()

    async def readable(self, document_ids: Collection[str], partitions: Collection[str] | None) -> set[str]:
        """Return those of some documents that are published in ``partitions`` (None: anywhere)."""
        ids, found = sorted(document_ids), set[str]()
        async with self._database.read() as session:
            for start in range(0, len(ids), ROWS_AT_ONCE):
                some = _published(partitions).where(Document.id.in_(ids[start : start + ROWS_AT_ONCE]))
                found |= set(await session.scalars(some.with_only_columns(Document.id)))
        return found

    async def list_published(
        self, partitions: Collection[str] | None = None, *, text: str = "", limit: int = 50, offset: int = 0
    ) -> list[Document]:
        """Return published documents of ``partitions`` (None: of all) by title; ``text`` must be in title or source."""
        query = _published(partitions).order_by(Document.title, Document.id).limit(limit).offset(offset)
        if text:
            query = query.where(or_(_contains(Document.title, text), _contains(Document.source, text)))
        async with self._database.read() as session:
            return list(await session.scalars(query))

    async def count_published(self) -> int:
        """Return how many documents answer."""
        async with self._database.read() as session:
            return await session.scalar(select(func.count()).where(_in_index())) or 0

    async def count_chunks(self) -> int:
        """Return how many passages answer."""
        query = select(func.coalesce(func.sum(Document.chunk_count), 0)).where(_in_index())
        async with self._database.read() as session:
            return await session.scalar(query) or 0

    async def published_chunks(self, after: str, limit: int, document_id: str = "") -> list[PublishedChunk]:
        """Return at most ``limit`` passages that answer, in order of their ids, those after the id ``after``.

        With ``document_id`` only those of one document, merged or not.
        """
        rights = (Document.classification, Document.department, DocumentAccessRow.rule_key)
        query = (
            select(Chunk.id.label("chunk_id"), Chunk.document_id, Document.title, Chunk.heading, Chunk.text, *rights)
            .join(Document, Document.id == Chunk.document_id)
            .outerjoin(DocumentAccessRow, HAS_RULE)
            .where(Document.status == "published", Document.version == Chunk.version, Chunk.id > after)
            .order_by(Chunk.id)
            .limit(limit)
        )
        query = query.where(Document.id == document_id) if document_id else query.where(_in_index())
        async with self._database.read() as session:
            return [PublishedChunk(**row._asdict()) for row in await session.execute(query)]

    async def rule_keys(self, document_ids: Collection[str]) -> dict[str, str]:
        """Return the keys of the access rules that some documents have; those without one are left out."""
        query = select(DocumentAccessRow.document_id, DocumentAccessRow.rule_key).where(
            DocumentAccessRow.document_id.in_(document_ids)
        )
        async with self._database.read() as session:
            return {row.document_id: row.rule_key for row in await session.execute(query)}

    async def former_rule_keys(self, document_id: str) -> list[str]:
        """Return the keys of the access rules that a document had once; an empty one stands for none."""
        query = select(AccessChange.before_key).where(AccessChange.document_id == document_id).distinct()
        async with self._database.read() as session:
            return sorted(await session.scalars(query))

    async def departments(self) -> list[str]:
        """Return the departments that have published documents, sorted."""
        return await self._database.query(lambda connection: sorted(connection.scalars(DEPARTMENTS)))

    async def versions(self, document_id: str) -> list[DocumentVersion]:
        """Return the versions that were ever published, newest first, without their texts."""
        query = select(DocumentVersion).where(
            DocumentVersion.document_id == document_id, DocumentVersion.published_at.is_not(None)
        )
        rows = query.options(defer(DocumentVersion.text)).order_by(DocumentVersion.version.desc())
        async with self._database.read() as session:
            return list(await session.scalars(rows))

    async def version(self, document_id: str, version: int) -> DocumentVersion | None:
        """Return one version that was ever published, with its text; None when there is none."""
        async with self._database.read() as session:
            found = await session.get(DocumentVersion, (document_id, version))
        return found if found is not None and found.published_at is not None else None

    async def stage(self, new: Sequence[NewVersion]) -> list[Staged]:
        """Stage versions in one transaction, in the order given."""

        def write(connection: Connection) -> list[Staged]:
            # Rows are locked in one order, or two ingestions of the same files could wait for each other.
            order = sorted(range(len(new)), key=lambda index: new[index].document_id)
            staged = {index: stage_version(connection, new[index]) for index in order}
            return [staged[index] for index in range(len(new))]

        return await self._database.transact(write)

    async def publish(self, staged: Sequence[Staged]) -> list[Published]:
        """Publish staged versions in one transaction, in the order given but for the locks."""

        def write(connection: Connection) -> list[Published]:
            order = sorted(range(len(staged)), key=lambda index: staged[index].new.document_id)
            published = {index: publish_version(connection, staged[index]) for index in order}
            return [published[index] for index in range(len(staged))]

        return await self._database.transact(write)

    async def stale_chunks(self, document_ids: Sequence[str]) -> list[ChunkPlace]:
        """Return the chunks of these documents that must leave the index."""
        return await self._database.transact(lambda connection: find_stale_chunks(connection, document_ids))

    async def idle_chunks(self, document_ids: Sequence[str]) -> list[ChunkPlace]:
        """Return the chunks of these documents that stay in records and must not be in the index now."""
        return await self._database.transact(lambda connection: find_idle_chunks(connection, document_ids))

    async def settle_merged(self, document_ids: Sequence[str]) -> list[str]:
        """Return the merged documents around these that nothing answers for any more."""
        return await self._database.transact(lambda connection: settle_merged(connection, document_ids))

    async def free_merged(self, document_id: str) -> None:
        """Let a document that is in the index again answer for itself."""
        await self._database.transact(lambda connection: free_merged(connection, document_id))

    async def sweep(self, document_ids: Sequence[str], chunk_ids: Sequence[str]) -> None:
        """Delete what has left the index, in steps that one statement each can hold."""
        for start in range(0, max(len(chunk_ids), 1), ROWS_AT_ONCE):
            part = partial(sweep_versions, document_ids=document_ids, chunk_ids=chunk_ids[start : start + ROWS_AT_ONCE])
            await self._database.transact(part)

    async def live_versions(self, document_id: str) -> set[int]:
        """Return the numbers of the versions that have rows, published or staged."""
        query = select(DocumentVersion.version).where(DocumentVersion.document_id == document_id)
        async with self._database.read() as session:
            return set(await session.scalars(query))

    async def mark_deleted(self, document_id: str, requested_at: datetime, actor_id: str | None = None) -> bool:
        """Stop the document from answering; False when it is unknown or a newer upload of it exists."""
        wanted = (Document.id == document_id, Document.requested_at <= requested_at)
        changes = {"status": "deleted", "requested_at": requested_at, "updated_at": utc_now()}
        statement = update(Document).where(*wanted).values(changes)
        asked = Happened(
            "document.deletion_requested", document_id, actor_id=actor_id, occasion=requested_at.isoformat()
        )

        def write(connection: Connection) -> bool:
            marked = connection.execute(statement).rowcount > 0
            if marked:
                record_event(connection, asked)
            return marked

        return await self._database.transact(write)

    async def request_of(self, document_id: str) -> datetime | None:
        """Return when the latest upload or deletion of a document was asked for; None when it is unknown."""
        async with self._database.read() as session:
            return await session.scalar(select(Document.requested_at).where(Document.id == document_id))

    async def clear_tombstone(self, document_id: str) -> None:
        """Take title, source, owner and what was decided about it out of the row of a deleted document."""
        blank = {
            "title": "",
            "source": document_id,
            "owner_id": None,
            "chunk_count": 0,
            "merged_into": None,
            "floor": "public",
        }
        statement = update(Document).where(Document.id == document_id, Document.status == "deleted").values(blank)
        known_by = delete(SignatureBand).where(SignatureBand.document_id == document_id)

        def write(connection: Connection) -> None:
            if connection.execute(statement).rowcount:
                connection.execute(known_by)

        await self._database.transact(write)

    async def remains(self, document_id: str) -> Remains:
        """Count what is left of a document."""
        versions = select(func.count()).where(DocumentVersion.document_id == document_id)
        chunks = select(func.count()).where(Chunk.document_id == document_id)
        async with self._database.read() as session:
            return Remains(await session.scalar(versions) or 0, await session.scalar(chunks) or 0)


def _published(partitions: Collection[str] | None) -> Select[Document]:
    query = select(Document).where(Document.status == "published")
    if partitions is None:
        return query
    return query.outerjoin(DocumentAccessRow, HAS_RULE).where(partition_column().in_(partitions))


def _in_index() -> ColumnElement[bool]:
    return (Document.status == "published") & Document.merged_into.is_(None)


def _contains(column: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    return func.lower(column).contains(text.lower(), autoescape=True)
