"""The audit trail: one row a turn, for those who must answer for what was said."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from activities.records.database import Database
from activities.records.ledger import upsert_audit
from activities.records.models import AuditRow
from activities.records.paging import behind, latest_first

ORDER = (AuditRow.created_at, AuditRow.turn_id)


@dataclass(frozen=True)
class AuditFilter:
    """Which rows to list; None means any. ``since`` is included, ``until`` is not."""

    user_id: str | None = None
    conversation_id: str | None = None
    outcome: str | None = None
    engine: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    behind_id: str | None = None
    """With it, what follows the row of that id, at the moment ``until`` and before."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the filter as SQL conditions."""
        names = ("user_id", "conversation_id", "outcome", "engine")
        found = [getattr(AuditRow, name) == value for name in names if (value := getattr(self, name)) is not None]
        if self.since is not None:
            found.append(AuditRow.created_at >= self.since)
        if self.until is not None:
            found.append(behind(ORDER, self.until, self.behind_id))
        return found


EVERYTHING = AuditFilter()


class AuditTrail:
    """All SQL about audit rows; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def upsert_audit(self, row: AuditRow) -> None:
        """Write the turn's one row, or bring the columns that ``row`` sets up to date in it."""
        statement = upsert_audit(self._database.dialect, row)
        await self._database.transact(lambda connection: connection.execute(statement))

    async def get(self, turn_id: str) -> AuditRow | None:
        """Return the row of a turn; None when there is none."""
        async with self._database.read() as session:
            return await session.get(AuditRow, turn_id)

    async def list_rows(self, which: AuditFilter = EVERYTHING, *, limit: int = 100) -> list[AuditRow]:
        """Return the rows that match, the latest first; page on with ``until`` and ``behind_id`` of the last row."""
        query = select(AuditRow).where(*which.conditions())
        async with self._database.read() as session:
            found = await session.scalars(query.order_by(*latest_first(ORDER)).limit(limit))
            return list(found)
