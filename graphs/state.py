"""The state that one turn carries through the support graph. JSON values only: it crosses Temporal payloads."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

Outcome = Literal["answered", "pending_review", "handed_off", "failed"]
Route = Literal["finish", "review", "handoff"]
Engine = Literal["ollama", "embedded", "person", "none"]
Action = Literal["approve", "edit", "reject", "respond"]
Urgency = Literal["low", "normal", "high"]
Sentiment = Literal["negative", "neutral", "positive"]
Risk = Literal["low", "high"]


class Exchange(TypedDict):
    """One earlier turn of the conversation, as the next turn sees it."""

    message: str
    answer: str
    intent: str
    topic: NotRequired[str]
    """The title of the document that the answer quotes first: what the conversation was about then."""


class GuardMark(TypedDict):
    """What the guard found in the message before it was stored."""

    injection_score: float
    injection_flagged: bool
    reasons: list[str]
    redacted: list[str]
    """Entity types that were redacted, e.g. ``EMAIL_ADDRESS``; never the values."""


class Reading(TypedDict):
    """What a message is about, read alone or in the light of the conversation."""

    intent: str
    intent_score: float
    department: str
    risk: Risk
    risk_reason: str
    """Why the intent is risky, in words for a reviewer; empty when it is not."""
    out_of_scope_score: float
    inside_score: NotRequired[float]
    """How probable it is that the question is about the company's insides and not for customers."""
    question: str
    """The message as a question that stands alone: a follow-up carries the topic of the conversation."""


class Classification(Reading):
    """All that is known of a message; every score is a calibrated probability in 0..1."""

    sentiment: Sentiment
    sentiment_score: float
    urgency: Urgency
    urgency_score: float
    language: str
    language_score: float
    wants_person: bool
    wants_person_score: float
    small_talk: Literal["", "greeting", "thanks", "goodbye", "insult", "unclear"]
    unsolved: NotRequired[bool]
    """Set when the customer says that the answer before did not help."""
    alone: NotRequired[Reading]
    """The same message without the conversation, where both readings are possible: the documents decide."""
    read_as: NotRequired[str]
    """The known question that a message in another language is taken for; then ``question`` is that one."""


class PassageRef(TypedDict):
    """A retrieved passage without its text: histories keep ids, adapters load texts."""

    chunk_id: str
    document_id: str
    title: str
    version: int
    position: int
    score: float
    dense_score: float
    lexical_score: float


class Citation(TypedDict):
    """A quote and where it stands: offsets are characters in the parsed text of that document version."""

    document_id: str
    title: str
    version: int
    chunk_id: str
    quote: str
    start: int
    end: int
    withheld: NotRequired[bool]
    """Set where it is shown to a reader who may not read the document now: title and quote are not there then."""


class Nearest(TypedDict):
    """What the documents say nearest to a question that they do not answer."""

    citation: Citation
    section: str
    """The heading that it stands under; empty before the first."""


class ModelTry(TypedDict):
    """One request to a chat model, and what came of it."""

    model: str
    outcome: Literal["answered", "unavailable", "unusable", "overtaken", "bypassed"]
    """``overtaken``: another model of the route began to answer first; ``bypassed``: not asked at all."""
    reason: str
    """What was wrong, in words; empty when it answered."""
    seconds: float
    input_tokens: int
    output_tokens: int


class ModelRoute(TypedDict):
    """Which models a turn was meant for, why, and what each of them did."""

    tier: Literal["small", "large"]
    reason: str
    tries: list[ModelTry]


class Draft(TypedDict):
    """An answer that has not been released, or of which the customer has read sentences while it was written."""

    text: str
    citations: list[Citation]
    engine: Engine
    model: str
    prompt_version: str
    support_score: float
    """How well the passages answer the question, 0..1, by the engine that drafted."""
    fallback_reason: str
    """Why the model was not used or not believed; empty when it was."""
    digest: str
    cached: NotRequired[bool]
    """Whether it was written for a like question before."""
    route: NotRequired[ModelRoute]
    """The chat models that were asked, also when the embedded engine wrote the draft in the end."""
    released: NotRequired[int]
    """Sentences that the customer has read already, each checked by itself."""
    again: NotRequired[bool]
    """Set when it says nothing that the customer has not read in an earlier answer."""
    halted: NotRequired[str]
    """Why the rest was not released after the customer had read some of it, in words for a reviewer."""


class Check(TypedDict):
    """What the output check found."""

    grounding_score: float
    problems: list[str]
    passed: bool


class Policy(TypedDict):
    """The rules in force for this turn, read once by an activity so that replay sees the same values."""

    version: str
    auto_score: float
    review_score: float
    refund_limit: float
    stopped: bool
    engine: Engine
    """The engine that the turn should try first."""
    engine_reason: NotRequired[str]
    """Why the chat model is not asked though it answers, as a spent budget; empty when there is no such reason."""
    answer_frame: NotRequired[str]
    """The company's words around an answer, ``{answer}`` in them; left out when there are none."""
    model_seconds: NotRequired[float]
    """The longest that one try at an answer by the chat models may take."""


class Verdict(TypedDict):
    """What the policy decided and why."""

    route: Route
    confidence_score: float
    reasons: list[str]
    """Why a person must see it, in words for a reviewer; empty when the route is finish."""


class Decision(TypedDict):
    """What a person decided about a draft or a handed-off case."""

    action: Action
    text: str
    reason: str
    reviewer_id: str


class Reply(TypedDict):
    """What the customer gets."""

    status: Outcome
    text: str
    citations: list[Citation]
    engine: Engine


class SupportState(TypedDict):
    """The state of one turn. ``turn_id`` makes each node's input unique, so no result is reused across turns."""

    turn_id: str
    conversation_id: str
    user_id: str
    message: str
    history: list[Exchange]
    summary: NotRequired[str]
    """What was talked about before ``history``, a line for each exchange."""
    guard: GuardMark
    policy: NotRequired[Policy]
    classification: NotRequired[Classification]
    passages: NotRequired[list[PassageRef]]
    denied_count: NotRequired[int]
    reads_inside: NotRequired[bool]
    """Whether who asks may read documents that are not public."""
    retrieval_failed: NotRequired[bool]
    draft: NotRequired[Draft]
    check: NotRequired[Check]
    nearest: NotRequired[Nearest]
    """Named to a customer whose question nothing answers; it passed the check of a draft."""
    verdict: NotRequired[Verdict]
    redrafts: NotRequired[int]
    redraft_reason: NotRequired[str]
    decision: NotRequired[Decision]
    reply: NotRequired[Reply]
