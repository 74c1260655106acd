"""The index of all chunks: their vectors and their full text, written together."""

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from activities.knowledge.dense import VectorIndex
from activities.knowledge.fulltext import FullText
from activities.ports import IndexedChunk


class ChunkIndex:
    """Puts chunks into both halves and takes them out; repeating either does no harm.

    Each method raises ``KnowledgeUnavailableError`` when one half cannot do it now.
    """

    def __init__(self, vectors: VectorIndex, fulltext: FullText) -> None:
        """Write to these two."""
        self._vectors = vectors
        self._fulltext = fulltext

    async def put(self, partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]) -> None:
        """Add chunks with their vectors ``[len(chunks), 384]``, replacing those with the same ids.

        Raises ``ValueError`` when the numbers differ.
        """
        if len(chunks) != len(vectors):
            raise ValueError(f"{len(chunks)} chunks came with {len(vectors)} vectors: embed each chunk once.")
        if chunks:
            await asyncio.to_thread(self._vectors.put, partition, chunks, vectors)
            await asyncio.to_thread(self._fulltext.put, partition, chunks)

    async def leave(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Take chunks that were put into another partition of their home since out of their former one."""
        await asyncio.to_thread(self._vectors.leave, chunk_ids, partition)

    async def remove(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks from the home of a partition, whatever their access rule; unknown ids do nothing."""
        if chunk_ids:
            await asyncio.to_thread(self._fulltext.remove, chunk_ids, partition)
            await asyncio.to_thread(self._vectors.remove, chunk_ids, partition)

    async def clear(self) -> None:
        """Take out everything, known or not, readable or damaged."""
        await asyncio.to_thread(self._fulltext.clear)
        await asyncio.to_thread(self._vectors.clear)

    async def count(self, document_id: str) -> int:
        """Return how many entries of a document are left in either half: 0 proves that nothing of it answers."""
        found = [await asyncio.to_thread(half.count, document_id) for half in (self._vectors, self._fulltext)]
        return max(found)

    async def size(self) -> int:
        """Return the number of chunks that full text and vectors hold, the smaller of the two."""
        sizes = [await asyncio.to_thread(half.size) for half in (self._vectors, self._fulltext)]
        return min(sizes)
