"""Which passages answer now, for stores that are made of them."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from activities.records.database import Database
from activities.records.models import Chunk, Document

IDS_AT_ONCE = 500
"""Ids in one statement: databases bound the number of parameters."""
PUBLISHED = Document.status == "published"


class Answering:
    """Short reads about what is published; each method raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stamp(self) -> str:
        """Return a word that is another one whenever other passages answer than before."""
        newest = (func.max(Document.updated_at), func.sum(Document.version))
        query = select(func.count(), func.count(Document.merged_into), *newest).where(PUBLISHED)
        return await self._database.query(lambda connection: str(connection.execute(query).one()))

    async def among(self, chunk_ids: Sequence[str]) -> set[str]:
        """Return those of some passages that answer."""

        def read(connection: Connection) -> set[str]:
            found: set[str] = set()
            for start in range(0, len(chunk_ids), IDS_AT_ONCE):
                part = chunk_ids[start : start + IDS_AT_ONCE]
                joined = select(Chunk.id).join(Document, Document.id == Chunk.document_id)
                query = joined.where(PUBLISHED, Document.version == Chunk.version, Chunk.id.in_(part))
                found.update(connection.scalars(query))
            return found

        return await self._database.query(read)
