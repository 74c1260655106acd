"""Saved searches: each belongs to one person, under a name of theirs."""

from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select, update

from activities.records.database import Database, utc_now
from activities.records.search_tables import SavedSearch

MOST = 100
"""Searches that one person may keep."""


class TooManySearchesError(Exception):
    """Somebody has as many saved searches as are kept."""


class SavedSearches:
    """All SQL about saved searches; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_for(self, person_id: str) -> list[SavedSearch]:
        """Return somebody's searches by name."""
        query = select(SavedSearch).where(SavedSearch.person_id == person_id).order_by(SavedSearch.name)
        async with self._database.read() as session:
            return list(await session.scalars(query))

    async def save(self, person_id: str, name: str, request: dict[str, Any]) -> SavedSearch:
        """Keep a search; one of the same name is replaced. Raises ``TooManySearchesError``."""
        mine = (SavedSearch.person_id == person_id, SavedSearch.name == name)
        row = SavedSearch(id=uuid4().hex, person_id=person_id, name=name, request=request, created_at=utc_now())
        async with self._database.write() as session:
            replaced = update(SavedSearch).where(*mine).values(request=request).returning(SavedSearch)
            known = (await session.scalars(replaced)).first()
            if known is not None:
                return known
            count = select(func.count()).where(SavedSearch.person_id == person_id)
            if (await session.scalar(count) or 0) >= MOST:
                raise TooManySearchesError(f"{MOST} searches are kept; remove one first")
            session.add(row)
        return row

    async def remove(self, person_id: str, search_id: str) -> bool:
        """Forget a search; False when it is not one of theirs."""
        mine = (SavedSearch.id == search_id, SavedSearch.person_id == person_id)
        async with self._database.write() as session:
            return (
                await session.execute(delete(SavedSearch).where(*mine).returning(SavedSearch.id))
            ).first() is not None
