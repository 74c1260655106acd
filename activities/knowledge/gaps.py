"""Gaps in the knowledge: questions that found no answer, grouped by what they ask."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from activities.ports import Embedder
from activities.records.unanswered import Unanswered

ALIKE_SCORE = 0.62
"""Cosine from which two questions ask for the same thing: the best of .45 to .7 on the 1,249 paraphrases of StackFAQ,
adjusted Rand index 0.82 to their 125 threads."""
EXAMPLES = 5


@dataclass(frozen=True)
class Gap:
    """What a group of questions asks for; ``questions`` has the most typical one first, at most ``EXAMPLES``."""

    questions: list[str]
    count: int
    departments: list[str]
    intents: list[str]
    latest: Unanswered


def group_gaps(unanswered: Sequence[Unanswered], embedder: Embedder) -> list[Gap]:
    """Return groups of like questions, the largest first. Blocks: each question is embedded.

    Each question joins the nearest group whose centre is at least ``ALIKE_SCORE`` away in cosine, or opens one
    (leader clustering; Hartigan: Clustering Algorithms, 1975, chapter 3).
    """
    if not unanswered:
        return []
    vectors = embedder.embed([each.question for each in unanswered])
    groups = [_gap([unanswered[row] for row in rows], vectors[rows]) for rows in _groups(vectors)]
    return sorted(groups, key=lambda gap: (-gap.count, -gap.latest.asked_at.timestamp()))


def _groups(vectors: NDArray[np.float32]) -> list[list[int]]:
    rows: list[list[int]] = []
    centres: list[NDArray[np.float32]] = []
    for row, vector in enumerate(vectors):
        scores = [float(vector @ centre / np.linalg.norm(centre)) for centre in centres]
        best = int(np.argmax(scores)) if scores else -1
        if best >= 0 and scores[best] >= ALIKE_SCORE:
            rows[best].append(row)
            centres[best] = centres[best] + vector
        else:
            rows.append([row])
            centres.append(vector)
    return rows


def _gap(members: Sequence[Unanswered], vectors: NDArray[np.float32]) -> Gap:
    typical = np.argsort(-(vectors @ vectors.sum(axis=0)), kind="stable")
    questions = list(dict.fromkeys(members[int(row)].question for row in typical))
    return Gap(
        questions=questions[:EXAMPLES],
        count=len(members),
        departments=sorted({each.department for each in members if each.department}),
        intents=sorted({each.intent for each in members if each.intent}),
        latest=max(members, key=lambda each: each.asked_at),
    )
