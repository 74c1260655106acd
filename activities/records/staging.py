"""How a new version of a document gets in: staged beside the one that answers, then published by one update.

Everything that a crash can leave behind is in these rows, so the next run about the document finds and removes it.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, or_, select, update

from activities.ports import Level
from activities.records.blobs import blob_digest, delete_unused_blobs, insert_blob
from activities.records.database import utc_now
from activities.records.models import Chunk, Document, DocumentVersion
from activities.records.upsert import insert_once

StageOutcome = Literal["staged", "published", "unchanged", "superseded", "duplicate"]
"""``staged``: to be indexed and published. ``published``: this request did that before it was run again. ``unchanged``:
this content with these rights answers already. ``superseded``: a newer request about the document exists.
``duplicate``: the same request brought another document of this source."""
RIGHTS_AND_NAMES = ("source", "title", "department", "classification", "language", "media_type")
VERSION_COLUMNS = (
    DocumentVersion.version,
    DocumentVersion.sha256,
    DocumentVersion.department,
    DocumentVersion.classification,
    DocumentVersion.created_at,
)


@dataclass(frozen=True)
class ChunkRow:
    """A passage of a version, before it has a number; offsets are characters of the version's text."""

    text: str
    start: int
    end: int
    heading: str
    kind: str
    page: int | None
    content_hash: str


@dataclass(frozen=True)
class NewVersion:
    """A parsed and split document, as its next version."""

    document_id: str
    source: str
    title: str
    department: str
    classification: Level
    language: str
    media_type: str
    sha256: str
    text: str
    data: bytes
    """The document's own bytes."""
    chunks: Sequence[ChunkRow]
    created_by: str | None
    requested_at: datetime
    notes: tuple[str, ...] = ()
    """What was left out of it, for the report."""


@dataclass(frozen=True)
class Staged:
    """What staging made of a document; ``version`` is its number, or the last one given when it is superseded."""

    new: NewVersion
    outcome: StageOutcome
    version: int = 0

    def chunk_id(self, position: int) -> str:
        """Return the id of a chunk of this version."""
        return chunk_id(self.new.document_id, self.version, position)


def chunk_id(document_id: str, version: int, position: int) -> str:
    """Return the id of a chunk; positions count from 0."""
    return f"{document_id}:{version}:{position}"


@dataclass(frozen=True)
class ChunkPlace:
    """A chunk and the rights of its version, which name the partition of the index that holds it."""

    chunk_id: str
    classification: Level
    department: str


def stage_version(connection: Connection, new: NewVersion) -> Staged:
    """Write the version and its chunks beside the one that answers, unless there is nothing to do."""
    document = _lock(connection, new)
    versions = connection.execute(select(*VERSION_COLUMNS).where(DocumentVersion.document_id == new.document_id)).all()
    same = [version for version in versions if _is_same(version, new)]
    asked = [version for version in versions if version.created_at == new.requested_at]
    if document.requested_at > new.requested_at:
        return Staged(new, "superseded", document.last_version)
    if document.status == "published" and any(version.version == document.version for version in same):
        _claim(connection, new, document)
        return Staged(new, "published" if asked else "unchanged", document.version)
    if again := next((version for version in asked if version in same), None):
        return Staged(new, "staged", again.version)
    if asked or (document.last_version and document.requested_at == new.requested_at):
        return Staged(new, "duplicate")
    staged = Staged(new, "staged", document.last_version + 1)
    _claim(connection, new, document, last_version=staged.version)
    _insert_version(connection, staged)
    return staged


def publish_version(connection: Connection, staged: Staged) -> bool:
    """Let the version answer, in one update; False when a newer upload or a deletion came in between."""
    new, now = staged.new, utc_now()
    changes = {
        **{name: getattr(new, name) for name in RIGHTS_AND_NAMES},
        "version": staged.version,
        "status": "published",
        "chunk_count": len(new.chunks),
        "owner_id": func.coalesce(Document.owner_id, new.created_by),
        "updated_at": now,
    }
    wanted = (Document.id == new.document_id, Document.requested_at == new.requested_at)
    if not connection.execute(update(Document).where(*wanted).values(changes)).rowcount:
        return False
    is_version = _is_number(new.document_id, staged.version)
    connection.execute(update(DocumentVersion).where(*is_version).values(published_at=now))
    return True


def find_stale_chunks(connection: Connection, document_ids: Collection[str]) -> list[ChunkPlace]:
    """Return the chunks of versions that do not answer any more, or never will."""
    places = (Chunk.id, DocumentVersion.classification, DocumentVersion.department)
    of_version = (DocumentVersion.document_id == Chunk.document_id) & (DocumentVersion.version == Chunk.version)
    query = select(*places).join(DocumentVersion, of_version).join(Document, Document.id == Chunk.document_id)
    rows = connection.execute(query.where(Document.id.in_(document_ids), _is_stale()))
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
        connection.execute(delete(DocumentVersion).where(*_is_number(row.document_id, row.version)))
    delete_unused_blobs(connection, {row.blob_sha256 for row in gone})


def _is_stale() -> ColumnElement[bool]:
    """A version that does not answer, and is not on its way in by the latest request."""
    answers = (Document.status == "published") & (Document.version == DocumentVersion.version)
    was_or_wont = DocumentVersion.published_at.is_not(None) | (DocumentVersion.created_at < Document.requested_at)
    return ~answers & was_or_wont


def _lock(connection: Connection, new: NewVersion) -> Any:
    row = Document(
        id=new.document_id,
        **{name: getattr(new, name) for name in RIGHTS_AND_NAMES},
        version=0,
        last_version=0,
        status="pending",
        owner_id=new.created_by,
        requested_at=new.requested_at,
        created_at=new.requested_at,
        updated_at=new.requested_at,
    )
    connection.execute(insert_once(connection.dialect.name, row))
    columns = (Document.status, Document.version, Document.last_version, Document.requested_at)
    return connection.execute(select(*columns).where(Document.id == new.document_id).with_for_update()).one()


def _claim(connection: Connection, new: NewVersion, document: Any, **changes: int) -> None:
    """Make this the latest request about the document; a deleted one is on its way in again."""
    status = "pending" if document.status == "deleted" else document.status
    claimed = {"requested_at": new.requested_at, "status": status, **changes}
    connection.execute(update(Document).where(Document.id == new.document_id).values(claimed))


def _insert_version(connection: Connection, staged: Staged) -> None:
    new, digest = staged.new, blob_digest(staged.new.data)
    insert_blob(connection, new.data, digest)
    version = {
        "document_id": new.document_id,
        "version": staged.version,
        "sha256": new.sha256,
        "blob_sha256": digest,
        "department": new.department,
        "classification": new.classification,
        "text": new.text,
        "created_at": new.requested_at,
        "created_by": new.created_by,
    }
    connection.execute(insert(DocumentVersion).values(version))
    owner = {"document_id": new.document_id, "version": staged.version}
    rows = [
        {"id": staged.chunk_id(position), **owner, "position": position, **asdict(chunk)}
        for position, chunk in enumerate(new.chunks)
    ]
    connection.execute(insert(Chunk), rows)


def _is_same(version: Any, new: NewVersion) -> bool:
    rights = (version.department, version.classification)
    return version.sha256 == new.sha256 and rights == (new.department, new.classification)


def _is_number(document_id: str, version: int) -> tuple[ColumnElement[bool], ...]:
    return DocumentVersion.document_id == document_id, DocumentVersion.version == version
