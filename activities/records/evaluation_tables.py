"""What evaluations found, one row a run."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.models import Base


class Evaluation(Base):
    """One run of the golden questions; shares are 0..1."""

    __tablename__ = "evaluations"
    id: Mapped[str] = mapped_column(String(96), primary_key=True)
    """The run of the workflow that made it: a repeated write changes nothing."""
    finished_at: Mapped[datetime] = mapped_column(index=True)
    n: Mapped[int]
    accuracy: Mapped[float]
    automatic_share: Mapped[float]
    automatic_precision: Mapped[float]
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What ``holdfast eval golden --json`` printed, without the failures' texts."""
