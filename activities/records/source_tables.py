"""The tables of sources: what is read, how far, and what became of each item."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.models import Base


class Source(Base):
    """Something documents come from, with the rights they get."""

    __tablename__ = "sources"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    """The first part of its documents' names."""
    kind: Mapped[str] = mapped_column(String(24))
    department: Mapped[str] = mapped_column(String(64))
    classification: Mapped[str] = mapped_column(String(16))
    rights: Mapped[list[Any]] = mapped_column(default=list)
    """Rules that give some of its items other rights, see ``activities/sources/rights.py``."""
    config: Mapped[dict[str, Any]]
    """Addresses and names of secrets, never secrets."""
    interval_seconds: Mapped[float]
    status: Mapped[str] = mapped_column(String(16), default="active")
    """``active``, ``paused`` or ``removing``."""
    cursor: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Where the next listing starts; moved on with the items that were listed before it, in one transaction."""
    mark: Mapped[str] = mapped_column(String(64), default="")
    """How a watched source was when it was last seen."""
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Of the latest sync."""
    created_by: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    synced_at: Mapped[datetime | None]


class SourceItem(Base):
    """One item of a source as it was last listed, and as it was last taken."""

    __tablename__ = "source_items"
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """A hash of its key, which may be long."""
    key: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(200), default="")
    seen: Mapped[int] = mapped_column(default=0)
    """The number of the sync that saw it last."""
    action: Mapped[str] = mapped_column(String(8), default="")
    """What is still to be done: ``take``, ``delete``, or nothing."""
    status: Mapped[str] = mapped_column(String(12), default="new")
    """``new``, ``taken``, ``refused``, ``skipped`` or ``failed``."""
    reason: Mapped[str] = mapped_column(Text, default="")
    document: Mapped[str] = mapped_column(String(400), default="")
    """The name of its document or documents here; empty while there is none."""
    readers: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """Who may read it at the source; null for everybody."""
    rights: Mapped[str] = mapped_column(String(96), default="")
    """The rights it is to have, as one word."""
    taken_fingerprint: Mapped[str] = mapped_column(String(200), default="")
    taken_rights: Mapped[str] = mapped_column(String(96), default="")
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What its connector wants to know at the next listing."""
    request: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The ingestion of content that is here already."""
    updated_at: Mapped[datetime]

    __table_args__ = (Index("ix_source_items_action", "source_id", "action"),)


class SourcePush(Base):
    """A webhook that was taken: the same message counts once."""

    __tablename__ = "source_pushes"
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
