"""How a new version of a document gets in: staged beside the one that answers, then published by one update.

Everything that a crash can leave behind is in these rows, so the next run about the document finds and removes it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast, get_args

from sqlalchemy import ColumnElement, Connection, insert, select, update

from activities.ports import Level
from activities.records.blobs import blob_digest, insert_blob
from activities.records.knowledge_events import Happened, record_event
from activities.records.knowledge_tables import Confirmation, VersionDetail
from activities.records.models import Chunk, Document, DocumentVersion
from activities.records.upsert import insert_once

StageOutcome = Literal["staged", "awaiting", "published", "unchanged", "superseded", "duplicate"]
"""``staged``: to be indexed and published. ``awaiting``: kept until a person has confirmed its class.
``published``: this request did that before it was run again. ``unchanged``: this content with these rights answers
already. ``superseded``: a newer request about the document exists. ``duplicate``: the same request brought another
document of this source."""
LEVELS: tuple[Level, ...] = get_args(Level)
WAITS_FROM: Level = "confidential"
"""A guess of this class or more waits for a person; a lower one is followed at once."""
DOCUMENT_COLUMNS = (
    Document.status,
    Document.version,
    Document.last_version,
    Document.requested_at,
    Document.floor,
    Document.merged_into,
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
    """As its sender and the document itself have set it; once it is staged, the class it gets."""
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
    suggested: Level | None = None
    """The class that its content speaks for; None when the rules see nothing in it."""
    reasons: tuple[str, ...] = ()
    """Why, in words for a person."""
    text_hash: str = ""
    signature: bytes = b""
    restored_from: int | None = None
    named_by: str = ""
    """Whose name ``source`` is: empty for the company's, else a person's id."""
    decided: bool = False
    """A person has chosen its class: it stands, and no later upload goes below it."""


@dataclass(frozen=True)
class Staged:
    """What staging made of a document; ``version`` is its number, or the last one given when it is superseded."""

    new: NewVersion
    outcome: StageOutcome
    version: int = 0
    merged_into: str | None = None
    """The document that answers for it, once it is published."""

    def chunk_id(self, position: int) -> str:
        """Return the id of a chunk of this version."""
        return chunk_id(self.new.document_id, self.version, position)


def chunk_id(document_id: str, version: int, position: int) -> str:
    """Return the id of a chunk; positions count from 0."""
    return f"{document_id}:{version}:{position}"


def stage_version(connection: Connection, new: NewVersion) -> Staged:
    """Write the version and its chunks beside the one that answers, unless there is nothing to do."""
    document = lock_document(connection, new)
    requested = new.classification if new.decided else _highest(new.classification, document.floor)
    new = replace(new, classification=_highest(requested, new.suggested))
    versions = _versions(connection, new.document_id)
    same = [version for version in versions if _is_same(version, new, requested)]
    asked = [version for version in versions if version.created_at == new.requested_at]
    if document.requested_at > new.requested_at:
        return Staged(new, "superseded", document.last_version)
    if current := next((each for each in same if _answers(document, each)), None):
        _claim(connection, new, document)
        new = replace(new, classification=cast(Level, current.classification))
        return Staged(new, "published" if asked else "unchanged", document.version, document.merged_into)
    if again := next((version for version in asked if version in same), None):
        waits = again.suggested is not None and again.decided is None
        return Staged(new, "awaiting" if waits else "staged", again.version)
    if asked or (document.last_version and document.requested_at == new.requested_at):
        return Staged(new, "duplicate")
    staged = Staged(new, "awaiting" if _waits(new, requested) else "staged", document.last_version + 1)
    _claim(connection, new, document, last_version=staged.version)
    _insert_version(connection, staged)
    if staged.outcome == "awaiting" or new.decided:
        connection.execute(insert(Confirmation).values(_confirmation(staged, requested)))
    if staged.outcome == "awaiting":
        record_event(connection, _held(staged, requested))
    return staged


def lock_document(connection: Connection, new: NewVersion) -> Any:
    """Return the document's row, made when it is new, held until the transaction ends."""
    row = Document(
        id=new.document_id,
        source=new.source,
        named_by=new.named_by,
        title=new.title,
        department=new.department,
        classification=new.classification,
        language=new.language,
        media_type=new.media_type,
        version=0,
        last_version=0,
        status="pending",
        owner_id=new.created_by,
        requested_at=new.requested_at,
        created_at=new.requested_at,
        updated_at=new.requested_at,
    )
    connection.execute(insert_once(connection.dialect.name, row))
    query = select(*DOCUMENT_COLUMNS).where(Document.id == new.document_id)
    return connection.execute(query.with_for_update()).one()


