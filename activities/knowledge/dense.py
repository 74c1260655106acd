"""The vectors of the product: Chroma holds them all, and what is not too many is compared exactly instead."""

import logging
from collections.abc import Hashable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from activities.knowledge.exact import ExactVectors
from activities.knowledge.hits import Hit
from activities.knowledge.shelves import shelves_of
from activities.knowledge.vectors import Vectors
from activities.ports import IndexedChunk, KnowledgeUnavailableError

EXACT_ROWS = 250_000
"""Most rows that one search compares: 40 ms of one core. Beyond, Chroma's graph is asked, which may miss some."""
ROUNDING = 1e-5
"""Chroma makes vectors of length 1 once more, which moves a last digit."""
log = logging.getLogger(__name__)


class VectorIndex(Protocol):
    """Vectors by partition: Chroma alone (``vectors.Vectors``), or with exact ones beside it (``DenseVectors``)."""

    def search(
        self,
        vector: NDArray[np.float32],
        partitions: Sequence[str],
        limit: int,
        documents: Sequence[str] | None = None,
    ) -> list[Hit]:
        """Return the nearest chunks of some partitions, best first; with ``documents`` only of these."""
        ...

    def put(self, partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]) -> None:
        """Add or replace chunks."""
        ...

    def remove(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks from the home of a partition."""
        ...

    def leave(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks that are in another partition now."""
        ...

    def count(self, document_id: str) -> int:
        """Return how many chunks of a document are left."""
        ...

    def size(self) -> int:
        """Return how many chunks there are."""
        ...


class DenseVectors:
    """Writes to both, and asks the exact ones wherever they hold what Chroma holds and are not too many.

    A machine whose folder lacks some of them, because another one wrote them, asks Chroma for these shelves.
    """

    def __init__(self, chroma: Vectors, exact: ExactVectors) -> None:
        """Keep ``exact`` as a second copy of ``chroma``."""
        self._chroma = chroma
        self._exact = exact
        self._complete: dict[str, Hashable] = {}
        self._failing = False

    def search(
        self,
        vector: NDArray[np.float32],
        partitions: Sequence[str],
        limit: int,
        documents: Sequence[str] | None = None,
    ) -> list[Hit]:
        """Return the ``limit`` nearest chunks of ``partitions`` to a unit vector, best first; scores are cosines.

        With ``documents`` only chunks of these.
        """
        found = self._search_exactly(vector, partitions, limit, documents)
        return self._chroma.search(vector, partitions, limit, documents) if found is None else found

    def _search_exactly(
        self, vector: NDArray[np.float32], partitions: Sequence[str], limit: int, documents: Sequence[str] | None
    ) -> list[Hit] | None:
        """Search the exact copy, or return ``None`` when Chroma is to be asked: also when the files are damaged."""
        try:
            if not self._holds(partitions) or self._exact.rows(partitions) > EXACT_ROWS:
                return None
            found = self._exact.search(vector, partitions, limit, documents)
        except KnowledgeUnavailableError as error:
            if not self._failing:
                log.warning("Chroma is asked instead: %s", error)
            self._failing = True
            return None
        self._failing = False
        return found

    def put(self, partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]) -> None:
        """Add chunks with their vectors ``[len(chunks), 384]``, replacing those with the same ids."""
        self._chroma.put(partition, chunks, vectors)
        self._exact.put(partition, [chunk.chunk_id for chunk in chunks], vectors)

    def remove(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks from the home of a partition, whatever their rule; unknown ids do nothing."""
        self._exact.remove(chunk_ids, partition)
        self._chroma.remove(chunk_ids, partition)

    def leave(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks that were put into another partition since, if they still are in this one."""
        self._exact.leave(chunk_ids, partition)
        self._chroma.leave(chunk_ids, partition)

    def count(self, document_id: str) -> int:
        """Return how many chunks of a document can be found in either."""
        return max(self._exact.count(document_id), self._chroma.count(document_id))

    def size(self) -> int:
        """Return the number of vectors that both hold, the smaller of the two."""
        return min(self._exact.size(), self._chroma.size())

    def compare(self, documents: Sequence[str]) -> tuple[int, set[str]]:
        """Return how many chunks of some documents both hold, and those whose vectors are not the same in both."""
        here, there = self._exact.vectors(documents), self._chroma.vectors(documents)
        common = here.keys() & there.keys()
        return len(common), {name for name in common if not np.allclose(here[name], there[name], atol=ROUNDING)}

    def close(self) -> None:
        """Let go of Chroma."""
        self._chroma.close()

    def _holds(self, partitions: Sequence[str]) -> bool:
        """Say whether the exact copy is to be asked: Chroma has no more, or is away and cannot say what it has.

        A shelf that once was whole is written together with Chroma from then on, until it is another one.
        """
        for shelf in shelves_of(partitions):
            mark = self._exact.mark(shelf)
            if shelf in self._complete and self._complete[shelf] == mark:
                continue
            here = self._exact.held(shelf)
            try:
                there = self._chroma.held(shelf)
            except KnowledgeUnavailableError:
                if not here:
                    raise
                continue
            if here < there:
                return False
            if here == there:  # one that has more is asked, and compared once more at the next search
                self._complete[shelf] = mark
        return True
