"""What the nodes need from the world, as protocols; each adapter lives in its own room."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from graphs.routing import Tiered
from graphs.state import Check, Citation, Classification, Draft, Exchange, GuardMark, ModelTry, Nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Role = Literal["customer", "agent", "supervisor", "admin", "service"]
SearchMode = Literal["hybrid", "dense", "lexical"]
Level = Literal["public", "internal", "confidential", "restricted"]


@dataclass(frozen=True)
class Principal:
    """A person as the server knows them; rights come from here and from nowhere else."""

    id: str
    role: Role
    department: str | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadScope:
    """What a principal may read, as partitions that both queries are limited to.

    A partition is ``public`` or ``<classification>.<department>``; see ``activities/knowledge/access.py``.
    """

    partitions: tuple[str, ...]
    documents: tuple[str, ...] | None = None
    """Further limited to these documents; ``None`` for no such limit. It never widens."""


@dataclass(frozen=True)
class Passage:
    """A retrieved chunk with its text; scores are 0..1, positions count from 0, offsets are characters."""

    chunk_id: str
    document_id: str
    title: str
    version: int
    position: int
    heading: str
    kind: Literal["text", "steps", "table"]
    text: str
    start: int
    end: int
    department: str
    classification: Level
    score: float = 0.0
    dense_score: float = 0.0
    lexical_score: float = 0.0
    page: int | None = None
    """Page of a PDF or slide of a presentation, from 1."""
    passages: int = 0
    """How many passages its document has: ``position`` counts in them."""


@dataclass(frozen=True)
class SearchResult:
    """Passages best first, and how many better ones the reader may not see (for the audit row only)."""

    passages: list[Passage]
    denied_count: int = 0


@dataclass(frozen=True)
class Findings:
    """What a search page shows: passages best first, the question as it was searched, and the documents found.

    ``corrections`` has what was meant for each misspelt word; ``documents`` are ids, of the passages and beyond.
    """

    passages: list[Passage]
    query: str
    corrections: dict[str, str] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Redaction:
    """Text with personal data replaced by ``<TYPE>`` marks, and the types found (never the values)."""

    text: str
    entities: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class IndexedChunk:
    """A chunk as the index takes it; its text is searched there, and read from records."""

    chunk_id: str
    document_id: str
    title: str
    heading: str
    text: str


class Embedder(Protocol):
    """Sentence embeddings: unit vectors of 384 floats."""

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return one vector a text, in order: ``[len(texts), 384]``. Blocks."""
        ...


class Knowledge(Protocol):
    """Search with rights inside the query."""

    async def search(self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid") -> SearchResult:
        """Return at most ``k`` passages that ``scope`` may read, for the agent: the best ones, wherever they stand.

        Raises ``KnowledgeUnavailableError``.
        """
        ...

    async def find(
        self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid", spelling: bool = True
    ) -> Findings:
        """Return what ``search`` does, for a page: nothing that ``scope`` may not read is looked at or counted.

        No document fills the list. Without ``spelling`` misspelt words are searched as they are written.
        """
        ...

    def highlights(self, query: str, text: str) -> list[tuple[int, int]]:
        """Return where words of a question stand in a text, as characters from and to."""
        ...

    async def passages(self, chunk_ids: Sequence[str], scope: ReadScope) -> list[Passage]:
        """Return the texts of known passages, those still published and readable, in the order asked."""
        ...


class Classifier(Protocol):
    """Intent, tone, urgency, language and the wish for a person."""

    async def classify(self, message: str, history: Sequence[Exchange]) -> Classification:
        """Classify one message in the light of the conversation so far."""
        ...


class Drafter(Protocol):
    """An engine that answers from passages without a server: the embedded engine."""

    async def draft(
        self, question: str, passages: Sequence[Passage], history: Sequence[Exchange], *, redraft_reason: str = ""
    ) -> Draft:
        """Return an answer in which each sentence has a citation; empty text when nothing supports one."""
        ...

    async def nearest(self, question: str, passages: Sequence[Passage]) -> Nearest | None:
        """Return what the passages say nearest to a question that they do not answer; None when nothing is near."""
        ...


@dataclass(frozen=True)
class ModelTask:
    """What a chat model is asked, and which model of the route first."""

    question: str
    passages: Sequence[Passage]
    history: Sequence[Exchange] = ()
    summary: str = ""
    redraft_reason: str = ""
    tier: Tiered = Tiered("large", "")  # noqa: RUF009 - a tuple cannot change


class Gate(Protocol):
    """Lets sentences through to the customer while the model writes."""

    def restart(self) -> None:
        """Begin anew: what was published of an earlier try is replaced by what comes now."""
        ...

    async def offer(self, sentence: str, cited: Citation, so_far: Draft) -> bool:
        """Check the newest sentence of the draft so far and publish it; return whether it was published.

        Raises ``HaltedError`` when it may not be read though earlier ones of this try have been.
        """
        ...


class HaltedError(Exception):
    """A sentence may not be released, and the customer has read those before it; says why to a reviewer."""


class ChatModel(Protocol):
    """The chat models of an installation, as one."""

    async def available(self) -> bool:
        """Return whether one of them can be asked now. Never raises."""
        ...

    async def draft(self, task: ModelTask, gate: Gate | None = None) -> Draft:
        """Return an answer in which each sentence has a citation; empty text when the passages give none.

        Raises ``ModelUnavailableError`` (worth a retry), ``ModelOutputError`` or ``ModelBypassedError`` (not).
        """
        ...


class Checker(Protocol):
    """The last look at a draft before anybody may see it."""

    async def check(self, draft: Draft, passages: Sequence[Passage]) -> Check:
        """Verify citations and quotes, personal data, prompt text, and score the grounding."""
        ...


class Guard(Protocol):
    """Personal data and prompt injection, before anything durable is written."""

    def redact(self, text: str) -> Redaction:
        """Replace personal data."""
        ...

    def screen(self, text: str) -> GuardMark:
        """Score a message as prompt injection; ``redacted`` is left empty."""
        ...


class KnowledgeUnavailableError(Exception):
    """The index cannot be searched now."""


class ModelError(Exception):
    """No answer came of the chat model; ``tries`` says what was asked of which and what came of it."""

    def __init__(self, message: str, tries: Sequence[ModelTry] = ()) -> None:
        super().__init__(message)
        self.tries = list(tries)


class ModelUnavailableError(ModelError):
    """The chat model did not answer: refused, busy, timed out."""


class ModelTimeoutError(ModelUnavailableError):
    """The chat model was too slow, as it would be again: not worth a retry."""


class ModelOutputError(ModelError):
    """The chat model answered something that is not an answer."""


class ModelBypassedError(ModelError):
    """The chat model was not asked: its breaker is open, or too many wait for it already."""


def citation(passage: Passage, start: int, end: int) -> Citation:
    """Quote ``passage.text[start:end]``; the citation's offsets are in the document's text."""
    return Citation(
        document_id=passage.document_id,
        title=passage.title,
        version=passage.version,
        chunk_id=passage.chunk_id,
        quote=passage.text[start:end],
        start=passage.start + start,
        end=passage.start + end,
    )


def draft_digest(text: str, citations: Sequence[Citation]) -> str:
    """Return the digest of a draft, which a decision must name: hex SHA-256 of its text and where it quotes."""
    quoted = [[each["document_id"], each["version"], each["start"], each["end"]] for each in citations]
    return hashlib.sha256(json.dumps([text, quoted], ensure_ascii=False).encode()).hexdigest()
