"""What an answer leaves out, and what comes first: the piece that answers, then what is near it.

Sections bring the rule with its condition and its exception, and with them much that nobody asked. Over the calibration
questions of the sample company, trimming takes a right answer from 103 words to 86 and the pieces that hold nothing of
what was expected from .48 to .37; the first piece is the needed one for .81 instead of .74, and 3 of 448 right answers
are lost (``python -m evals.trimming``).
"""

import re
from collections.abc import Callable, Sequence

from activities.models.candidates import Candidate
from activities.models.unit_ranking import SIGNALS, Ranked

NEAR_SHARE = 0.3
"""What is told beside the best piece has at least this share of its probability. From 0.4 on right answers suffer."""
UNSURE, UNSURE_SHARE = 0.3, 0.1
"""Below this probability of the best piece, which may then be the wrong one, so much is enough."""
SAME_MEANING = 0.9
"""Cosine from which a sentence says what another said, when it has no figure that the other lacks."""
SAME_WORDS = 0.7
"""Of the words of a sentence with figures, all of which were said; without figures every word must have been."""
LEAST_STEMS = 3
"""With fewer words a sentence that has none of its own may still be another."""
_ASKED = SIGNALS.index("asked")
_QUALIFIES = re.compile(
    r"^(?:but|however|only|except\w*|unless|otherwise)\b|\b(?:unless|except|only|cannot|never|must|not)\b",
    re.IGNORECASE,
)
"""A condition or an exception belongs to the sentence before it, however little it sounds like the question."""
_FIGURE = re.compile(r"\d[\d.,:]*")
_DENIES = re.compile(r"\b(?:not?|never|none|cannot|without|\w+n['’]t)\b", re.IGNORECASE)
Paragraph = Sequence[Ranked]
"""Pieces that one quote covers, in reading order."""
Keep = Callable[[Sequence[Ranked], Sequence[Paragraph]], list[list[Ranked]]]


def trimmed(wanted: Sequence[Ranked], paragraphs: Sequence[Paragraph]) -> list[list[Ranked]]:
    """Return the paragraphs worth telling, that of the best piece first, the others in their order.

    ``wanted`` are the pieces that stay whatever they score, the best first. The paragraph that is nearest to a question
    which its section is known to answer stays as well.
    """
    floor = wanted[0].score * (NEAR_SHARE if wanted[0].score >= UNSURE else UNSURE_SHARE)
    known = max(_asked(each) for each in paragraphs)
    kept: list[list[Ranked]] = []
    for each in sorted(paragraphs, key=lambda paragraph: not _holds(paragraph, wanted[:1])):
        told = [piece for paragraph in kept for piece in paragraph]
        near = (_best(each) >= floor or _asked(each) >= known) and not _repeats(each, told)
        if near or _holds(each, wanted):
            kept.append(_without_tail(each, wanted, floor))
    return kept


def _without_tail(paragraph: Paragraph, wanted: Sequence[Ranked], floor: float) -> list[Ranked]:
    """The paragraph up to its last sentence that is near, wanted, or qualifies what was said."""
    kept = list(paragraph)
    while len(kept) > 1 and kept[-1].score < floor and not _holds(kept[-1:], wanted) and not _qualifies(kept[-1]):
        kept.pop()
    return kept


def _repeats(paragraph: Paragraph, told: Sequence[Ranked]) -> bool:
    """Whether each piece of it says what one that is told says, with no other figure."""
    return all(any(_same(each.candidate, other.candidate) for other in told) for each in paragraph)


def _same(one: Candidate, other: Candidate) -> bool:
    """Whether nothing is new in ``one``: no figure, no denial, and hardly a word or another meaning."""
    said, known = one.unit.text, other.unit.text
    figures = set(_FIGURE.findall(said))
    if figures - set(_FIGURE.findall(known)) or bool(_DENIES.search(said)) != bool(_DENIES.search(known)):
        return False
    if float(one.vector @ other.vector) >= SAME_MEANING:
        return True
    share = len(one.stems & other.stems) / len(one.stems) if len(one.stems) >= LEAST_STEMS else 0.0
    return share >= (SAME_WORDS if figures else 1.0)


def _qualifies(piece: Ranked) -> bool:
    return _QUALIFIES.search(piece.candidate.unit.text) is not None


def _best(paragraph: Paragraph) -> float:
    return max(each.score for each in paragraph)


def _asked(paragraph: Paragraph) -> float:
    return max(float(each.signals[_ASKED]) for each in paragraph)


def _holds(paragraph: Paragraph, wanted: Sequence[Ranked]) -> bool:
    """Whether one of the wanted pieces stands in it, or it in one of them."""
    return any(_overlap(each.candidate, other.candidate) for each in paragraph for other in wanted)


def _overlap(one: Candidate, other: Candidate) -> bool:
    same = one.passage.chunk_id == other.passage.chunk_id
    return same and one.unit.start < other.unit.end and other.unit.start < one.unit.end
