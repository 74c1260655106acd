"""What an ingestion that was given up leaves behind, and what of the derived stores goes with chunks that leave."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, func, select, update

from activities.records.database import Database
from activities.records.models import Chunk, Document

ROWS_AT_ONCE = 500
"""Ids in one statement: databases bound the number of parameters."""


class Leftovers:
    """SQL about chunks that leave; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def withdraw(self, document_ids: Sequence[str], requested_at: datetime) -> None:
        """Take back what a request staged and did not publish: what answers goes on answering, the rest never will.

        The request counts as overtaken from then on, so that a worker that was thought dead publishes nothing of it.
        """
        overtaken = {
            "requested_at": requested_at + timedelta(microseconds=1),
            "status": case((Document.status == "pending", "deleted"), else_=Document.status),
        }

        def write(connection: Connection) -> None:
            for part in _portions(document_ids):
                asked = (Document.id.in_(part), Document.requested_at == requested_at)
                connection.execute(update(Document).where(*asked).values(overtaken))

        await self._database.transact(write)

    async def unshared_hashes(self, chunk_ids: Sequence[str]) -> list[str]:
        """Return the content hashes that no chunk but these has."""

        def read(connection: Connection) -> list[str]:
            mine: Counter[str] = Counter()
            for part in _portions(chunk_ids):
                mine.update(connection.scalars(select(Chunk.content_hash).where(Chunk.id.in_(part))))
            everyones: dict[str, int] = {}
            for part in _portions(sorted(mine)):
                counted = select(Chunk.content_hash, func.count()).where(Chunk.content_hash.in_(part))
                everyones |= {row[0]: row[1] for row in connection.execute(counted.group_by(Chunk.content_hash))}
            return [key for key, count in mine.items() if everyones.get(key, 0) <= count]

        return await self._database.transact(read)

    async def hashes_of(self, document_id: str) -> list[str]:
        """Return the content hashes of a document's chunks, of all its versions that have some."""
        query = select(Chunk.content_hash).where(Chunk.document_id == document_id).distinct()
        return await self._database.transact(lambda connection: list(connection.scalars(query)))

    async def held_by_none(self, hashes: Sequence[str], *, but: str) -> list[str]:
        """Return those of some content hashes that no chunk of any document but one has."""

        def read(connection: Connection) -> list[str]:
            held: set[str] = set()
            for part in _portions(hashes):
                others = select(Chunk.content_hash).where(Chunk.content_hash.in_(part), Chunk.document_id != but)
                held.update(connection.scalars(others.distinct()))
            return [key for key in hashes if key not in held]

        return await self._database.transact(read)


def _portions(values: Collection[str]) -> list[list[str]]:
    listed = list(values)
    return [listed[start : start + ROWS_AT_ONCE] for start in range(0, len(listed), ROWS_AT_ONCE)]
