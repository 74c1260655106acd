"""A turn as callers see it, and what it leaves in records."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from graphs.state import Action, Citation, Engine, SupportState

TurnStatus = Literal["running", "answered", "pending_review", "handed_off", "failed"]
CaseState = Literal["pending", "decided", "expired", "withdrawn"]
"""``withdrawn``: a source of its draft changed while it waited; the next round of the turn has the new draft."""
Stage = Literal["waiting", "reminded", "raised"]


class TurnView(BaseModel):
    """A turn as callers see it: the public contract's turn, and its message."""

    id: str
    conversation_id: str
    number: int
    status: TurnStatus
    message: str
    answer: str | None = None
    citations: list[Citation] = []
    intent: str = ""
    confidence_score: float = 0.0
    engine: Engine = "none"
    review_id: str | None = None
    due_at: datetime | None = None
    created_at: datetime


class CaseRecord(BaseModel):
    """A case that waits for a person; ``review`` has a draft, ``handoff`` can only be answered."""

    id: str
    kind: Literal["review", "handoff"]
    state: CaseState = "pending"
    stage: Stage = "waiting"
    department: str
    reasons: list[str]
    question: str
    opened_at: datetime
    due_at: datetime
    action: Action | None = None
    text: str = ""
    reason: str = ""
    decided_by: str | None = None
    decided_at: datetime | None = None


class DecisionRecord(BaseModel):
    """What a person decided about a turn, for its audit row."""

    review_id: str
    reviewer_id: str
    action: Action
    reason: str
    changed: bool
    """Whether the customer reads other words than the agent drafted."""
    decided_at: datetime


class TurnRecord(BaseModel):
    """One turn to be written in one transaction with its audit row and its case. Writing it twice changes nothing."""

    turn: TurnView
    owner_id: str
    state: SupportState
    reasons: list[str] = []
    decisions: list[DecisionRecord] = []
    case: CaseRecord | None = None
    at: datetime


class Rating(BaseModel):
    """The customer's rating of a conversation, 1 to 5."""

    conversation_id: str
    score: int
    comment: str
    at: datetime


class ConversationEnd(BaseModel):
    """The end of a conversation and why it ended."""

    conversation_id: str
    reason: str
    at: datetime
