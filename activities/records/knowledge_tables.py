"""Tables of a document's life: what its versions were, what waits for a person, and what was done to it by whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.models import Base


class VersionDetail(Base):
    """What a version brings along when it is published, and what duplicates of it are known by."""

    __tablename__ = "version_details"
    document_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(400))
    language: Mapped[str] = mapped_column(String(8))
    media_type: Mapped[str] = mapped_column(String(120))
    restored_from: Mapped[int | None]
    """The earlier version whose content this one brings back."""
    text_hash: Mapped[str] = mapped_column(String(64), index=True)
    """Hash of its words without case, spaces and punctuation; empty when it has too few to be anybody's duplicate."""
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    """MinHash of its runs of words; empty when it has too few."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["document_id", "version"], ["document_versions.document_id", "document_versions.version"],
            name="fk_version_details_version", ondelete="CASCADE",
        ),
    )  # fmt: skip


class SignatureBand(Base):
    """A piece of the signature of a document's latest version: documents that share one are looked at closer."""

    __tablename__ = "signature_bands"
    band: Mapped[str] = mapped_column(String(40), primary_key=True)
    document_id: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class Confirmation(Base):
    """A version whose class was guessed as confidential or more: nobody reads it until a person has decided."""

    __tablename__ = "confirmations"
    document_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    requested: Mapped[str] = mapped_column(String(16))
    """The class that its sender, or the document itself, has set; the decision is never below it."""
    suggested: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    decided: Mapped[str | None] = mapped_column(String(16))
    """The class that a person chose; None while it waits."""
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["document_id", "version"], ["document_versions.document_id", "document_versions.version"],
            name="fk_confirmations_version", ondelete="CASCADE",
        ),
    )  # fmt: skip


class KnowledgeEvent(Base):
    """One thing that was done to a document, for auditors: ids, classes and counts, never its title or its words."""

    __tablename__ = "knowledge_events"
    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    """Made of what happened, so that a repeated step writes one row."""
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(32), index=True)
    document_id: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[int | None]
    actor_id: Mapped[str | None] = mapped_column(String(64), index=True)
    """Who asked for it; None for what the clock did and for the command line."""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