def is_version(document_id: str, version: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that choose one version."""
    return DocumentVersion.document_id == document_id, DocumentVersion.version == version


def _versions(connection: Connection, document_id: str) -> Sequence[Any]:
    columns = (
        DocumentVersion.version,
        DocumentVersion.sha256,
        DocumentVersion.department,
        DocumentVersion.classification,
        DocumentVersion.created_at,
        Confirmation.suggested,
        Confirmation.decided,
    )
    asked = (Confirmation.document_id == DocumentVersion.document_id) & (
        Confirmation.version == DocumentVersion.version
    )
    query = select(*columns).outerjoin(Confirmation, asked)
    return connection.execute(query.where(DocumentVersion.document_id == document_id)).all()


def _answers(document: Any, version: Any) -> bool:
    return bool(document.status == "published" and version.version == document.version)


def _is_same(version: Any, new: NewVersion, requested: Level) -> bool:
    """The same content with the same rights; a class that a person chose stands, unless more is asked for now."""
    if (version.sha256, version.department) != (new.sha256, new.department):
        return False
    if version.classification == new.classification:
        return True
    stands = version.decided is not None and _highest(requested, version.decided) == version.decided
    return bool(stands and not new.decided)


def _waits(new: NewVersion, requested: Level) -> bool:
    raised = LEVELS.index(new.classification) > LEVELS.index(requested)
    return raised and LEVELS.index(new.classification) >= LEVELS.index(WAITS_FROM)


def _highest(*levels: str | None) -> Level:
    return cast(Level, max((level for level in levels if level), key=lambda level: LEVELS.index(cast(Level, level))))


def _claim(connection: Connection, new: NewVersion, document: Any, **changes: int) -> None:
    """Make this the latest request about the document; a deleted one is on its way in again."""
    status = "pending" if document.status == "deleted" else document.status
    claimed = {"requested_at": new.requested_at, "status": status, **changes}
    connection.execute(update(Document).where(Document.id == new.document_id).values(claimed))


def _insert_version(connection: Connection, staged: Staged) -> None:
    new, digest = staged.new, blob_digest(staged.new.data)
    insert_blob(connection, new.data, digest)
    owner = {"document_id": new.document_id, "version": staged.version}
    version = {
        **owner,
        "sha256": new.sha256,
        "blob_sha256": digest,
        "department": new.department,
        "classification": new.classification,
        "text": new.text,
        "created_at": new.requested_at,
        "created_by": new.created_by,
    }
    connection.execute(insert(DocumentVersion).values(version))
    described = ("title", "language", "media_type", "restored_from")
    detail = {name: getattr(new, name) for name in (*described, "text_hash", "signature")}
    connection.execute(insert(VersionDetail).values(owner | detail))
    rows = [
        {"id": staged.chunk_id(position), **owner, "position": position, **asdict(chunk)}
        for position, chunk in enumerate(new.chunks)
    ]
    connection.execute(insert(Chunk), rows)


def _confirmation(staged: Staged, requested: Level) -> dict[str, Any]:
    return {
        "document_id": staged.new.document_id,
        "version": staged.version,
        "requested": requested,
        "suggested": staged.new.classification,
        "reasons": list(staged.new.reasons),
        "created_at": staged.new.requested_at,
        "decided": staged.new.classification if staged.new.decided else None,
        "decided_by": staged.new.created_by if staged.new.decided else None,
        "decided_at": staged.new.requested_at if staged.new.decided else None,
    }


def _held(staged: Staged, requested: Level) -> Happened:
    new = staged.new
    details = {"requested": requested, "suggested": new.classification, "reasons": list(new.reasons)}
    return Happened("document.held", new.document_id, staged.version, new.created_by, details)
