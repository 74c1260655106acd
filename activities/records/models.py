"""The tables. The relational database is the truth; Chroma and full text are derived from it."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, Float, ForeignKey, Index, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in UTC on every database; SQLite forgets the zone, this gives it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store the moment in UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back with its zone."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Base(DeclarativeBase):
    """Declarative base; JSON columns hold plain dicts and lists."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
        datetime: UtcDateTime,
    }


class Person(Base):
    """Somebody who may log in, or a service with API keys."""

    __tablename__ = "people"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(String(120), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(32))
    department: Mapped[str | None] = mapped_column(String(64))
    groups: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class ApiKey(Base):
    """A service's key; only its hash is kept."""

    __tablename__ = "api_keys"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    prefix: Mapped[str] = mapped_column(String(16))
    key_hash: Mapped[str] = mapped_column(String(128), unique=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Conversation(Base):
    """One conversation and who owns it."""

    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(16), default="open")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    score: Mapped[int | None]
    comment: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Turn(Base):
    """One customer message and what became of it."""

    __tablename__ = "turns"
    id: Mapped[str] = mapped_column(String(96), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    number: Mapped[int]
    message: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(24), index=True)
    answer: Mapped[str | None] = mapped_column(Text)
    citations: Mapped[list[Any]] = mapped_column(default=list)
    intent: Mapped[str] = mapped_column(String(64), default="")
    confidence_score: Mapped[float] = mapped_column(Float, default=0.0)
    engine: Mapped[str] = mapped_column(String(24), default="none")
    cached: Mapped[bool] = mapped_column(default=False, server_default="0")
    classification: Mapped[dict[str, Any]] = mapped_column(default=dict)
    review_id: Mapped[str | None] = mapped_column(String(96))
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]


class Review(Base):
    """A case that waits for a person: a draft to decide on, or a hand-off to answer."""

    __tablename__ = "reviews"
    id: Mapped[str] = mapped_column(String(96), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    turn_id: Mapped[str] = mapped_column(String(96), index=True)
    customer_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    """``review`` has a draft; ``handoff`` has none and can only be answered."""
    state: Mapped[str] = mapped_column(String(16), index=True)
    """``pending``, ``decided``, ``expired`` or ``withdrawn``."""
    stage: Mapped[str] = mapped_column(String(16), default="waiting")
    """``waiting``, ``reminded`` or ``raised``: how far the deadline has gone."""
    department: Mapped[str] = mapped_column(String(64), index=True)
    urgency: Mapped[str] = mapped_column(String(16), default="normal")
    intent: Mapped[str] = mapped_column(String(64), default="")
    confidence_score: Mapped[float] = mapped_column(Float, default=0.0)
    reasons: Mapped[list[str]] = mapped_column(default=list)
    question: Mapped[str] = mapped_column(Text)
    draft_text: Mapped[str] = mapped_column(Text, default="")
    draft_digest: Mapped[str] = mapped_column(String(64), default="")
    citations: Mapped[list[Any]] = mapped_column(default=list)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str | None] = mapped_column(String(16))
    final_text: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)


