"""Hybrid search: candidates ranked inside the reader's rights, then their texts, from records."""

from collections.abc import Sequence
from dataclasses import replace

from activities.knowledge.candidates import CandidateSearch
from activities.knowledge.dense import VectorIndex
from activities.knowledge.fulltext import FullText
from activities.knowledge.fusion import Candidate
from activities.knowledge.passages import Sessions, load_passages
from activities.ports import Embedder, Passage, ReadScope, SearchMode, SearchResult

CANDIDATES = 50
"""Chunks that each half may name; with twice as many nDCG@10 moves by 0.004 or less on all three tuning sets."""


class HybridSearch:
    """``ports.Knowledge`` over both halves of the index and the texts in records."""

    def __init__(self, sessions: Sessions, embedder: Embedder, vectors: VectorIndex, fulltext: FullText) -> None:
        """Search these; ``sessions`` opens a session to read texts with."""
        self._sessions = sessions
        self._candidates = CandidateSearch(embedder, vectors, fulltext)

    async def search(self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid") -> SearchResult:
        """Return at most ``k`` passages that ``scope`` may read, best first.

        Raises ``KnowledgeUnavailableError`` when neither half of the index, or no text, can be read.
        """
        limit = max(CANDIDATES, 2 * k)
        ranking = await self._candidates.rank(query, scope.partitions, limit=limit, k=k, mode=mode)
        return SearchResult(await self._read(ranking.candidates, scope, k), ranking.denied_count)

    async def passages(self, chunk_ids: Sequence[str], scope: ReadScope) -> list[Passage]:
        """Return the texts of known passages, those still published and readable, in the order asked."""
        found = await load_passages(self._sessions, chunk_ids, scope)
        return [found[chunk_id] for chunk_id in chunk_ids if chunk_id in found]

    async def _read(self, candidates: Sequence[Candidate], scope: ReadScope, k: int) -> list[Passage]:
        """Read texts, best first, until ``k`` answer; a version that is being replaced has chunks that do not."""
        passages: list[Passage] = []
        for start in range(0, len(candidates), 2 * k):
            batch = candidates[start : start + 2 * k]
            found = await load_passages(self._sessions, [candidate.chunk_id for candidate in batch], scope)
            passages += [with_scores(found[each.chunk_id], each) for each in batch if each.chunk_id in found]
            if len(passages) >= k:
                break
        return passages[:k]


def with_scores(passage: Passage, candidate: Candidate) -> Passage:
    """Return the passage with what it scored."""
    return replace(
        passage,
        score=candidate.score,
        dense_score=candidate.dense_score,
        lexical_score=candidate.lexical_score,
    )
