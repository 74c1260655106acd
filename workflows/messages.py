"""What crosses the border of the workflows: inputs, outputs, names and ids."""

from datetime import timedelta
from typing import Protocol

from pydantic import BaseModel, Field
from temporalio.contrib.workflow_streams import WorkflowStreamState

from activities.turns import EVENTS_TOPIC as EVENTS_TOPIC
from activities.turns import Event as Event
from activities.turns import EventName as EventName
from activities.turns import TurnView
from graphs.state import Action, Exchange, GuardMark

TASK_QUEUE = "holdfast"
INGESTION_QUEUE = "holdfast-ingestion"
"""Steps of ingestions that read files and embed; everything else of them is on ``TASK_QUEUE``."""
CARRIED_TURNS = 40
"""Turns, and the idempotency keys that led to them, remembered in a run and carried to the next."""
HISTORY_EXCHANGES = 6
QUEUED_MESSAGES = 8
"""Messages that may wait behind the running turn; Temporal allows 10 updates in flight."""
TURNS_PER_RUN = 60
"""Continue-as-new after this many turns: replay costs a few milliseconds a past turn."""
CARRIED_EVENTS = 200
WORKFLOW_TASK_TIMEOUT = timedelta(seconds=4)
"""A worker killed in the middle of a task is noticed after this; Temporal's own default is 10 s."""
STICKY_TIMEOUT = timedelta(seconds=0.7)
"""A worker killed between tasks: how long its cached conversations wait before another worker takes them."""


class Publish(Protocol):
    """Append an event to the conversation's stream."""

    def __call__(self, name: EventName, turn: TurnView, step: str = "", text: str = "", whole: bool = False) -> None:
        """Append; ``whole`` sends the turn as it is now."""
        ...


def conversation_workflow_id(conversation_id: str) -> str:
    """Return the workflow id of a conversation."""
    return f"conversation:{conversation_id}"


def ingestion_workflow_id(ingestion_id: str) -> str:
    """Return the workflow id of an ingestion."""
    return f"ingestion:{ingestion_id}"


def turn_id(conversation_id: str, number: int) -> str:
    """Return the id of turn ``number`` (from 1) of a conversation."""
    return f"{conversation_id}.{number}"


def review_id(turn: str, round_number: int) -> str:
    """Return the id of the case opened for a turn; a redraft opens the next round."""
    return f"{turn}.r{round_number}"


class Remembered(BaseModel):
    """An idempotency key, the digest of the message it came with, and the turn it got."""

    key: str
    digest: str
    turn_id: str


DEPARTMENT = "support"
"""Whose a conversation is that has not been about anything yet."""


class Carried(BaseModel):
    """What one run hands to the next on continue-as-new."""

    turns: list[TurnView] = []
    """The latest turns, newest last; older ones are in records."""
    history: list[Exchange] = []
    summary: str = ""
    """What was talked about before ``history``."""
    department: str = DEPARTMENT
    """Of what was talked about last."""
    remembered: list[Remembered] = []
    number: int = 0
    stream: WorkflowStreamState | None = None


class ConversationInput(BaseModel):
    """Start of a conversation."""

    conversation_id: str
    owner_id: str
    review_due_seconds: float = 4 * 3600
    review_raise_seconds: float = 3600
    idle_close_seconds: float = 7 * 86400
    turns_per_run: int = TURNS_PER_RUN
    carried: Carried = Carried()


class SendMessage(BaseModel):
    """A customer's message, redacted and screened before it gets here. ``key`` is the idempotency key."""

    key: str = Field(min_length=1, max_length=200)
    text: str = Field(max_length=16_000)
    guard: GuardMark
    author_id: str


class Decide(BaseModel):
    """A person's decision on a case. ``digest`` is that of the draft shown to them, empty for a hand-off."""

    review_id: str
    action: Action
    text: str = ""
    reason: str = ""
    digest: str = ""
    reviewer_id: str
    reviewer_role: str
    reviewer_department: str | None = None


class Decided(BaseModel):
    """What a decision did."""

    review_id: str
    action: Action
    turn: TurnView


class Escalate(BaseModel):
    """The customer asks for a person now."""

    key: str
    author_id: str


class Rate(BaseModel):
    """The customer's rating, 1 to 5."""

    score: int = Field(ge=1, le=5)
    comment: str = Field(default="", max_length=2_000)
    author_id: str


class SourcesChanged(BaseModel):
    """Documents were removed or have other readers: drafts that quote them are made anew."""

    document_ids: list[str]


class Close(BaseModel):
    """End the conversation."""

    author_id: str
    reason: str = "customer"


class Snapshot(BaseModel):
    """The latest turns, oldest first, with the running one."""

    turns: list[TurnView]
    closed: bool


REFUSALS = {
    "EmptyMessage": 422,
    "MessageTooLong": 413,
    "ConversationClosed": 409,
    "QueueFull": 429,
    "Renewing": 503,
    "KeyReused": 422,
    "NotYourConversation": 404,
    "ReviewNotPending": 409,
    "DraftChanged": 409,
    "SourcesChanged": 409,
    "SourcesUnchecked": 503,
    "NotAReviewer": 403,
    "OtherDepartment": 403,
    "OwnConversation": 403,
    "DecisionInvalid": 422,
    "IngestionEnded": 409,
}
"""``ApplicationError.type`` of each refusal by a validator, and the HTTP status it becomes."""