class AuditRow(Base):
    """One row a turn: what was asked, seen, decided and by whom, without the words of the customer."""

    __tablename__ = "audit"
    turn_id: Mapped[str] = mapped_column(String(96), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64), index=True)
    user_id: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    input_hash: Mapped[str] = mapped_column(String(64))
    documents: Mapped[list[Any]] = mapped_column(default=list)
    denied_count: Mapped[int] = mapped_column(default=0)
    engine: Mapped[str] = mapped_column(String(24))
    model: Mapped[str] = mapped_column(String(120), default="")
    prompt_version: Mapped[str] = mapped_column(String(64), default="")
    policy_version: Mapped[str] = mapped_column(String(64), default="")
    scores: Mapped[dict[str, Any]] = mapped_column(default=dict)
    guard: Mapped[dict[str, Any]] = mapped_column(default=dict)
    outcome: Mapped[str] = mapped_column(String(24))
    reasons: Mapped[list[str]] = mapped_column(default=list)
    decisions: Mapped[list[Any]] = mapped_column(default=list)
    """Each person's decision: ``{reviewer_id, action, reason, changed, decided_at}``."""
    route: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Which chat models were asked, why those, and each try: ``graphs.state.ModelRoute``; empty when none was."""


class Blob(Base):
    """The bytes of an uploaded file, under their own hash."""

    __tablename__ = "blobs"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]


class Document(Base):
    """A document and who may read it."""

    __tablename__ = "documents"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(400))
    """Where it came from (file name or path, ``#id`` for one article of a JSONL file); one document a source of
    ``named_by``."""
    named_by: Mapped[str] = mapped_column(String(80), default="", server_default="")
    """Whose name that is: empty for the company's, else the id of the person who first brought it."""
    title: Mapped[str] = mapped_column(String(400))
    department: Mapped[str] = mapped_column(String(64), index=True)
    classification: Mapped[str] = mapped_column(String(16), index=True)
    language: Mapped[str] = mapped_column(String(8), default="en")
    media_type: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    """The version that answers."""
    status: Mapped[str] = mapped_column(String(16), default="published", index=True)
    """``pending`` until the first version is published, ``published``, or ``deleted``: a tombstone without title."""
    chunk_count: Mapped[int] = mapped_column(default=0)
    owner_id: Mapped[str | None] = mapped_column(String(64))
    last_version: Mapped[int] = mapped_column(default=0)
    """The highest number ever given to a version of it; none is used twice, whatever was removed."""
    requested_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    """When the latest upload or deletion of it was asked for; an older one, still running, changes nothing any more."""
    merged_into: Mapped[str | None] = mapped_column(String(64), index=True)
    """The document with the same text and the same readers that answers for it; its passages are not in the index."""
    floor: Mapped[str] = mapped_column(String(16), default="public")
    """The class that a person decided on: no later upload goes below it."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (Index("ix_documents_source", "source", "named_by", unique=True),)


class DocumentVersion(Base):
    """One version of a document's parsed text; ``Chunk`` offsets point into ``text``."""

    __tablename__ = "document_versions"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    """Hash of the parsed content, title and text; a document that comes again unchanged has the same."""
    blob_sha256: Mapped[str] = mapped_column(String(64))
    department: Mapped[str] = mapped_column(String(64), default="")
    classification: Mapped[str] = mapped_column(String(16), default="public")
    """Rights of this version: they name the partition of the index that holds its chunks."""
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(String(64))
    published_at: Mapped[datetime | None]
    """None while the version is staged: half-indexed, never answering."""


class Chunk(Base):
    """A passage: ``text`` equals ``DocumentVersion.text[start:end]``; it answers when ``version`` is the document's."""

    __tablename__ = "chunks"
    id: Mapped[str] = mapped_column(String(96), primary_key=True)
    """``<document_id>:<version>:<position>``."""
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    version: Mapped[int]
    position: Mapped[int]
    heading: Mapped[str] = mapped_column(Text, default="")
    """The path of headings, joined by `` > ``."""
    kind: Mapped[str] = mapped_column(String(16), default="text")
    """``text``, ``steps`` or ``table``."""
    text: Mapped[str] = mapped_column(Text)
    start: Mapped[int]
    end: Mapped[int]
    page: Mapped[int | None]
    content_hash: Mapped[str] = mapped_column(String(64), index=True)


class Ingestion(Base):
    """One run of taking documents in, with its report."""

    __tablename__ = "ingestions"
    id: Mapped[str] = mapped_column(String(96), primary_key=True)
    filename: Mapped[str] = mapped_column(String(400))
    status: Mapped[str] = mapped_column(String(16))
    """``running``, ``completed`` or ``failed``."""
    blob_sha256: Mapped[str | None] = mapped_column(String(64))
    """The uploaded file, kept at least as long as the ingestion runs."""
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
