"""What an ingestion is asked, and what it says it did: these cross Temporal and HTTP."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from activities.ports import Level

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
    created_by: str | None = None
    requested_at: datetime
    """Orders uploads and deletions of the same document; the latest one holds."""


class TakenDocument(BaseModel):
    """A document that answers now."""

    document_id: str
    source: str
    title: str
    version: int
    chunks: int
    notes: list[str] = []
    """What was left out of it and why."""


class UnchangedDocument(BaseModel):
    """A document that answers already, with this content and these rights."""

    document_id: str
    source: str


class RefusedDocument(BaseModel):
    """A file or one of its documents that was not taken, and why in one line."""

    source: str
    reason: str


class Counts(BaseModel):
    """Numbers of documents."""

    taken: int = 0
    unchanged: int = 0
    refused: int = 0


class IngestionReport(BaseModel):
    """What became of the documents of a file, or of a part of them."""

    taken: list[TakenDocument] = []
    unchanged: list[UnchangedDocument] = []
    refused: list[RefusedDocument] = []
    counts: Counts = Field(default_factory=Counts)

    def add(self, part: "IngestionReport") -> None:
        """Add the report of a part, in place."""
        self.taken = [*self.taken, *part.taken][:LISTED]
        self.unchanged = [*self.unchanged, *part.unchanged][:LISTED]
        self.refused = [*self.refused, *part.refused][:LISTED]
        self.counts = Counts(
            taken=self.counts.taken + part.counts.taken,
            unchanged=self.counts.unchanged + part.counts.unchanged,
            refused=self.counts.refused + part.counts.refused,
        )

    @property
    def status(self) -> Literal["completed", "failed"]:
        """``failed`` when nothing of the file answers."""
        return "completed" if self.counts.taken or self.counts.unchanged else "failed"


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


def refusal(source: str, reason: str) -> IngestionReport:
    """Return the report of one refusal."""
    return IngestionReport(refused=[RefusedDocument(source=source, reason=reason)], counts=Counts(refused=1))
