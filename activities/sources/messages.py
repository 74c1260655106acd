"""What a sync is asked and what it says: these cross Temporal and HTTP, and hold no secret and no text."""

from datetime import datetime

from pydantic import BaseModel

from activities.knowledge.reports import IngestionRequest


class Listed(BaseModel):
    """What a listing found."""

    listed: int = 0
    to_take: int = 0
    to_delete: int = 0
    skipped: int = 0


class Removal(BaseModel):
    """Documents to be deleted for an item that is gone."""

    item_id: str
    document_ids: list[str]


class Work(BaseModel):
    """The next items to take, by id, and the next to remove."""

    take: list[str] = []
    remove: list[Removal] = []


class Opened(BaseModel):
    """An item whose content is here: what to start its ingestion with, or why there is none."""

    item_id: str
    fingerprint: str = ""
    rights: str = ""
    request: IngestionRequest | None = None
    reason: str = ""
    gone: bool = False
    again: bool = False
    """Whether the next sync tries once more."""


class Settled(BaseModel):
    """What a batch came to, and which documents are left over: of a file that holds fewer now, or has another name."""

    taken: int = 0
    refused: int = 0
    failed: int = 0
    gone: int = 0
    leftover: list[str] = []


class SyncReport(BaseModel):
    """How a sync went, while it runs and after."""

    number: int = 0
    phase: str = "waiting"
    """``waiting``, ``listing``, ``checking rights``, ``taking``, ``removing`` or ``paused``."""
    listed: int = 0
    to_take: int = 0
    taken: int = 0
    refused: int = 0
    failed: int = 0
    removed: int = 0
    skipped: int = 0
    rights_changed: int = 0
    error: str = ""
    """Why the source could not be read to its end; what was listed before holds, and nothing was removed for it."""
    busy_seconds: float = 0
    """For how long the source asked to be left alone, when it did."""
    started_at: datetime | None = None
    finished_at: datetime | None = None
