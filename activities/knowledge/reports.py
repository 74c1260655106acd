"""What an ingestion is asked, and what it says it did: these cross Temporal and HTTP."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, Field

from activities.knowledge.rules import NO_LIMITS, Limits
from activities.ports import Level, Principal

LISTED = 500
"""Entries that a report names of each kind; its counts are exact beyond."""
DeletionOutcome = Literal["deleted", "unknown", "superseded"]


class IngestionRequest(BaseModel):
    """Take the file that is kept under ``blob_sha256``."""

    ingestion_id: str
    blob_sha256: str
    filename: str
    title: str = ""
    """Instead of the document's own, when the file is one document."""
    department: str = ""
    classification: Level = "public"
    limits: Limits = NO_LIMITS
    """Of each document in the file, from before anybody can read it."""
    created_by: str | None = None
    requested_at: datetime
    """Orders uploads and deletions of the same document; the latest one holds."""
    source: str = ""
    """The document that the file's one document is, whatever it calls itself: a version that is brought back."""
    document_id: str = ""
    """Its id, which stays."""
    department_stands: bool = False
    """Its sender adds documents to ``department`` alone: none names another, not even a public one."""
    named_by: str = ""
    """Whose names the file's documents have when no ``sender`` is known: empty for the company's, else a person's."""
    sender: Principal | None = None
    """Who sent it, with the rights of then, by which each of the file's documents gets its name."""
    decided: bool = False
    """A person has decided on ``classification`` and ``department``: nothing raises or lowers them."""
    restored_from: int | None = None
    """The version whose content this is."""
    parts_at_once: int = 2
    """Parts of the file that are taken in side by side."""
    queue: str = ""
    """The task queue of its steps; empty means that of its workflow."""
    carried: "CarriedIngestion | None" = None
    """What an earlier run of its workflow has done."""


class TakenDocument(BaseModel):
    """A document that answers now."""

    document_id: str
    source: str
    title: str
    version: int
    chunks: int
    notes: list[str] = []
    """What was left out of it and why."""
    merged_into: str | None = None
    """The document with the same text and the same readers that answers for it."""
    reasons: list[str] = []
    """Why its class is higher than its sender set it."""


class UnchangedDocument(BaseModel):
    """A document that answers already, with this content and these rights."""

    document_id: str
    source: str


class HeldDocument(BaseModel):
    """A document that nobody reads before a person has confirmed its class, and why."""

    document_id: str
    source: str
    version: int
    suggested: Level
    reasons: list[str]


class SimilarDocument(BaseModel):
    """A document that is nearly the same as another one with the same readers; both answer."""

    document_id: str
    source: str
    similar_to: str
    similarity_score: float


class RefusedDocument(BaseModel):
    """A file or one of its documents that was not taken, and why in one line."""

    source: str
    reason: str


class Counts(BaseModel):
    """Numbers of documents."""

    taken: int = 0
    unchanged: int = 0
    refused: int = 0
    held: int = 0
    merged: int = 0
    """Of those taken."""
    similar: int = 0
    """Of those taken."""


class IngestionReport(BaseModel):
    """What became of the documents of a file, or of a part of them."""

    taken: list[TakenDocument] = []
    unchanged: list[UnchangedDocument] = []
    refused: list[RefusedDocument] = []
    held: list[HeldDocument] = []
    similar: list[SimilarDocument] = []
    counts: Counts = Field(default_factory=Counts)
    chunks: int = 0
    """Passages of the documents that were taken."""
    cancelled: bool = False
    """Somebody stopped it: the documents that it had not begun were not looked at."""

    def add(self, part: "IngestionReport") -> None:
        """Add the report of a part, in place."""
        self.taken = [*self.taken, *part.taken][:LISTED]
        self.unchanged = [*self.unchanged, *part.unchanged][:LISTED]
        self.refused = [*self.refused, *part.refused][:LISTED]
        self.held = [*self.held, *part.held][:LISTED]
        self.similar = [*self.similar, *part.similar][:LISTED]
        mine, others = self.counts.model_dump(), part.counts.model_dump()
        self.counts = Counts(**{name: mine[name] + others[name] for name in mine})
        self.chunks += part.chunks

    @property
    def status(self) -> Literal["completed", "failed", "cancelled"]:
        """``failed`` when nothing of the file answers, nor will when a person confirms its class."""
        if self.cancelled:
            return "cancelled"
        counts = self.counts
        return "completed" if counts.taken or counts.unchanged or counts.held else "failed"


class CarriedIngestion(BaseModel):
    """What one run of an ingestion's workflow hands to the next."""

    first: int
    """The document to go on with."""
    report: IngestionReport
    done_bytes: int
    paused: bool
    worked: timedelta


class DeletionRequest(BaseModel):
    """Remove a document; an upload that was asked for later is not touched."""

    document_id: str
    requested_at: datetime
    requested_by: str | None = None


class DeletionProof(BaseModel):
    """What a query found of a document after it was deleted: zeros, unless it was not deleted at all."""

    document_id: str
    outcome: DeletionOutcome
    versions: int = 0
    chunks: int = 0
    indexed: int = 0
    """Entries in the vector index or in full text."""
    cached: int = 0
    """Entries in caches that were made of it."""
    drafts: int = 0
    """Drafts waiting for review that quoted it and are made anew."""


IngestionRequest.model_rebuild()


def refusal(source: str, reason: str) -> IngestionReport:
    """Return the report of one refusal."""
    return IngestionReport(refused=[RefusedDocument(source=source, reason=reason)], counts=Counts(refused=1))
