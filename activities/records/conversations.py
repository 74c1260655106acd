"""Conversations: who owns them, whether they are open, how they were rated."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from activities.records.database import Database, utc_now
from activities.records.models import Conversation
from activities.records.paging import behind, latest_first
from activities.records.upsert import insert_once

ORDER = (Conversation.updated_at, Conversation.id)
TITLE_CHARACTERS = 200


class Conversations:
    """All SQL about conversations; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_if_absent(
        self, conversation_id: str, owner_id: str, title: str = "", details: dict[str, Any] | None = None
    ) -> Conversation:
        """Create an open conversation, or return the one that is there; check its ``owner_id``.

        ``title`` is cut to 200 characters; ``details`` is the caller's own metadata.
        """
        now = utc_now()
        row = Conversation(
            id=conversation_id,
            owner_id=owner_id,
            title=title[:TITLE_CHARACTERS],
            details=details or {},
            created_at=now,
            updated_at=now,
        )

        def write(connection: Connection) -> Conversation:
            connection.execute(insert_once(self._database.dialect, row))
            found = _read(connection, conversation_id)
            assert found is not None
            return found

        return await self._database.transact(write)

    async def get(self, conversation_id: str) -> Conversation | None:
        """Return the conversation; None when it is unknown."""
        return await self._database.query(lambda connection: _read(connection, conversation_id))

    async def list_for(
        self, owner_id: str, *, limit: int = 50, before: datetime | None = None, before_id: str | None = None
    ) -> list[Conversation]:
        """Return the owner's conversations, the latest touched first; with ``before`` those touched before.

        ``before_id`` adds those that were touched at that moment and follow the one of that id.
        """
        query = select(Conversation).where(Conversation.owner_id == owner_id)
        if before is not None:
            query = query.where(behind(ORDER, before, before_id))
        async with self._database.read() as session:
            return list(await session.scalars(query.order_by(*latest_first(ORDER)).limit(limit)))

    async def touch(self, conversation_id: str) -> None:
        """Note that something happened in the conversation just now."""
        await self._set(conversation_id)

    async def close(self, conversation_id: str, at: datetime | None = None) -> bool:
        """Close the conversation; False when it is unknown or was closed before, whose time then stays."""
        closed_at = at or utc_now()
        query = update(Conversation).where(Conversation.id == conversation_id, Conversation.status == "open")
        async with self._database.write() as session:
            done = await session.execute(
                query.values(status="closed", closed_at=closed_at, updated_at=closed_at).returning(Conversation.id)
            )
            return done.first() is not None

    async def rate(self, conversation_id: str, score: int, comment: str | None = None) -> bool:
        """Keep the customer's rating, 1 to 5; a later one replaces it. False when the conversation is unknown."""
        return await self._set(conversation_id, score=score, comment=comment)

    async def _set(self, conversation_id: str, **values: Any) -> bool:
        query = update(Conversation).where(Conversation.id == conversation_id).values(updated_at=utc_now(), **values)
        async with self._database.write() as session:
            return (await session.execute(query.returning(Conversation.id))).first() is not None


def _read(connection: Connection, conversation_id: str) -> Conversation | None:
    with Session(connection, expire_on_commit=False) as session:
        return session.get(Conversation, conversation_id)
