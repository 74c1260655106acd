"""One word or name put in the place of another, in a sentence that otherwise stays near its source."""

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

from activities.models.clauses import Clause, nearest, overlap
from activities.models.named import is_code, known_words, names
from activities.models.opposites import stem
from activities.models.quantities import quantities, unit_of
from activities.models.terms import stems

Alike = Callable[[str, str], float]
"""The cosine of two texts."""
ALIKE = 0.6
"""Share of the clause's other words that a unit must have to be the one it was taken from."""
MARGIN = 0.2
"""A unit that has the name must be this much further from what is said than one that has another name."""
MOST_OTHERS = 2
"""A clause with more words that the unit has not is re-worded, not altered."""
_BEFORE_NOUNS = frozenset(
    "the a an your our its their this that each every any of with by as for in on from at".split()
)
_MARKS = ".,;:!?\"'“”‘’()[]*"
_RELATIONS = frozenset(
    "more less most least within under over up down after before until since while during per".split()
)
SAME_WORD = 0.42
"""Cosine from which two words can stand for each other: ``help`` and ``assist`` have 0.43, ``owner`` and ``guest`` 0.3.
"""


def name_problem(clause: Clause, source: Sequence[Clause]) -> str:
    """Return in words which name or code stands with what the source says of another only; empty when none does."""
    for name in _names(clause):
        rest = Clause(
            clause.text, clause.words, clause.stems - set(stems(name)), 0, frozenset(), frozenset(), False, False
        )
        if len(rest.stems) < 2:
            continue
        having = [unit for unit in source if name in known_words(unit.text)]
        lacking = [unit for unit in source if name not in known_words(unit.text) and _names(unit) - _names(clause)]
        if not having or not lacking:
            continue
        best, own = nearest(rest, lacking)[0], nearest(rest, having)[0]
        if overlap(rest, best) - overlap(rest, own) >= MARGIN and overlap(rest, best) >= ALIKE:
            return f"says of {name!r} what its source says of {sorted(_names(best) - _names(clause))[0]!r}"
    return ""


def word_problem(clause: Clause, source: Sequence[Clause], known: str, alike: Alike | None) -> str:
    """Return in words which word, unknown to the source, stands where the nearest unit has one of another meaning."""
    if not source or alike is None:
        return ""
    have = known_words(known)
    unit = nearest(clause, source)[0]
    mine, theirs = clause.stems - unit.stems, unit.stems - clause.stems
    if len(clause.stems & unit.stems) < ALIKE * (len(clause.stems) - 1) or len(mine) > MOST_OTHERS:
        return ""
    near = len(mine) == 1 and len(theirs) == 1
    for said, told in _replaced(clause.text.split(), unit.text.split()):
        strange = not {_bare(said), stem(_bare(said))} & have
        if (strange or near) and alike(_bare(said), _bare(told)) < SAME_WORD:
            return f"says {_bare(said)!r} where its source says {_bare(told)!r}"
    return ""


def _replaced(mine: Sequence[str], theirs: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of nouns, one for one, between stretches that both sides have."""
    blocks = SequenceMatcher(None, [_bare(each) for each in mine], [_bare(each) for each in theirs], autojunk=False)
    found = []
    for kind, start, end, first, last in blocks.get_opcodes():
        if kind != "replace" or end - start != last - first:
            continue
        one = [index for index in range(start, end) if _content(mine[index])]
        other = [index for index in range(first, last) if _content(theirs[index])]
        if len(one) == len(other) == 1 and _is_noun(mine, one[0]) and _is_noun(theirs, other[0]):
            found.append((mine[one[0]], theirs[other[0]]))
    return found


def _is_noun(words: Sequence[str], place: int) -> bool:
    """Tell whether a word stands where nouns do: first, or after an article or a preposition."""
    return place == 0 or _bare(words[place - 1]) in _BEFORE_NOUNS


def _content(word: str) -> bool:
    bare = _bare(word)
    plain = bare.isalpha() and bool(stems(bare)) and not is_code(word.strip(_MARKS))
    return plain and not (unit_of(bare) or quantities(bare) or bare in _RELATIONS)


def _bare(word: str) -> str:
    return word.strip(_MARKS).lower()


def _names(unit: Clause) -> frozenset[str]:
    """Names in lower case; the first word of a text counts when it is a code."""
    return frozenset(each.lower() for each in names(unit.text))
