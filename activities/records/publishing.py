"""How a staged version comes to answer, and how what it replaces leaves records."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, or_, select, update

from activities.knowledge.access import partition
from activities.ports import Level
from activities.records.access_tables import DocumentAccessRow
from activities.records.blobs import delete_unused_blobs
from activities.records.database import utc_now
from activities.records.knowledge_events import Happened, KnowledgeAction, record_event
from activities.records.knowledge_tables import SignatureBand
from activities.records.models import Chunk, Document, DocumentVersion
from activities.records.signatures import bands_of
from activities.records.staging import NewVersion, Staged, is_version
from activities.records.twins import find_twin

RIGHTS_AND_NAMES = (
    "source",
    "title",
    "department",
    "classification",
    "language",
    "media_type",
)


@dataclass(frozen=True)
class ChunkPlace:
    """A chunk and the rights of its version, which name the partition of the index that holds it."""

    chunk_id: str
    classification: Level
    department: str


@dataclass(frozen=True)
class Published:
    """What publishing did: ``done`` is False when a newer upload or a deletion came in between."""

    done: bool
    merged_into: str | None = None


def publish_version(connection: Connection, staged: Staged) -> Published:
    """Let the version answer, in one update; by itself, or by a document with the same text and readers."""
    new, now = staged.new, utc_now()
    twin = _twin_of(connection, new)
    changes = {
        **{name: getattr(new, name) for name in RIGHTS_AND_NAMES},
        "version": staged.version,
        "status": "published",
        "chunk_count": len(new.chunks),
        "owner_id": func.coalesce(Document.owner_id, new.created_by),
        "merged_into": twin,
        **({"floor": new.classification} if new.decided else {}),
        "updated_at": now,
    }
    wanted = (Document.id == new.document_id, Document.requested_at == new.requested_at)
    if not connection.execute(update(Document).where(*wanted).values(changes)).rowcount:
        return Published(done=False)
    is_this = is_version(new.document_id, staged.version)
    connection.execute(update(DocumentVersion).where(*is_this).values(published_at=now))
    keep_bands(connection, new.document_id, new.signature)
    record_event(connection, _publication(staged, twin))
    return Published(done=True, merged_into=twin)


def _twin_of(connection: Connection, new: NewVersion) -> str | None:
    """Readers are one partition: merging neither widens nor narrows what anybody may read."""
    query = select(DocumentAccessRow.rule_key).where(DocumentAccessRow.document_id == new.document_id)
    name = partition(new.classification, new.department, connection.scalar(query) or "")
    return find_twin(connection, new.document_id, new.text_hash, name)


def keep_bands(connection: Connection, document_id: str, signature: bytes) -> None:
    """Make a document known by the pieces of its signature."""
    connection.execute(delete(SignatureBand).where(SignatureBand.document_id == document_id))
    rows = [{"band": band, "document_id": document_id} for band in bands_of(signature)]
    if rows:
        connection.execute(insert(SignatureBand), rows)


def find_stale_chunks(connection: Connection, document_ids: Collection[str]) -> list[ChunkPlace]:
    """Return the chunks of versions that do not answer any more, or never will."""
    rows = connection.execute(_places().where(Document.id.in_(document_ids), _is_stale()))
    return [ChunkPlace(name, cast(Level, level), department) for name, level, department in rows]


def find_idle_chunks(connection: Connection, document_ids: Collection[str]) -> list[ChunkPlace]:
    """Return the chunks of published versions that are not in the index: those of merged documents."""
    idle = (Document.status == "published", Document.version == Chunk.version, Document.merged_into.is_not(None))
    rows = connection.execute(_places().where(Document.id.in_(document_ids), *idle))
    return [ChunkPlace(name, cast(Level, level), department) for name, level, department in rows]


def sweep_versions(connection: Connection, document_ids: Collection[str], chunk_ids: Collection[str]) -> None:
    """Delete chunk rows that have left the index, and the texts of versions that were never or are no longer public.

    Versions that a published document once had stay: older answers quote them.
    """
    connection.execute(delete(Chunk).where(Chunk.id.in_(chunk_ids)))
    has_chunks = exists(
        select(Chunk.id).where(
            Chunk.document_id == DocumentVersion.document_id, Chunk.version == DocumentVersion.version
        )
    )
    never_or_no_longer = or_(DocumentVersion.published_at.is_(None), Document.status != "published")
    gone = connection.execute(
        select(DocumentVersion.document_id, DocumentVersion.version, DocumentVersion.blob_sha256)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(Document.id.in_(document_ids), _is_stale(), never_or_no_longer, ~has_chunks)
    ).all()
    for row in gone:
        connection.execute(delete(DocumentVersion).where(*is_version(row.document_id, row.version)))
    delete_unused_blobs(connection, {row.blob_sha256 for row in gone})


def _places() -> Any:
    of_version = (DocumentVersion.document_id == Chunk.document_id) & (DocumentVersion.version == Chunk.version)
    query = select(Chunk.id, DocumentVersion.classification, DocumentVersion.department).join(
        DocumentVersion, of_version
    )
    return query.join(Document, Document.id == Chunk.document_id)


def _is_stale() -> ColumnElement[bool]:
    """A version that does not answer, and is not on its way in by the latest request."""
    answers = (Document.status == "published") & (Document.version == DocumentVersion.version)
    was_or_wont = DocumentVersion.published_at.is_not(None) | (DocumentVersion.created_at < Document.requested_at)
    return ~answers & was_or_wont


def _publication(staged: Staged, twin: str | None) -> Happened:
    new = staged.new
    details = {"classification": new.classification, "department": new.department, "sha256": new.sha256}
    if twin:
        details["merged_into"] = twin
    action: KnowledgeAction = "document.reclassified" if new.decided else "document.published"
    if new.restored_from:
        action, details["restored_from"] = "document.restored", str(new.restored_from)
    return Happened(action, new.document_id, staged.version, new.created_by, details)
