"""Turns: each customer message and what became of it."""

from sqlalchemy import select

from activities.records.database import Database
from activities.records.ledger import upsert_turn
from activities.records.models import Turn


class Turns:
    """All SQL about turns; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def upsert_turn(self, turn: Turn) -> None:
        """Write the columns that ``turn`` sets, as often as asked; a finished turn is never made unfinished."""
        await self._database.transact(lambda connection: connection.execute(upsert_turn(self._database.dialect, turn)))

    async def get(self, turn_id: str) -> Turn | None:
        """Return the turn; None when it is unknown."""
        async with self._database.read() as session:
            return await session.get(Turn, turn_id)

    async def list_for(self, conversation_id: str, *, after: int = 0, limit: int | None = None) -> list[Turn]:
        """Return the conversation's turns in order, those numbered above ``after``."""
        query = select(Turn).where(Turn.conversation_id == conversation_id, Turn.number > after)
        async with self._database.read() as session:
            return list(await session.scalars(query.order_by(Turn.number).limit(limit)))
