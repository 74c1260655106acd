"""The HTTP contract as the pages read it: fields they use, with defaults, so that an older page meets a newer API."""

from datetime import datetime
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

Role = Literal["customer", "agent", "supervisor", "admin", "service"]
TurnStatus = Literal["running", "answered", "pending_review", "handed_off", "failed"]
Action = Literal["approve", "edit", "reject", "respond"]

DESK_ROLES: frozenset[Role] = frozenset({"agent", "supervisor", "admin"})
LEAD_ROLES: frozenset[Role] = frozenset({"supervisor", "admin"})


T = TypeVar("T")


class Listed(list[T], Generic[T]):
    """The entries of a list that have been read; ``more`` when there are others after them."""

    more: bool = False


class Person(BaseModel):
    """Who is logged in."""

    id: str
    username: str
    display_name: str = ""
    role: Role
    department: str | None = None

    @property
    def name(self) -> str:
        """The name to show."""
        return self.display_name or self.username


class Citation(BaseModel):
    """A quote; ``start`` and ``end`` are characters in the text of that document version."""

    document_id: str
    title: str
    version: int
    quote: str
    chunk_id: str = ""
    start: int | None = None
    end: int | None = None
    withheld: bool = False


class Turn(BaseModel):
    """One message and what became of it."""

    id: str
    conversation_id: str
    number: int = 0
    status: TurnStatus
    message: str = ""
    answer: str | None = None
    notice: str = ""
    citations: list[Citation] = []
    intent: str = ""
    confidence_score: float = 0.0
    engine: str = "none"
    review_id: str | None = None
    due_at: datetime | None = None
    created_at: datetime

    @property
    def waiting(self) -> bool:
        """Whether something is still to come: an answer that is being written, or a person's."""
        return self.status in ("running", "pending_review") or (self.status == "handed_off" and self.due_at is not None)


class ConversationSummary(BaseModel):
    """A conversation in the list of mine."""

    id: str
    title: str = ""
    status: Literal["open", "closed"] = "open"
    score: int | None = None
    created_at: datetime
    updated_at: datetime


class Conversation(ConversationSummary):
    """A conversation with its turns, oldest first."""

    turns: list[Turn] = []
    live: bool = True
    """Whether the running turn is among them; not while no worker answers."""

    def put(self, turn: Turn) -> None:
        """Replace a turn by what is newly known of it, or add it."""
        known = {each.id: each for each in self.turns} | {turn.id: turn}
        self.turns = sorted(known.values(), key=lambda each: (each.number, each.created_at))


class Asked(BaseModel):
    """The answer to a message: which conversation it is in, and the turn once there is one."""

    conversation_id: str
    turn: Turn | None = None


class ReviewSummary(BaseModel):
    """A case in the queue."""

    id: str
    conversation_id: str
    kind: Literal["review", "handoff"]
    state: Literal["pending", "decided", "expired", "withdrawn"] = "pending"
    stage: Literal["waiting", "reminded", "raised"] = "waiting"
    department: str = ""
    urgency: str = "normal"
    intent: str = ""
    confidence_score: float = 0.0
    reasons: list[str] = []
    question: str = ""
    claimed_by: str | None = None
    created_at: datetime
    due_at: datetime


class Review(ReviewSummary):
    """A case with all that a decision needs."""

    claimed_by_name: str | None = None
    draft_text: str = ""
    draft_digest: str = ""
    withheld: bool = False
    citations: list[Citation] = []
    decided_by: str | None = None
    action: Action | None = None
    conversation: list[Turn] = []


class Excerpt(BaseModel):
    """A piece of the text of a document's version; ``start`` is its offset in characters."""

    title: str
    version: int
    start: int
    text: str


class Passage(BaseModel):
    """A quote in its surroundings, as far as the reader may see them."""

    title: str
    version: int
    quote: str
    before: str = ""
    after: str = ""
    cut_before: bool = False
    cut_after: bool = False


class Event(BaseModel):
    """One event of a conversation; ``id`` is where to go on from."""

    id: str = ""
    name: str
    turn_id: str = ""
    seq: int = 0
    attempt: int = 0
    step: str = ""
    text: str = ""
    turn: Turn | None = None
