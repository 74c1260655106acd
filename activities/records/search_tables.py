"""Searches that people keep."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.models import Base


class SavedSearch(Base):
    """A search that somebody wants to make again; its rights are those of whoever makes it, when they make it."""

    __tablename__ = "saved_searches"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    request: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The body of ``POST /v1/search``."""
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person_id", "name"),)
