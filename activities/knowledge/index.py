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

    Each method raises ``KnowledgeUnavailableError`` when one half cannot do it now; those that end in ``now`` block.
    """

    def __init__(self, vectors: VectorIndex, fulltext: FullText) -> None:
        """Write to these two."""
        self._vectors = vectors
        self._fulltext = fulltext

    async def put(self, partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]) -> None:
        """Add chunks with their vectors ``[len(chunks), 384]``, replacing those with the same ids.

        Raises ``ValueError`` when the numbers differ.
        """
        await asyncio.to_thread(self.put_now, partition, chunks, vectors)

    async def leave(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Take chunks that were put into another partition of their home since out of their former one."""
        await asyncio.to_thread(self.leave_now, chunk_ids, partition)

    async def remove(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks from the home of a partition, whatever their access rule; unknown ids do nothing."""
        await asyncio.to_thread(self.remove_now, chunk_ids, partition)

    async def count(self, document_id: str) -> int:
        """Return how many entries of a document are left in either half: 0 proves that nothing of it answers."""
        return await asyncio.to_thread(self.count_now, document_id)

    async def size(self) -> int:
        """Return the number of chunks that full text and vectors hold, the smaller of the two."""
        sizes = [await asyncio.to_thread(half.size) for half in (self._vectors, self._fulltext)]
        return min(sizes)

    def put_now(self, partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]) -> None:
        """As ``put``."""
        if len(chunks) != len(vectors):
            raise ValueError(f"{len(chunks)} chunks came with {len(vectors)} vectors: embed each chunk once.")
        if chunks:
            self._vectors.put(partition, chunks, vectors)
            self._fulltext.put(partition, chunks)

    def leave_now(self, chunk_ids: Sequence[str], partition: str) -> None:
        """As ``leave``."""
        self._vectors.leave(chunk_ids, partition)

    def remove_now(self, chunk_ids: Sequence[str], partition: str) -> None:
        """As ``remove``."""
        if chunk_ids:
            self._fulltext.remove(chunk_ids, partition)
            self._vectors.remove(chunk_ids, partition)

    def outdate_now(self) -> None:
        """Make a commit with nothing in it: what is remembered by the commit, rankings that is, is made anew."""
        self._fulltext.purge([])

    def count_now(self, document_id: str) -> int:
        """As ``count``."""
        return max(self._vectors.count(document_id), self._fulltext.count(document_id))
