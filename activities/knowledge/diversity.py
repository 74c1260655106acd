"""Several documents in a list instead of many passages of one."""

from collections import Counter
from collections.abc import Sequence

from activities.knowledge.fusion import Candidate

FREE = 3
"""Passages of one document that lose nothing."""
FADING = 0.85
"""What each further one keeps of its score when it is placed: a clearly better passage still comes first."""


def diversify(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates in the order in which they are listed; their scores stay as they are."""
    seen: Counter[str] = Counter()
    placed = []
    for candidate in candidates:
        seen[candidate.document_id] += 1
        further = max(seen[candidate.document_id] - FREE, 0)
        placed.append((candidate.score * FADING**further, candidate))
    return [candidate for _, candidate in sorted(placed, key=lambda each: -each[0])]
