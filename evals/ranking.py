"""Measures of a ranking, as trec_eval computes them."""

import math
from collections.abc import Mapping, Sequence

Relevance = Mapping[str, int]


def ndcg(ranked: Sequence[str], relevance: Relevance, k: int) -> float:
    """Return the normalised discounted cumulative gain of the first ``k``, 0..1 (Järvelin and Kekäläinen, 2002)."""
    ideal = sorted(relevance.values(), reverse=True)[:k]
    return _gain([relevance.get(each, 0) for each in ranked[:k]]) / _gain(ideal)


def recall(ranked: Sequence[str], relevance: Relevance, k: int) -> float:
    """Return the share of the relevant documents that is among the first ``k``."""
    return len(set(ranked[:k]) & relevance.keys()) / len(relevance)


def reciprocal_rank(ranked: Sequence[str], relevance: Relevance, k: int) -> float:
    """Return 1 divided by the place of the first relevant document, 0 when none is among the first ``k``."""
    return next((1 / place for place, each in enumerate(ranked[:k], 1) if each in relevance), 0.0)


def hit(ranked: Sequence[str], relevance: Relevance, k: int) -> float:
    """Return 1 when a relevant document is among the first ``k``, else 0."""
    return float(any(each in relevance for each in ranked[:k]))


def _gain(relevances: Sequence[int]) -> float:
    return sum(relevance / math.log2(place + 1) for place, relevance in enumerate(relevances, 1))
