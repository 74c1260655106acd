"""The table of what was done to people, their groups and their keys."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.models import Base


class PersonEvent(Base):
    """One change of a person or of one of their keys, for auditors: never a password, a hash or a secret."""

    __tablename__ = "person_events"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(32), index=True)
    person_id: Mapped[str] = mapped_column(String(64), index=True)
    """Whom it was done to."""
    actor_id: Mapped[str | None] = mapped_column(String(64), index=True)
    """Who did it; None for the command line and the first start."""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
