"""Whether a sentence says no more than the words it cites, and nothing else: figures, names, denials, and meaning.

Without a model of entailment: what customers are promised hangs on few words, so these are compared exactly, after
both sides are brought into one spelling and each clause is set beside the clauses of the quote that speak of the same.
``holdfast eval grounding`` measures it on altered answers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from activities.models.clauses import Clause, clauses, nearest, overlap, read_clause, sentences_of, units, without_lead
from activities.models.figures import figure_problem
from activities.models.named import foreign_names
from activities.models.opposites import clashes, contrasts
from activities.models.substitution import Alike, name_problem, word_problem
from activities.models.terms import covered, stems

NEAR = 0.45
"""A clause that shares less than this with every unit of the quote cannot be compared word by word."""
CARRIED = 0.34
"""A clause with this share of its words in the quote says nothing new."""
CLAUSE_STEMS = 2
"""A clause with fewer words that the quote has not adds nothing that could be missed."""
SHARED = 0.8
"""A sentence with this share of its words in the quote is not asked for its meaning, which costs milliseconds.
"""
CLAUSE_NEAR = 0.3
"""A clause in other words is carried by a sentence of the quote that is this near in meaning."""
_TELL_NOTHING = frozenset(
    stems("most least more less two three four five six seven eight nine ten twelve roughly again once")
)
MODAL = frozenset("must required mandatory obligatory compulsory have-to need-to".split())
_LITERAL = re.compile(r"\w+|[€$£¥%+<>]|(?<![\w)])[-−](?=\d)|(?<=\d)[.,](?=\d)")


@dataclass(frozen=True)
class Grounding:
    """How well a quote carries a sentence, 0..1, and what speaks against it (empty when nothing does)."""

    score: float
    problem: str = ""


def ground(sentence: str, quote: str, context: str = "", alike: Alike | None = None) -> Grounding:
    """Compare a sentence with its quote; ``context`` (title, headings) may supply names.

    A sentence that stands in the quote word for word scores 1, and so does a table row with columns left out. A
    figure, unit, date or name that the quote lacks or says of something else, a denial or a condition on one side
    only, or the opposite word scores 0: such slips change what is promised, however alike the words are.
    """
    if is_verbatim(sentence, quote):
        return Grounding(1.0)
    known = f"{quote} {context}"
    if problem := figure_problem(sentence, quote, context):
        return Grounding(0.0, problem)
    if names := foreign_names(without_lead(sentence), known):
        return Grounding(0.0, f"names {names[0]!r}, which its source does not name")
    source = units(quote)
    for clause in clauses(sentence):
        problem = _contradiction(clause, source, read_clause(sentence)) or name_problem(clause, source)
        if problem or (problem := word_problem(clause, source, known, alike)):
            return Grounding(0.0, problem)
    return Grounding(_carried(sentence, quote, known, alike))


def is_verbatim(sentence: str, quote: str) -> bool:
    """Tell whether a sentence is a stretch of the quote, or leaves out columns of one row of it.

    A stretch out of the middle of a sentence that goes on with a denial or a condition is not.
    """
    if not literal(sentence).strip():
        return True
    said = literal(sentence)
    if said in literal(quote) and not _leaves_out(said, quote):
        return True
    pieces = [literal(piece) for piece in sentence.split("; ")]
    return len(pieces) > 1 and any(all(piece in literal(line) for piece in pieces) for line in quote.split("\n"))


def literal(text: str) -> str:
    """Return words, currency signs and signs of numbers alone, lower case, between single spaces."""
    return f" {' '.join(_LITERAL.findall(text.lower()))} "


def bare(text: str) -> str:
    """Return the words of a text alone, lower case."""
    return " ".join(re.findall(r"\w+", text.lower()))


def _leaves_out(said: str, quote: str) -> bool:
    for whole in sentences_of(quote):
        before, found, after = literal(whole).partition(said)
        if found:
            rest = f"{before} {after}".split()
            return any(word in _CONDITIONS for word in rest)
    return False


_CONDITIONS = frozenset("not no never none cannot unless except only without until if t".split())


def _contradiction(clause: Clause, source: Sequence[Clause], sentence: Clause) -> str:
    """Return what a clause says against the units that speak of the same; empty when one of them agrees."""
    if not source or overlap(clause, nearest(clause, source)[0]) < NEAR:
        return ""
    problems = [_opposed(clause, unit, source, sentence) for unit in nearest(clause, source)]
    return problems[0] if all(problems) else ""


def _opposed(clause: Clause, unit: Clause, source: Sequence[Clause], sentence: Clause) -> str:
    turned = _turned(clause, unit)
    swapped = [pair for pair in clashes(clause.words, unit.words) if not _excused(pair, clause, unit)]
    if turned and swapped:
        return ""
    if turned and not _denied_otherwise(clause, unit, source, sentence):
        return "says the opposite of its source"
    if swapped:
        return f"says {swapped[0][0]!r} where its source says {swapped[0][1]!r}"
    if clause.only and not unit.only and not unit.restricts:
        return "has a condition that its source has not"
    if unit.only and not (sentence.only or sentence.restricts):
        return "leaves out a condition of its source"
    return ""


def _turned(clause: Clause, unit: Clause) -> bool:
    """Tell whether one side denies what the other asserts, as far as both speak of it.

    ``Pausing is not possible`` and ``cannot be paused`` deny in different places: that is agreement.
    """
    shared = clause.stems & unit.stems
    if len(clause.stems ^ unit.stems) <= 1:
        return (clause.denials - unit.denials) % 2 == 1
    mine, theirs = clause.denied & shared, unit.denied & shared
    if clause.denials and unit.denials and not (mine and theirs):
        return (clause.denials - unit.denials) % 2 == 1 and not (mine or theirs)
    return bool(mine or theirs) and not mine & theirs


def _denied_otherwise(clause: Clause, unit: Clause, source: Sequence[Clause], sentence: Clause) -> bool:
    """Tell whether the side without ``not`` denies in words that the other has not: ``refused``, ``not accepted``."""
    if clause.denials < unit.denials:
        return bool(clause.soft - frozenset(word for each in source for word in each.soft))
    return bool(unit.soft - sentence.soft)


def _excused(pair: tuple[str, str], clause: Clause, unit: Clause) -> bool:
    """``Only the owner can`` is ``must be the owner``."""
    modal = bool(MODAL & set(pair)) and bool(contrasts().get(pair[0], frozenset()) & {pair[1]})
    return modal and (clause.only != unit.only or clause.denials != unit.denials)


def _carried(sentence: str, quote: str, known: str, alike: Alike | None) -> float:
    """The share of the sentence that the quote has, by words and by meaning; of its least carried clause."""
    found = frozenset(stems(known))
    said = without_lead(sentence)
    score = _share(frozenset(stems(said)), found)
    likeness = max(0.0, alike(said, quote)) if alike and score < SHARED else 0.0
    score = max(score, 0.5 * score + 0.5 * likeness)
    for clause in clauses(sentence):
        told = clause.stems - _TELL_NOTHING
        share = _share(told, found)
        if len(told - found) >= CLAUSE_STEMS and share < CARRIED:
            near = max((alike(clause.text, each) for each in sentences_of(quote)), default=0.0) if alike else 0.0
            if near < CLAUSE_NEAR:
                score = min(score, max(share, near))
    return min(1.0, score)


def _share(said: frozenset[str], found: frozenset[str]) -> float:
    return covered(dict.fromkeys(said, 1.0), found) if said else 0.0
