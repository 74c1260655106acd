"""What crosses this door about sources."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from activities.ports import Level
from activities.sources.messages import SyncReport
from activities.sources.rights import RightsRule
from api.schemas import Request, Word

SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
ItemStatus = Literal["new", "taken", "refused", "skipped", "failed"]


class NewSource(Request):
    """A source to read from now on. ``config`` depends on ``kind``; secrets are named in it, never written."""

    name: SourceName
    kind: Word
    config: dict[str, Any]
    department: Word = "support"
    classification: Level = "internal"
    rights: list[RightsRule] = Field(default=[], max_length=200)
    interval_seconds: float = Field(default=900, ge=10, le=30 * 86400)


class SourceView(BaseModel):
    """A source, and how its latest sync went."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    name: str
    kind: str
    config: dict[str, Any]
    department: str
    classification: Level
    rights: list[RightsRule]
    interval_seconds: float
    status: Literal["active", "paused", "removing"]
    report: dict[str, Any]
    created_at: datetime
    synced_at: datetime | None


class SourceDetail(SourceView):
    """A source with the sync that runs now, and how many of its items have each status."""

    progress: SyncReport | None
    items: dict[str, int]


class SourceItemView(BaseModel):
    """One item of a source, and why it is as it is."""

    model_config = ConfigDict(from_attributes=True)
    key: str
    status: ItemStatus
    reason: str
    document: str
    rights: str
    readers: list[str] | None
    updated_at: datetime


class SourceItemPage(BaseModel):
    """Items by key; ``next_offset`` continues the list and is absent on the last page."""

    items: list[SourceItemView]
    next_offset: int | None = None


class SourceKindView(BaseModel):
    """A kind of source that may be added, and the JSON Schema of its ``config``."""

    name: str
    has_readers: bool
    """Whether the source itself says who may read an item."""
    watched: bool
    """Whether changes are noticed between two syncs."""
    config: dict[str, Any]


class SourceTold(BaseModel):
    """A source that was told what to do; its progress shows when it does."""

    name: str


class PushTaken(BaseModel):
    """A message that was taken; its document follows within seconds."""

    message_id: str
