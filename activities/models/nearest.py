"""What the documents say nearest to a question that they do not answer: one piece, named to whoever is handed over.

Only what is on the question's topic is named. A wrong pointer is worse than none: it looks like an answer.
"""

from collections.abc import Sequence

from activities.models.asked import HEADING_SEPARATOR
from activities.models.composition import ANAPHOR
from activities.models.unit_ranking import SIGNALS, Question, Ranked
from activities.ports import citation
from graphs.state import Nearest

LEAST_PIECE, LEAST_SECTION = 0.5, 0.4
"""Cosine of the question with a piece, or with what its section is known to answer, from which the topic is one."""
LEAST_WITH_WORDS = 0.35
"""The same, of either, for a piece that shares two words with the question; every one that is named shares one."""
LEAST_OWN = 0.3
"""What a piece itself has at least: its section may be near when it is not."""
LOOKED_AT = 12
"""Pieces, the most probable first."""
LONGEST = 320
"""Characters of a piece that is named; a longer one says more than a notice should."""
_MEANING, _ASKED = SIGNALS.index("part_meaning"), SIGNALS.index("asked")


def nearest_piece(question: Question, ranked: Sequence[Ranked]) -> Nearest | None:
    """Return the best single piece that is on the topic; None when there is none."""
    near = [each for each in ranked[:LOOKED_AT] if _can_stand_alone(each) and _on_topic(question, each)]
    if not near:
        return None
    found = max(near, key=lambda each: each.score + float(each.signals[_MEANING]))
    passage, unit = found.candidate.passage, found.candidate.unit
    section = passage.heading.rpartition(HEADING_SEPARATOR)[2]
    return Nearest(citation=citation(passage, unit.start, unit.end), section=section)


def _can_stand_alone(piece: Ranked) -> bool:
    unit = piece.candidate.unit
    whole = unit.kind == "sentence" or (unit.kind in {"item", "row"} and unit.text[:1].isupper())
    return whole and not piece.candidate.members and len(unit.text) <= LONGEST and not ANAPHOR.match(unit.text)


def _on_topic(question: Question, piece: Ranked) -> bool:
    own, section = float(piece.signals[_MEANING]), float(piece.signals[_ASKED])
    shared = len(piece.candidate.stems_in_context & set(question.stems))
    near = own >= LEAST_PIECE or section >= LEAST_SECTION
    return own >= LEAST_OWN and shared > 0 and (near or (shared > 1 and max(own, section) >= LEAST_WITH_WORDS))
