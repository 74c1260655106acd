"""The HTTP contract of sources, as the pages read it: fields they use, with defaults."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from ui.knowledge_contract import Level

Change = Literal["sync", "pause", "resume", "remove"]


class Item(BaseModel):
    """One item of a source that was not taken, and why."""

    key: str
    status: str
    reason: str = ""


class Source(BaseModel):
    """A source, how its latest sync went, and the one that runs now."""

    id: str
    name: str
    kind: str
    config: dict[str, Any] = {}
    department: str = ""
    classification: Level = "internal"
    interval_seconds: float = 900
    status: Literal["active", "paused", "removing"] = "active"
    report: dict[str, Any] = {}
    progress: dict[str, Any] | None = None
    items: dict[str, int] = {}
    synced_at: datetime | None = None


class Field(BaseModel):
    """One thing that a kind of source wants to know, from its JSON Schema."""

    name: str
    description: str = ""
    required: bool = False
    default: Any = None


class Kind(BaseModel):
    """A kind of source; ``config`` is the JSON Schema of what it wants to know."""

    name: str
    config: dict[str, Any] = {}

    @property
    def fields(self) -> list[Field]:
        """What it wants to know, what must be said first."""
        required = set(self.config.get("required", []))
        found = [
            Field(
                name=name,
                description=each.get("description", ""),
                required=name in required,
                default=each.get("default"),
            )
            for name, each in self.config.get("properties", {}).items()
        ]
        return sorted(found, key=lambda each: not each.required)
