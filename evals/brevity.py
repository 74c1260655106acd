"""How much of an answer is needed: the pieces that hold an expected fact, and whether the first one does.

A piece is what stands before a citation's mark. It is needed when it holds one of the strings that the case expects;
all others are superfluous. That is blind to what nobody wrote down: a condition, an exception or a warning beside the
fact counts as superfluous though a careful person would say it, so no good answer reaches 0 for its words, and only a
change means something. It is counted over right answers: a wrong one holds nothing that is needed.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from activities.models.echo import without_echo
from activities.models.joined import MISSING
from activities.models.pieces import LISTED
from activities.models.sentences import split_units

Holds = Callable[[str, int], bool]
"""Whether a text of the answer, quoted by the citation of this number (from 1), holds something that was expected."""
_MARK = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Brevity:
    """What one answer says; shares are 0..1."""

    pieces: int
    words: int
    superfluous_pieces: float
    """Share of the pieces."""
    superfluous_words: float
    """Share of the words; a sentence, a row or a whole list counts as one."""
    answer_first: bool
    """The first piece is needed."""


def brevity(text: str, holds: Holds) -> Brevity | None:
    """Measure an answer with marks; None for one that quotes nothing or holds nothing that was expected."""
    pieces = said(text)
    needed = [holds(piece, number) for piece, number in pieces]
    if not any(needed):
        return None
    words = useful = 0
    for piece, number in pieces:
        parts = _parts(piece)
        held = [holds(part, number) for part in parts]
        if not any(held):
            held = [holds(piece, number)] * len(parts)
        words += sum(len(part.split()) for part in parts)
        useful += sum(len(part.split()) for part, kept in zip(parts, held, strict=True) if kept)
    return Brevity(
        pieces=len(pieces),
        words=words,
        superfluous_pieces=1 - sum(needed) / len(pieces),
        superfluous_words=1 - useful / words if words else 0.0,
        answer_first=needed[0],
    )


def said(text: str) -> list[tuple[str, int]]:
    """Return what stands before each mark, with the mark's number, without the customer's own words."""
    parts = _MARK.split(MISSING.sub("", without_echo(text)))
    return [(piece.strip(), int(mark)) for piece, mark in zip(parts[::2], parts[1::2], strict=False)]


def figures(found: Sequence[Brevity]) -> dict[str, Any]:
    """Return the means over answers: ``words_said``, ``pieces_said``, the two shares, and ``answer_first``."""
    return {
        "words_said": _mean([each.words for each in found], 1),
        "pieces_said": _mean([each.pieces for each in found], 2),
        "superfluous_pieces": _mean([each.superfluous_pieces for each in found]),
        "superfluous_words": _mean([each.superfluous_words for each in found]),
        "answer_first": _mean([each.answer_first for each in found]),
    }


def _parts(piece: str) -> list[str]:
    """Return the sentences of a piece and each list as one; the piece itself where it has neither."""
    found: list[str] = []
    for (_, listed), units in groupby(split_units(piece), lambda unit: (unit.block, unit.kind in LISTED)):
        texts = [unit.text for unit in units]
        found += [" ".join(texts)] if listed else texts
    return found or [piece]


def _mean(values: Sequence[float], digits: int = 4) -> float:
    return round(sum(values) / len(values), digits) if values else 0.0
