"""The audit trail of the knowledge: what was done to which document, when, by whom, and with what proof."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select

from activities.records.database import Database, utc_now
from activities.records.knowledge_tables import KnowledgeEvent
from activities.records.paging import behind, latest_first
from activities.records.upsert import insert_once

ORDER = (KnowledgeEvent.at, KnowledgeEvent.id)
KnowledgeAction = Literal[
    "document.published",
    "document.restored",
    "document.held",
    "document.reclassified",
    "document.changed",
    "document.deletion_requested",
    "document.deleted",
    "knowledge.restored",
    "knowledge.checked",
]
"""``knowledge.restored`` and ``knowledge.checked`` are about no document: a backup was put in place of all of them, or
the index was compared with all of them and repaired."""


@dataclass(frozen=True)
class Happened:
    """One event; ``occasion`` tells apart what may happen to the same version more than once."""

    action: KnowledgeAction
    document_id: str
    version: int | None = None
    actor_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    occasion: str = ""

    @property
    def id(self) -> str:
        """The row's id: a step that is run again writes the row that is there."""
        return ":".join((self.document_id, str(self.version or ""), self.action, self.occasion))


def record_event(connection: Connection, event: Happened) -> None:
    """Write an event once, in the transaction of what it tells about."""
    row = KnowledgeEvent(
        id=event.id,
        at=utc_now(),
        action=event.action,
        document_id=event.document_id,
        version=event.version,
        actor_id=event.actor_id,
        details=dict(event.details),
    )
    connection.execute(insert_once(connection.dialect.name, row))


@dataclass(frozen=True)
class EventFilter:
    """Which events to list; None means any. ``since`` is included, ``until`` is not."""

    document_id: str | None = None
    actor_id: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    behind_id: str | None = None
    """With it, what follows the event of that id, at the moment ``until`` and before."""


class KnowledgeTrail:
    """Reads the trail; each method raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, event: Happened) -> None:
        """Write an event once, in a transaction of its own."""
        await self._database.transact(lambda connection: record_event(connection, event))

    async def list_events(self, which: EventFilter, *, limit: int = 100) -> list[KnowledgeEvent]:
        """Return the events that match, the latest first; page on with ``until`` and ``behind_id`` of the last one."""
        query = select(KnowledgeEvent)
        for name in ("document_id", "actor_id", "action"):
            if (value := getattr(which, name)) is not None:
                query = query.where(getattr(KnowledgeEvent, name) == value)
        if which.since is not None:
            query = query.where(KnowledgeEvent.at >= which.since)
        if which.until is not None:
            query = query.where(behind(ORDER, which.until, which.behind_id))
        async with self._database.read() as session:
            found = await session.scalars(query.order_by(*latest_first(ORDER)).limit(limit))
            return list(found)
