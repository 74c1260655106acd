"""Tables of documents' own access rules. Rules are kept once, by their key; documents point at them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.models import Base


class AccessRuleRow(Base):
    """An access rule; rows never change, equal rules are one row."""

    __tablename__ = "access_rules"
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    rule: Mapped[dict[str, Any]]


class DocumentAccessRow(Base):
    """Which rule a document has. A row may be there before its document, and outlives a deletion of it."""

    __tablename__ = "document_access"
    document_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    rule_key: Mapped[str] = mapped_column(ForeignKey("access_rules.key"), index=True)


class AccessChange(Base):
    """One change of a document's rights, for the audit: rows are only added."""

    __tablename__ = "access_changes"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_id: Mapped[str] = mapped_column(String(64), index=True)
    changed_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]
    before_key: Mapped[str] = mapped_column(String(32))
    """Under which the index held its passages; empty for no rule."""
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
