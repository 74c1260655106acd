"""What crosses this door about the knowledge: documents, ingestions, search."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from activities.knowledge.access import DateState
from activities.knowledge.rules import AccessRule
from activities.ports import Level, SearchMode
from activities.records.document_filters import DocumentFilter, Facets
from activities.records.knowledge_events import KnowledgeAction
from api.moments import ZonedMoment
from api.schemas import Request, Word


class DocumentSummary(BaseModel):
    """A document that answers."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    source: str
    title: str
    department: str
    classification: Level
    language: str
    media_type: str
    version: int
    chunk_count: int
    owner_id: str | None
    merged_into: str | None = None
    """The document with the same text and the same readers that answers for it."""
    created_at: datetime
    updated_at: datetime


class DocumentPage(BaseModel):
    """Documents by title; ``next_offset`` continues the list and is absent on the last page."""

    items: list[DocumentSummary]
    next_offset: int | None = None


class DatedDocument(DocumentSummary):
    """A document whose dates ask for a decision; it answers from ``valid_from`` and until ``valid_until``."""

    state: DateState
    valid_from: datetime | None
    valid_until: datetime | None


class DatedPage(BaseModel):
    """Documents by how pressing their dates are; ``next_offset`` continues the list, absent on the last page."""

    items: list[DatedDocument]
    next_offset: int | None = None


class DocumentView(DocumentSummary):
    """A document with the text of one of its versions: offsets of citations count in it."""

    text_version: int
    text: str


class VersionView(BaseModel):
    """One version of a document."""

    model_config = ConfigDict(from_attributes=True)
    version: int
    department: str
    classification: Level
    created_at: datetime
    created_by: str | None
    published_at: datetime | None


class VersionText(VersionView):
    """One version with its text."""

    text: str


class WaitingVersion(BaseModel):
    """A version that nobody reads before a person has confirmed its class."""

    model_config = ConfigDict(from_attributes=True)
    state: Literal["awaiting_confirmation"] = "awaiting_confirmation"
    document_id: str
    version: int
    source: str
    title: str
    department: str
    requested: Level
    """The class that its sender or the document itself has set: the decision is never below it."""
    suggested: Level
    reasons: list[str]
    excerpt: str
    created_by: str | None
    created_at: datetime


class WaitingPage(BaseModel):
    """Versions that wait, the oldest first; ``next_offset`` continues the list, absent on the last page."""

    items: list[WaitingVersion]
    next_offset: int | None = None


class ClassificationRequest(Request):
    """A person's decision on the class of a document, and whose it is; its department stays when left out."""

    classification: Level
    department: Word | None = None


class DocumentChange(Request):
    """What is changed of a document; what is left out stays, ``null`` takes a date away."""

    owner_id: Word | None = None
    valid_from: ZonedMoment | None = None
    valid_until: ZonedMoment | None = None


class KnowledgeEventView(BaseModel):
    """One thing that was done to a document."""

    model_config = ConfigDict(from_attributes=True)
    at: datetime
    action: KnowledgeAction
    document_id: str
    version: int | None
    actor_id: str | None
    details: dict[str, Any]


class Excerpt(BaseModel):
    """A piece of a version's text; offsets are characters."""

    document_id: str
    title: str
    version: int
    start: int
    end: int
    text: str


class IngestionProgressView(BaseModel):
    """How far an ingestion is. Skipped documents answer already as they are; ``documents`` is 0 until it is known."""

    state: Literal["running", "paused", "cancelling", "ended"]
    documents: int
    done: int
    skipped: int
    failed: int
    chunks: int
    step: Literal["", "validate", "stage", "embed", "index", "publish"]
    """Of a file that is one document."""
    share: float = Field(ge=0, le=1)
    seconds_left: float | None
    """At the speed so far; absent at the beginning and while it is paused."""


class IngestionView(BaseModel):
    """How taking a file in goes; ``report`` says what became of it and why."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    filename: str
    status: Literal["running", "completed", "failed", "cancelled"]
    report: dict[str, Any]
    created_at: datetime
    finished_at: datetime | None
    progress: IngestionProgressView | None = None
    """While it runs; absent when no worker says how far it is."""


class IngestionStarted(IngestionView):
    """An upload that was accepted; follow it at its ``Location``."""

    ingestion_id: str


class AccessChangeView(BaseModel):
    """One change of a document's rights."""

    model_config = ConfigDict(from_attributes=True)
    changed_by: str
    changed_at: datetime
    before: AccessRule
    after: AccessRule


class AccessView(BaseModel):
    """A document's own access rule, and its changes, the latest first."""

    document_id: str
    rule: AccessRule
    changes: list[AccessChangeView]


OneOrMore = Word | Annotated[list[Word], Field(min_length=1, max_length=100)]
MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]{1,100}$")]


class SearchFilters(Request):
    """What a search is narrowed to, all of it at once; a list means any of its values. Rights are never widened."""

    department: OneOrMore | None = None
    classification: Level | Annotated[list[Level], Field(min_length=1, max_length=4)] | None = None
    document_id: OneOrMore | None = None
    type: MediaType | Annotated[list[MediaType], Field(min_length=1, max_length=20)] | None = None
    """Media types, as the facet ``type`` names them."""
    language: OneOrMore | None = None
    updated_after: ZonedMoment | None = None
    updated_before: ZonedMoment | None = None

    def chosen(self) -> DocumentFilter | None:
        """Return the filter for records, or ``None`` when nothing is filtered."""
        if not self.model_dump(exclude_none=True):
            return None
        return DocumentFilter(
            departments=_values(self.department),
            classifications=_values(self.classification),
            types=_values(self.type),
            languages=_values(self.language),
            document_ids=_values(self.document_id),
            updated_after=self.updated_after,
            updated_before=self.updated_before,
        )


def _values(given: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if given is None else (given,) if isinstance(given, str) else tuple(given)


class SearchRequest(Request):
    """A search with the caller's rights."""

    query: str = Field(min_length=1, max_length=1_000)
    k: int = Field(default=8, ge=1, le=50)
    filters: SearchFilters = SearchFilters()
    mode: SearchMode = "hybrid"
    facets: bool = False
    """Also count the documents found by department, class, type and age."""
    spelling: bool = True
    """Search for what misspelt words were meant to be; otherwise for what is written."""


class Highlight(BaseModel):
    """Where words of the question stand in a passage's text, as characters."""

    start: int
    end: int


class FoundPassage(BaseModel):
    """A passage with its place: ``start`` and ``end`` are characters in the text of that version.

    ``heading`` is the path of headings above it, ``page`` that of a PDF or the slide of a presentation, ``position``
    counts from 0 in the ``passages`` of the document.
    """

    model_config = ConfigDict(from_attributes=True)
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
    score: float
    dense_score: float
    lexical_score: float
    page: int | None = None
    passages: int = 0


class SearchHit(FoundPassage):
    """A passage that was found. ``score`` is the mean of ``dense_score`` (meaning) and ``lexical_score`` (words)."""

    highlights: list[Highlight]


class Found(BaseModel):
    """Passages, best first; ``facets`` count the documents among the best 50 passages of each half."""

    passages: list[SearchHit]
    query: str
    """The question as it was searched."""
    corrections: dict[str, str]
    """What was meant for each misspelt word."""
    facets: Facets | None = None
