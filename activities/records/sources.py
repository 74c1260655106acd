"""All SQL about sources themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from activities.records.database import Database, utc_now
from activities.records.source_tables import Source, SourceItem, SourcePush


class SourceNameTakenError(Exception):
    """There is a source of this name."""


class Sources:
    """Rows of ``sources``; every method raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, **columns: Any) -> Source:
        """Write a new source. Raises ``SourceNameTakenError``."""
        row = Source(id=uuid4().hex, status="active", cursor={}, report={}, created_at=utc_now(), **columns)
        try:
            async with self._database.write() as session:
                session.add(row)
        except IntegrityError as error:
            raise SourceNameTakenError(f"there is a source {row.name!r} already") from error
        return row

    async def get(self, source_id: str) -> Source | None:
        """Return a source by its id; None when there is none."""
        async with self._database.read() as session:
            return await session.get(Source, source_id)

    async def find(self, name: str) -> Source | None:
        """Return a source by its name; None when there is none."""
        async with self._database.read() as session:
            return await session.scalar(select(Source).where(Source.name == name))

    async def list(self) -> Sequence[Source]:
        """Return all sources by name."""
        async with self._database.read() as session:
            return (await session.scalars(select(Source).order_by(Source.name))).all()

    async def set_status(self, source_id: str, status: str) -> None:
        """Write what a source is to do."""
        await self._update(source_id, status=status)

    async def set_mark(self, source_id: str, mark: str) -> None:
        """Write how a watched source was seen."""
        await self._update(source_id, mark=mark)

    async def finish_sync(self, source_id: str, report: dict[str, Any]) -> None:
        """Write how a sync ended."""
        await self._update(source_id, report=report, synced_at=utc_now())

    async def counts(self, source_id: str) -> dict[str, int]:
        """Return how many items have each status."""
        query = select(SourceItem.status, func.count()).where(SourceItem.source_id == source_id)
        async with self._database.read() as session:
            rows = await session.execute(query.group_by(SourceItem.status))
            return {row.status: int(row[1]) for row in rows}

    async def items(self, source_id: str, status: str, limit: int, offset: int) -> Sequence[SourceItem]:
        """Return items by key; all statuses when ``status`` is empty."""
        query = select(SourceItem).where(SourceItem.source_id == source_id)
        query = query.where(SourceItem.status == status) if status else query
        async with self._database.read() as session:
            return (await session.scalars(query.order_by(SourceItem.key).limit(limit).offset(offset))).all()

    async def forget(self, source_id: str) -> None:
        """Delete a source with its items."""
        async with self._database.write() as session:
            for table in (SourcePush, SourceItem):
                await session.execute(delete(table).where(table.source_id == source_id))
            await session.execute(delete(Source).where(Source.id == source_id))

    async def forget_pushes(self, before: datetime) -> None:
        """Delete marks of webhooks that are too old to be taken again."""
        async with self._database.write() as session:
            await session.execute(delete(SourcePush).where(SourcePush.received_at < before))

    async def _update(self, source_id: str, **changes: Any) -> None:
        async with self._database.write() as session:
            await session.execute(update(Source).where(Source.id == source_id).values(**changes))
