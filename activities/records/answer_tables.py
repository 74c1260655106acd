"""Answers that may be given again."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.models import Base


class KeptAnswer(Base):
    """A draft that was sent without a person's help, under all that decided about it but the question's words."""

    __tablename__ = "kept_answers"
    id: Mapped[str] = mapped_column(String(96), primary_key=True)
    """Id of the turn it was written for."""
    key: Mapped[str] = mapped_column(String(64), index=True)
    """Hash of rights, state of the knowledge, prompt and models."""
    question: Mapped[str] = mapped_column(Text)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    """384 floats of 32 bits, of length 1."""
    draft: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)
