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
    """Candidates best first; ``whole`` when every half that was asked has answered."""

    candidates: list[Candidate]
    whole: bool


class CandidateSearch:
    """Ranks chunks by meaning and by words."""

    def __init__(
        self, embedder: Embedder, vectors: VectorIndex, fulltext: FullText, half_seconds: float | None = None
    ) -> None:
        """Search these; ``half_seconds`` is how long one half is waited for, the usual time when left out."""
        self._embedder = embedder
        self._vectors = vectors
        self._fulltext = fulltext
        self._dense = Half("vectors", half_seconds)
        self._lexical = Half("full text", half_seconds)

    async def rank(
        self,
        query: str,
        partitions: Sequence[str],
        *,
        limit: int,
        mode: SearchMode = "hybrid",
        documents: Sequence[str] | None = None,
    ) -> Ranking:
        """Return what each half finds among its first ``limit`` of ``partitions``, best first.

        With ``documents`` only passages of these. A half that cannot be used leaves the search to the other. Raises
        ``KnowledgeUnavailableError`` when none can.
        """
        dense, lexical = await asyncio.gather(
            self._dense.ask(lambda: self._search_dense(query, partitions, limit, documents))
            if mode != "lexical"
            else absent(),
            self._lexical.ask(lambda: self._fulltext.search(query, partitions, limit, documents))
            if mode != "dense"
            else absent(),
        )
        if dense is None and lexical is None:
            raise KnowledgeUnavailableError(f"No {mode} search is possible now: the index does not answer.")
        whole = (dense is not None or mode == "lexical") and (lexical is not None or mode == "dense")
        return Ranking(fuse(dense, lexical), whole)

    async def count_denied(self, query: str, partitions: Sequence[str], best: int) -> int:
        """Return how many of the ``best`` passages by words, of the whole index, are in none of ``partitions``.

        For the audit row and nobody else; 0 when full text does not answer.
        """
        return await self._lexical.ask(lambda: self._fulltext.count_denied(query, partitions, best)) or 0

    def _search_dense(
        self, query: str, partitions: Sequence[str], limit: int, documents: Sequence[str] | None
    ) -> list[Hit]:
        with spans.embedding():
            vector = self._embedder.embed([query])[0]
        return self._vectors.search(vector, partitions, limit, documents)


async def absent() -> None:
    """Stand for a half that was not asked."""
