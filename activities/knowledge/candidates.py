"""Chunks ranked before any text is read: both halves asked at once inside the reader's partitions, and fused."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from activities import spans
from activities.knowledge.dense import VectorIndex
from activities.knowledge.fulltext import FullText
from activities.knowledge.fusion import Candidate, fuse
from activities.knowledge.half import Half
from activities.knowledge.hits import Hit
from activities.ports import Embedder, KnowledgeUnavailableError, SearchMode


@dataclass(frozen=True)
class Ranking:
    """Candidates best first, and how many chunks that the reader may not see are among the best by words."""

    candidates: list[Candidate]
    denied_count: int


class CandidateSearch:
    """Ranks chunks by meaning and by words."""

    def __init__(self, embedder: Embedder, vectors: VectorIndex, fulltext: FullText) -> None:
        """Search these."""
        self._embedder = embedder
        self._vectors = vectors
        self._fulltext = fulltext
        self._dense = Half("vectors")
        self._lexical = Half("full text")

    async def rank(
        self, query: str, partitions: Sequence[str], *, limit: int, k: int, mode: SearchMode = "hybrid"
    ) -> Ranking:
        """Return what each half finds among its first ``limit`` of ``partitions``; denied are counted among ``k``.

        A half that cannot be used leaves the search to the other. Raises ``KnowledgeUnavailableError`` when none can.
        """
        dense, lexical = await asyncio.gather(
            self._dense.ask(lambda: self._search_dense(query, partitions, limit)) if mode != "lexical" else absent(),
            self._lexical.ask(lambda: self._search_lexical(query, partitions, limit, k))
            if mode != "dense"
            else absent(),
        )
        if dense is None and lexical is None:
            raise KnowledgeUnavailableError(f"No {mode} search is possible now: the index does not answer.")
        readable, everywhere = lexical or (None, [])
        known = {hit.chunk_id for hit in readable or ()}
        return Ranking(fuse(dense, readable), sum(hit.chunk_id not in known for hit in everywhere))

    def _search_dense(self, query: str, partitions: Sequence[str], limit: int) -> list[Hit]:
        with spans.embedding():
            vector = self._embedder.embed([query])[0]
        return self._vectors.search(vector, partitions, limit)

    def _search_lexical(self, query: str, partitions: Sequence[str], limit: int, k: int) -> tuple[list[Hit], list[Hit]]:
        """Return the readable hits, and the first ``k`` of all: those among them that are not readable were denied."""
        return self._fulltext.search(query, partitions, limit), self._fulltext.search(query, None, k)


async def absent() -> None:
    """Stand for a half that was not asked."""
