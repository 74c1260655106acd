"""What crosses this door, besides ``TurnView``: requests are strict, responses are only ever added to."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from activities.ports import Role
from activities.records.people_events import PersonAction
from activities.turns import TurnView
from graphs.state import Action, Citation

T = TypeVar("T")
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
Prose = Annotated[str, StringConstraints(max_length=8_000)]
Number = int | Annotated[float, Field(allow_inf_nan=False)]
Brief = Annotated[str, StringConstraints(max_length=500)]
Metadata = Annotated[dict[Word, Brief | Number | bool], Field(max_length=20)]


def _has_nul(value: Any) -> bool:
    waiting = [value]
    while waiting:  # not by recursion: a body may be nested as deeply as its parser goes
        match waiting.pop():
            case str() as text if "\0" in text:
                return True
            case dict() as members:
                waiting += [*members, *members.values()]
            case list() as items:
                waiting += items
    return False


class Storable(BaseModel):
    """What is sent may come to be stored: texts that no database takes are refused before anything promises to."""

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, body: Any) -> Any:
        if _has_nul(body):
            raise ValueError("it has a NUL character, which no text here may have")
        return body


class Request(Storable):
    """A request body: unknown fields are refused, so that a typing error is not silently ignored."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    correlation_id: str
    errors: list[dict[str, str]] | None = None


class Page(BaseModel, Generic[T]):
    """A list; ``next`` and ``next_id`` go on as ``before`` and ``before_id``, and are absent on the last page."""

    items: list[T]
    next: datetime | None = None
    next_id: str | None = None


class Ask(Request):
    """A message that starts a conversation."""

    message: str = Field(description="At most HOLDFAST_MESSAGE_MAX_CHARACTERS characters of plain text.")
    metadata: Metadata = {}


class Message(Request):
    """A message in a conversation."""

    message: str = Field(description="At most HOLDFAST_MESSAGE_MAX_CHARACTERS characters of plain text.")


class Asked(BaseModel):
    """What became of a message: ``turn`` is null while it is still running."""

    conversation_id: str
    turn: TurnView | None = None


class ConversationSummary(BaseModel):
    """A conversation without its turns."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    title: str
    status: Literal["open", "closed"]
    score: int | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None


class ConversationView(ConversationSummary):
    """A conversation with its turns, oldest first, the running one included."""

    owner_id: str
    metadata: dict[str, Any]
    turns: list[TurnView]
    live: bool = Field(
        default=True,
        description="False while no worker answers: the running turn may be missing. Read again in a moment.",
    )


class Feedback(Request):
    """The customer's rating."""

    score: int = Field(ge=1, le=5)
    comment: str = Field(default="", max_length=2_000)


class ReviewSummary(BaseModel):
    """A case in the queue."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    conversation_id: str
    turn_id: str
    customer_id: str
    kind: Literal["review", "handoff"]
    state: Literal["pending", "decided", "expired", "withdrawn"]
    stage: Literal["waiting", "reminded", "raised"]
    department: str
    urgency: str
    intent: str
    confidence_score: float
    reasons: list[str]
    question: str
    claimed_by: str | None
    claimed_at: datetime | None
    created_at: datetime
    due_at: datetime
    age_seconds: float = Field(default=0.0, description="Time since the case was opened.")


class ReviewPage(Page[ReviewSummary]):
    """Cases; ``next`` and ``next_id`` go on behind the last one, ``next_offset`` counts from the first case of then."""

    next_offset: int | None = None


class ReviewView(ReviewSummary):
    """A case with all that a decision needs; send ``draft_digest`` back with the decision."""

    draft_text: str
    draft_digest: str
    citations: list[Citation]
    decided_at: datetime | None
    decided_by: str | None
    action: Action | None
    final_text: str | None
    reason: str | None
    claimed_by_name: str | None = Field(default=None, description="How who has claimed it is called.")
    conversation: list[TurnView] = Field(default=[], description="The conversation so far, oldest first.")
    withheld: bool = Field(
        default=False,
        description="The draft is not shown: it quotes what you may not read now. What the customer may not read "
        "either is drafted again when you approve it.",
    )


class Assign(Request):
    """Who should take a case."""

    reviewer_id: Word


class DecisionRequest(Request):
    """A decision: ``edit`` and ``respond`` need ``text``, ``reject`` needs ``reason``."""

    action: Action
    text: Prose = ""
    reason: Annotated[str, StringConstraints(max_length=2_000)] = ""
    draft_digest: str = Field(default="", max_length=64, description="Of the draft that was shown.")


class AccessToken(BaseModel):
    """A short-lived token for ``Authorization: Bearer``."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int = Field(description="Seconds.")


class PersonView(BaseModel):
    """Somebody who may use Holdfast."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    username: str
    display_name: str
    role: Role
    department: str | None
    groups: list[str]
    active: bool
    created_at: datetime


class PersonPage(Page[PersonView]):
    """People; ``next_offset`` continues the list and is absent on the last page."""

    next_offset: int | None = None


class PersonEventView(BaseModel):
    """One change of a person or of one of their keys, without secrets."""

    model_config = ConfigDict(from_attributes=True)
    at: datetime
    action: PersonAction
    person_id: str
    actor_id: str | None = Field(description="Who did it; null for the command line and the first start.")
    details: dict[str, Any]


class NewPerson(Request):
    """A person to add; without a password only API keys let them in."""

    username: Name
    role: Role
    display_name: Annotated[str, StringConstraints(max_length=200)] = ""
    password: str | None = None
    department: Word | None = None
    groups: list[Word] = Field(default=[], max_length=50)


class Groups(Request):
    """The groups of a person; access rules of documents name them."""

    groups: list[Word] = Field(max_length=50)


class NewKey(Request):
    """An API key to make for a person."""

    person_id: Word
    name: Name


class CreatedKey(BaseModel):
    """An API key at its making: the only time it can be read."""

    id: str
    api_key: str


class KeyView(BaseModel):
    """An API key without its secret."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    person_id: str
    name: str
    prefix: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class AuditEntry(BaseModel):
    """What one turn saw and did, without the customer's words."""

    model_config = ConfigDict(from_attributes=True)
    turn_id: str
    conversation_id: str
    user_id: str
    created_at: datetime
    input_hash: str
    documents: list[Any]
    denied_count: int
    engine: str
    model: str
    prompt_version: str
    policy_version: str
    scores: dict[str, Any]
    guard: dict[str, Any]
    outcome: str
    reasons: list[str]
    decisions: list[Any]
    route: dict[str, Any] = {}
    """The chat models: ``tier``, ``reason``, and ``tries`` with model, outcome, reason, seconds and tokens."""


class Health(BaseModel):
    """What was looked at, each ``ok`` or what is wrong; ``degraded: `` begins what keeps no question from an answer."""

    status: Literal["ok", "degraded", "unavailable"]
    checks: dict[str, str]
