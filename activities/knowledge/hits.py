"""What either half of the search finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """A chunk and its score in 0..1: the cosine, or the share of the best possible BM25 score."""

    chunk_id: str
    score: float
