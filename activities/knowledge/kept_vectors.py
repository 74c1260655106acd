"""The vectors kept on disk as caches that join a deletion: they go with the last document that has their text."""

import asyncio

from activities.knowledge.embedding_cache import EmbeddingCache
from activities.knowledge.unit_vectors import UnitVectors
from activities.records.database import Database
from activities.records.leftovers import Leftovers


class KeptVectors:
    """``deletion.DocumentCache`` over the file of vectors.

    Which they are is noted beside them first, because the passages are gone when the proof is made. Each method raises
    ``KnowledgeUnavailableError`` and ``DatabaseUnavailableError``.
    """

    def __init__(self, database: Database, cache: EmbeddingCache) -> None:
        """Forget in ``cache`` what no passage in ``database`` has any more."""
        self._leftovers = Leftovers(database)
        self._cache = cache

    async def forget(self, document_id: str) -> None:
        """Note and remove the vectors of a document's texts that no other document has."""
        hashes = await self._leftovers.hashes_of(document_id)
        await asyncio.to_thread(self._cache.condemn, document_id, hashes)
        await asyncio.to_thread(self._cache.forget, await self._leftovers.held_by_none(hashes, but=document_id))

    async def count(self, document_id: str) -> int:
        """Return how many vectors of texts that only this document had are left; with none left the notes go too."""
        kept = await asyncio.to_thread(self._cache.condemned, document_id)
        left = await self._leftovers.held_by_none(kept, but=document_id)
        if not left:
            await asyncio.to_thread(self._cache.acquit, document_id)
        return len(left)


class KeptUnits:
    """``deletion.DocumentCache`` over the vectors of pieces; each method raises ``KnowledgeUnavailableError``."""

    def __init__(self, units: UnitVectors) -> None:
        self._units = units

    async def forget(self, document_id: str) -> None:
        """Remove what is kept of a document's passages."""
        await asyncio.to_thread(self._units.forget_document, document_id)

    async def count(self, document_id: str) -> int:
        """Return of how many of its passages something is kept."""
        return await asyncio.to_thread(self._units.count, document_id)
