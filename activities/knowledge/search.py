"""Hybrid search: vectors and full text side by side, both inside the reader's partitions, fused, then read."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from activities.knowledge.fulltext import FullText
from activities.knowledge.fusion import Candidate, fuse
from activities.knowledge.half import Half
from activities.knowledge.hits import Hit
from activities.knowledge.passages import Sessions, load_passages
from activities.knowledge.vectors import Vectors
from activities.ports import Embedder, KnowledgeUnavailableError, Passage, ReadScope, SearchMode, SearchResult

CANDIDATES = 50
"""Chunks that each half may name; the ranks after that move nothing into the first ten."""


class HybridSearch:
    """``ports.Knowledge`` over both halves of the index and the texts in records."""

    def __init__(self, sessions: Sessions, embedder: Embedder, vectors: Vectors, fulltext: FullText) -> None:
        """Search these; ``sessions`` opens a session to read texts with."""
        self._sessions = sessions
        self._embedder = embedder
        self._vectors = vectors
        self._fulltext = fulltext
        self._dense = Half("vectors")
        self._lexical = Half("full text")

    async def search(self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid") -> SearchResult:
        """Return at most ``k`` passages that ``scope`` may read, best first.

        A half that cannot be used leaves the search to the other. Raises ``KnowledgeUnavailableError`` when nothing
        can answer.
        """
        dense, lexical, everywhere = await self._ask_halves(query, scope, max(CANDIDATES, 2 * k), k, mode)
        passages = await self._read(fuse(dense, lexical), scope, k)
        readable = {hit.chunk_id for hit in lexical or ()}
        denied = sum(hit.chunk_id not in readable for hit in everywhere) if lexical is not None else 0
        return SearchResult(passages, denied)

    async def passages(self, chunk_ids: Sequence[str], scope: ReadScope) -> list[Passage]:
        """Return the texts of known passages, those still published and readable, in the order asked."""
        found = await load_passages(self._sessions, chunk_ids, scope)
        return [found[chunk_id] for chunk_id in chunk_ids if chunk_id in found]

    async def _ask_halves(
        self, query: str, scope: ReadScope, limit: int, k: int, mode: SearchMode
    ) -> tuple[list[Hit] | None, list[Hit] | None, list[Hit]]:
        dense, lexical = await asyncio.gather(
            self._dense.ask(lambda: self._search_dense(query, scope, limit)) if mode != "lexical" else absent(),
            self._lexical.ask(lambda: self._search_lexical(query, scope, limit, k)) if mode != "dense" else absent(),
        )
        if dense is None and lexical is None:
            raise KnowledgeUnavailableError(f"No search by {mode!r} is possible now: the index does not answer.")
        found, everywhere = lexical or (None, [])
        return dense, found, everywhere

    def _search_dense(self, query: str, scope: ReadScope, limit: int) -> list[Hit]:
        return self._vectors.search(self._embedder.embed([query])[0], scope.partitions, limit)

    def _search_lexical(self, query: str, scope: ReadScope, limit: int, k: int) -> tuple[list[Hit], list[Hit]]:
        """Return the readable hits, and the first ``k`` of all: those among them that are not readable were denied."""
        return self._fulltext.search(query, scope.partitions, limit), self._fulltext.search(query, None, k)

    async def _read(self, candidates: Sequence[Candidate], scope: ReadScope, k: int) -> list[Passage]:
        """Read texts, best first, until ``k`` answer; a version that is being replaced has chunks that do not."""
        passages: list[Passage] = []
        for start in range(0, len(candidates), 2 * k):
            batch = candidates[start : start + 2 * k]
            found = await load_passages(self._sessions, [candidate.chunk_id for candidate in batch], scope)
            passages += [with_scores(found[c.chunk_id], c) for c in batch if c.chunk_id in found]
            if len(passages) >= k:
                break
        return passages[:k]


async def absent() -> None:
    """Stand for a half that was not asked."""


def with_scores(passage: Passage, candidate: Candidate) -> Passage:
    """Return the passage with what it scored."""
    return replace(
        passage,
        score=candidate.score,
        dense_score=candidate.dense_score,
        lexical_score=candidate.lexical_score,
    )
