"""One answer from those to the questions of a message, and an honest line for each that has none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from activities.models.composition import Answer
from graphs.state import Citation

MISSING_LINE = "I found nothing in our documents about this part of your question:"
MISSING = re.compile(rf"{re.escape(MISSING_LINE)} “[^”]*”")
LEAST_SCORE = 0.25
"""Below this support a part counts as not answered: its answer would mislead beside a good one."""
PARTLY_SCORE = 0.5
"""The most that an answer to only some of the questions can reach: a person completes it."""
_MARK = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Part:
    """A question of the message, its answer and the support score of that (0..1)."""

    question: str
    answer: Answer
    score: float


def joined(parts: Sequence[Part]) -> tuple[Answer, float]:
    """Return the answers one after the other, each place quoted once, and the score of the weakest."""
    known = [each for each in parts if each.score >= LEAST_SCORE and each.answer.text]
    if not known:
        best = max(parts, key=lambda each: each.score)
        return best.answer, min(each.score for each in parts)
    lines: list[str] = []
    citations: list[Citation] = []
    for each in parts:
        if each not in known:
            lines.append(f"{MISSING_LINE} “{_echoed(each.question)}”")
        elif not _told(each.answer.citations, citations):
            lines.append(_renumbered(each.answer.text, len(citations)))
            citations += each.answer.citations
    pieces = [piece for each in known for piece in each.answer.pieces]
    told = [piece for each in known for piece in each.answer.told]
    score = min(each.score for each in known)
    whole = Answer("\n\n".join(lines), citations, pieces, told)
    return whole, score if len(known) == len(parts) else min(score, PARTLY_SCORE)


def _told(citations: Sequence[Citation], before: Sequence[Citation]) -> bool:
    """Whether each place stands inside one that was quoted before."""
    return all(
        any(
            one["chunk_id"] == each["chunk_id"] and one["start"] <= each["start"] and each["end"] <= one["end"]
            for one in before
        )
        for each in citations
    )


def _renumbered(text: str, offset: int) -> str:
    return _MARK.sub(lambda mark: f"[{int(mark[1]) + offset}]", text)


def _echoed(question: str) -> str:
    """The customer's own words, without what would end the quotation."""
    return re.sub(r"[“”\n]+", " ", question.rpartition(": ")[2]).strip()
