"""A re-ranker to be measured, not part of the product: the best sentence of a passage decides.

Late interaction as far as sentence vectors go (Khattab and Zaharia, ColBERT, 2020, at the level of tokens): a passage
that has one sentence on the question may have a vector that is about something else.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from activities.knowledge.fusion import Candidate
from activities.models.embedding import MiniLmEmbedder
from activities.models.sentences import split_units

DEPTH = 20
"""Passages that are looked at again."""
SHARE = 0.3
"""Weight of the best sentence; the rest is the score that was there."""


class SentenceReranker:
    """Compares a question with every sentence of the best passages; sentences are embedded once."""

    def __init__(self, embedder: MiniLmEmbedder, texts: Mapping[str, str]) -> None:
        """Read the passages' ``texts`` by chunk id."""
        self._embedder = embedder
        self._texts = texts
        self._known: dict[str, NDArray[np.float32]] = {}

    def rerank(self, query: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the candidates with the first ``DEPTH`` in a new order."""
        first = candidates[:DEPTH]
        self._embed([each.chunk_id for each in first])
        vector = self._embedder.embed([query])[0]
        best = {each.chunk_id: float((self._known[each.chunk_id] @ vector).max()) for each in first}
        placed = sorted(first, key=lambda each: -((1 - SHARE) * each.score + SHARE * best[each.chunk_id]))
        return [*placed, *candidates[DEPTH:]]

    def _embed(self, chunk_ids: Sequence[str]) -> None:
        new = {name: sentences_of(self._texts[name]) for name in chunk_ids if name not in self._known}
        vectors = self._embedder.embed([sentence for sentences in new.values() for sentence in sentences])
        start = 0
        for name, sentences in new.items():
            self._known[name] = vectors[start : start + len(sentences)]
            start += len(sentences)


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a passage, itself when it has none."""
    return [unit.text for unit in split_units(text)] or [text]
