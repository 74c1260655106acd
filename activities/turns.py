"""A turn as callers see it, and what it leaves in records."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from graphs.state import Action, Citation, Engine, SupportState

EVENTS_TOPIC = "events"
"""The topic of a conversation's stream that carries ``Event``."""

EventName = Literal[
    "turn.progress",
    "message.delta",
    "message.completed",
    "review.requested",
    "review.decided",
    "conversation.closed",
    "error",
]
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
    notice: str = ""
    """What the customer is told while a person checks the draft; a hand-off's notice is its ``answer``."""
    citations: list[Citation] = []
    intent: str = ""
    confidence_score: float = 0.0
    engine: Engine = "none"
    cached: bool = False
    """Whether the answer was written for a like question before."""
    review_id: str | None = None
    due_at: datetime | None = None
    created_at: datetime


class Event(BaseModel):
    """One event of a conversation; its offset on the workflow stream is the SSE id."""

    name: EventName
    turn_id: str = ""
    seq: int = 0
    """Counts the events of one turn from 1; a repeated step repeats its number.

    Of a ``message.delta`` with an ``attempt``: counts the sentences of that attempt, from 1.
    """
    attempt: int = 0
    """Which attempt at the answer a sentence belongs to, from 1; the sentences of a higher one replace all before.

    0 stands for the workflow itself: its text is the whole answer and replaces what was streamed.
    """
    step: str = ""
    text: str = ""
    turn: TurnView | None = None
    at: datetime


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
