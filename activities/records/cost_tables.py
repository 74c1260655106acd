"""What each call of a chat model used, for costs and budgets."""

from datetime import date, datetime

from sqlalchemy import Date, Float, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.models import Base


class ModelCall(Base):
    """One call: its tokens and seconds, and what they cost by the prices of that moment."""

    __tablename__ = "model_calls"
    turn_id: Mapped[str] = mapped_column(String(96), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """Counts the calls of a turn from 0; a turn that is written again writes the same rows."""
    conversation_id: Mapped[str] = mapped_column(String(64), index=True)
    customer_id: Mapped[str] = mapped_column(String(64))
    department: Mapped[str] = mapped_column(String(64), default="")
    model: Mapped[str] = mapped_column(String(120))
    outcome: Mapped[str] = mapped_column(String(24))
    day: Mapped[date] = mapped_column(Date)
    """In UTC."""
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    cost: Mapped[float] = mapped_column(Float, default=0.0)
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_model_calls_day", "day"), Index("ix_model_calls_customer", "customer_id", "day"))
