"""The HTTP contract of the knowledge, as the pages read it: fields they use, with defaults."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

Level = Literal["public", "internal", "confidential", "restricted"]
LEVELS: tuple[Level, ...] = ("public", "internal", "confidential", "restricted")


class Document(BaseModel):
    """A document in the list."""

    id: str
    source: str = ""
    title: str
    department: str = ""
    classification: Level
    language: str = ""
    media_type: str = ""
    version: int = 1
    chunk_count: int = 0
    owner_id: str | None = None
    updated_at: datetime


class Dated(Document):
    """A document whose dates ask for a decision."""

    state: Literal["ending", "expired", "upcoming"]
    valid_from: datetime | None = None
    valid_until: datetime | None = None


class Rule(BaseModel):
    """What of a document's own access rule the page shows: from when and until when it answers."""

    not_before: datetime | None = None
    not_after: datetime | None = None

    def shuts(self, at: datetime) -> bool:
        """Whether the document does not answer at a moment because of these dates."""
        return bool((self.not_before and at < self.not_before) or (self.not_after and at >= self.not_after))


class Access(BaseModel):
    """A document's own access rule."""

    rule: Rule = Rule()


class OpenDocument(Document):
    """A document with the text of one version."""

    text_version: int = 1
    text: str = ""


class Version(BaseModel):
    """One version of a document."""

    version: int
    classification: Level
    created_at: datetime
    created_by: str | None = None
    published_at: datetime | None = None


class Waiting(BaseModel):
    """A version that nobody reads before a person has confirmed its class."""

    document_id: str
    version: int = 1
    title: str
    department: str = ""
    requested: Level
    """The decision is never below it."""
    suggested: Level
    reasons: list[str] = []
    excerpt: str = ""


class Progress(BaseModel):
    """How far taking a file in is; ``documents`` is 0 until it is known, ``share`` is 0..1."""

    state: str = "running"
    documents: int = 0
    done: int = 0
    skipped: int = 0
    failed: int = 0
    share: float = 0.0


class Ingestion(BaseModel):
    """How taking a file in goes."""

    id: str
    filename: str
    status: str
    report: dict[str, Any] = {}
    progress: Progress | None = None


class Hit(BaseModel):
    """A passage that was found, with the scores (0..1) it was ranked by."""

    chunk_id: str
    document_id: str
    title: str
    version: int
    heading: str = ""
    text: str
    start: int
    end: int
    department: str = ""
    classification: Level
    page: int | None = None
    score: float
    dense_score: float = 0.0
    lexical_score: float = 0.0


class ReplyText(BaseModel):
    """What customers read for one outcome; ``away`` is the same outside office hours."""

    language: str
    formality: str
    outcome: str
    preview: str
    away: str = ""


class Office(BaseModel):
    """When people answer; without hours always."""

    time_zone: str = "UTC"
    hours: dict[str, str] = {}
    open: bool = True


class Replies(BaseModel):
    """The texts in force, and why the file is not in use as it is now."""

    default_language: str
    problem: str = ""
    office: Office = Office()
    items: list[ReplyText] = []


class Found(BaseModel):
    """Passages best first, and how many there are of each department, class and type.

    ``query`` is the question as it was searched, ``corrections`` what was meant for each misspelt word.
    """

    passages: list[Hit]
    query: str = ""
    corrections: dict[str, str] = {}
    facets: dict[str, dict[str, int]] = {}


class SavedSearch(BaseModel):
    """A search kept under a name."""

    id: str
    name: str
    request: dict[str, Any]


class Gap(BaseModel):
    """Questions that ask for the same thing and found no answer."""

    question: str
    examples: list[str] = []
    count: int
    departments: list[str] = []
    latest_at: datetime


class Gaps(BaseModel):
    """The groups of questions that were asked most, of how many, and whether older questions were left out."""

    items: list[Gap]
    groups: int
    questions: int
    cut: bool
