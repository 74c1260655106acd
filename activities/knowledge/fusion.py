"""One ranking from two: the scores of both halves on one scale, added.

A convex combination of scores brought to 0..1 by their theoretical bounds beats reciprocal rank fusion and is
comparable between questions (Bruch, Gai, Ingber: An Analysis of Fusion Functions for Hybrid Retrieval, 2023).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from activities.knowledge.hits import Hit

DENSE_SHARE = 0.5
"""Weight of the cosine. Tuned on SciFact's training questions, StackFAQ and the symptom questions: 0.4 to 0.7 are
within 0.02 nDCG@10 of each set's own best."""


@dataclass(frozen=True)
class Candidate:
    """A chunk that at least one half found; a half that did not find it gives 0."""

    chunk_id: str
    score: float
    dense_score: float
    lexical_score: float

    @property
    def document_id(self) -> str:
        """The document of ``<document_id>:<version>:<position>``."""
        return self.chunk_id.rsplit(":", 2)[0]


def fuse(
    dense: Sequence[Hit] | None, lexical: Sequence[Hit] | None, dense_share: float = DENSE_SHARE
) -> list[Candidate]:
    """Return all candidates, best first; ``None`` is a half that was not asked, and has no say."""
    share = 1.0 if lexical is None else 0.0 if dense is None else dense_share
    cosines = {hit.chunk_id: hit.score for hit in dense or ()}
    matches = {hit.chunk_id: hit.score for hit in lexical or ()}
    candidates = [
        Candidate(
            chunk_id,
            share * cosines.get(chunk_id, 0.0) + (1 - share) * matches.get(chunk_id, 0.0),
            cosines.get(chunk_id, 0.0),
            matches.get(chunk_id, 0.0),
        )
        for chunk_id in {**cosines, **matches}
    ]
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.chunk_id))
