"""Hybrid search: candidates ranked inside the reader's rights, then their texts, from records."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from activities.knowledge.candidates import CandidateSearch
from activities.knowledge.dense import VectorIndex
from activities.knowledge.diversity import diversify
from activities.knowledge.fulltext import FullText
from activities.knowledge.fusion import Candidate
from activities.knowledge.passages import Reads, load_passages
from activities.knowledge.ranking_cache import RankingCache
from activities.knowledge.spelling import Spelling, correct
from activities.ports import Embedder, Findings, KnowledgeUnavailableError, Passage, ReadScope, SearchMode, SearchResult

CANDIDATES = 50
"""Chunks that each half may name; with twice as many nDCG@10 moves by 0.004 or less on all three tuning sets."""


def never(word: str) -> bool:
    """Say of no word that it is common: every unknown one may then be corrected."""
    return not word


class HybridSearch:
    """``ports.Knowledge`` over both halves of the index and the texts in records."""

    def __init__(
        self,
        reads: Reads,
        embedder: Embedder,
        vectors: VectorIndex,
        fulltext: FullText,
        *,
        is_common: Callable[[str], bool] = never,
        half_seconds: float | None = None,
    ) -> None:
        """Search these; ``reads`` runs reads of texts, ``is_common`` knows words spelt right.

        ``half_seconds`` is how long one half is waited for, the usual time when left out.
        """
        self._reads = reads
        self._fulltext = fulltext
        self._candidates = CandidateSearch(embedder, vectors, fulltext, half_seconds)
        self._spelling = Spelling(reads, fulltext, is_common)
        self._rankings: RankingCache[list[Candidate]] = RankingCache()

    async def search(self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid") -> SearchResult:
        """Return at most ``k`` passages that ``scope`` may read, best first, and how many better ones were denied.

        For the agent, which reads all of them: the best ones, wherever they stand. The row or the version that was
        asked for may be the fifth of its document. The denied are counted beside the search, which takes longer: no
        reader can tell them by the time. Raises ``KnowledgeUnavailableError`` when neither half of the index, or no
        text, can be read.
        """
        counting = mode != "dense"
        found, denied = await asyncio.gather(
            self._find(query, scope, k, mode),
            self._candidates.count_denied(query, scope.partitions, k) if counting else _none(),
        )
        return SearchResult(found.passages, denied)

    async def find(
        self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid", spelling: bool = True
    ) -> Findings:
        """Return at most ``k`` passages that ``scope`` may read, best first, with how they were found.

        For lists that people read: one document does not fill them. Without ``spelling`` misspelt words are searched
        as they are written. Raises ``KnowledgeUnavailableError`` as ``search`` does.
        """
        return await self._find(query, scope, k, mode, spelling=spelling, arrange=diversify)

    async def _find(
        self,
        query: str,
        scope: ReadScope,
        k: int,
        mode: SearchMode,
        *,
        spelling: bool = True,
        arrange: Callable[[list[Candidate]], list[Candidate]] = list,
    ) -> Findings:
        if not scope.partitions or scope.documents == ():
            return Findings([], query)
        corrections = await self._spelling.corrections(query, scope) if spelling else {}
        asked = correct(query, corrections)
        ranking = arrange(await self._rank(asked, scope, max(CANDIDATES, 2 * k), mode))
        documents = list(dict.fromkeys(candidate.document_id for candidate in ranking))
        return Findings(await self._read(ranking, scope, k), asked, corrections, documents)

    def highlights(self, query: str, text: str) -> list[tuple[int, int]]:
        """Return where words of a question stand in a text, as characters from and to."""
        return self._fulltext.highlights(query, text)

    async def passages(self, chunk_ids: Sequence[str], scope: ReadScope) -> list[Passage]:
        """Return the texts of known passages, those still published and readable, in the order asked."""
        found = await load_passages(self._reads, chunk_ids, scope)
        return [found[chunk_id] for chunk_id in chunk_ids if chunk_id in found]

    async def _rank(self, query: str, scope: ReadScope, limit: int, mode: SearchMode) -> list[Candidate]:
        """Return a ranking that is remembered, or made now; half a one is not remembered."""
        key = (query, scope, limit, mode, self._stamp())
        if known := self._rankings.get(key):
            return known
        ranking = await self._candidates.rank(
            query, scope.partitions, limit=limit, mode=mode, documents=scope.documents
        )
        if ranking.whole and ranking.candidates:
            self._rankings.put(key, ranking.candidates)
        return ranking.candidates

    def _stamp(self) -> Hashable:
        try:
            return self._fulltext.stamp
        except KnowledgeUnavailableError:
            return None

    async def _read(self, candidates: Sequence[Candidate], scope: ReadScope, k: int) -> list[Passage]:
        """Read texts, best first, until ``k`` answer; a version that is being replaced has chunks that do not."""
        passages: list[Passage] = []
        for start in range(0, len(candidates), 2 * k):
            batch = candidates[start : start + 2 * k]
            found = await load_passages(self._reads, [candidate.chunk_id for candidate in batch], scope)
            passages += [with_scores(found[each.chunk_id], each) for each in batch if each.chunk_id in found]
            if len(passages) >= k:
                break
        return passages[:k]


async def _none() -> int:
    return 0


def with_scores(passage: Passage, candidate: Candidate) -> Passage:
    """Return the passage with what it scored."""
    return replace(
        passage,
        score=candidate.score,
        dense_score=candidate.dense_score,
        lexical_score=candidate.lexical_score,
    )
