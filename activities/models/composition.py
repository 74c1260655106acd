"""From ranked candidates to an answer: which pieces, in which order, and how they read.

Pieces are quoted word for word; what is added are the lines in ``CONNECTIVES`` and the marks ``[1]`` that number the
citations. A row of a wide table is shortened to the columns that matter; its quote is the whole row.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from activities.models.candidates import Candidate
from activities.models.comparison import both
from activities.models.question_type import has_answer, question_types
from activities.models.sections import widened
from activities.models.sentences import Unit, plain
from activities.models.terms import covered, stems
from activities.models.trimming import Keep, trimmed
from activities.models.unit_ranking import SIGNALS, Question, Ranked
from activities.ports import citation
from graphs.state import Citation

STEPS_LINE = "Here is how:"
ROWS_LINE = "From our table:"
CONNECTIVES = (STEPS_LINE, ROWS_LINE)
MOST_PIECES = 5
MOST_PASSAGES = 3
NEAR_SHARE = 0.3
"""Further pieces have at least this share of the best one's probability."""
NEAR_OTHER = 0.35
"""The same for pieces of another passage, which more often belong to another case."""
OUTSTANDING = 0.25
"""By this much more of the question's words one item is the answer, and not its list."""
WIDE = 6
"""Columns of a row that is shown whole, and so is one of ``ROW_CHARACTERS``."""
ROW_CHARACTERS = 300
MONEY_BONUS, TYPE_BONUS = 0.2, 0.1
"""What a column gains, in shares of the question's words, by holding what such a question asks for."""
_MONEY = re.compile(r"(?:EUR|USD|GBP|[€$£])\s?\d")
ANAPHOR = re.compile(
    r"^(?:this|that|these|those|it|its|they|then|after that|until then|otherwise|however|both|he|she|if so|if not"
    r"|the same|in this case|without it)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Answer:
    """Text with marks, its citations in the order of the marks, and the ranked pieces it is made of."""

    text: str
    citations: list[Citation]
    pieces: list[Ranked]
    """What was found, the best first."""
    told: list[Ranked]
    """What is said: the pieces with what is near of their sections."""


def compose(question: Question, ranked: Sequence[Ranked], keep: Keep = trimmed) -> Answer:
    """Return the answer made of the best candidates, of which ``keep`` orders and leaves out; an empty one for none."""
    if not ranked:
        return Answer("", [], [], [])
    compared = _beside(question, ranked)
    pieces, told = compared or _chosen(question, ranked)
    paragraphs = keep(pieces if compared else pieces[:1], _paragraphs(pieces, told, ranked))
    lines: list[str] = []
    citations: list[Citation] = []
    for group in paragraphs:
        text, quoted = _written(question, [each.candidate for each in group], len(citations) + 1)
        lines.append(text)
        citations.append(quoted)
    said = [each for paragraph in paragraphs for each in paragraph]
    return Answer("\n\n".join(lines) if _has_list(said) else " ".join(lines), citations, pieces, said)


def _chosen(question: Question, ranked: Sequence[Ranked]) -> tuple[list[Ranked], list[Ranked]]:
    """The best piece with others near it, and what is told of their sections."""
    best = _whole_list(ranked[0], ranked)
    pieces = [best, *_further(best, ranked)]
    told = widened(question, pieces, ranked)
    if "why" in question_types(question.text) and (reason := _reason(ranked, told)):
        pieces, told = [*pieces, reason], [*told, reason]
    return pieces, told


def _beside(question: Question, ranked: Sequence[Ranked]) -> tuple[list[Ranked], list[Ranked]] | None:
    """What is said of each of two things that are compared, rows as they are and sentences with their sections."""
    if len(pieces := both(question, ranked)) < 2:
        return None
    return pieces, widened(question, pieces, ranked)


def _reason(ranked: Sequence[Ranked], told: Sequence[Ranked]) -> Ranked | None:
    """The most probable sentence with a reason, when nothing that is told has one."""
    if any(has_answer("why", each.candidate.unit.text) for each in told):
        return None
    near = (
        each
        for each in ranked
        if each.candidate.kind == "sentence"
        and each.score >= ranked[0].score * NEAR_SHARE
        and has_answer("why", each.candidate.unit.text)
    )
    return next(near, None)


def _whole_list(best: Ranked, ranked: Sequence[Ranked]) -> Ranked:
    """A step brings its whole list; an item does when its list is about as likely and it does not stand out."""
    unit = best.candidate.unit
    if best.candidate.kind == "items":
        return _outstanding(best, ranked) or best
    if unit.kind not in {"step", "item"} or best.candidate.members:
        return best
    for other in ranked:
        if (
            other.candidate.members
            and _inside(unit, other.candidate)
            and other.candidate.passage.chunk_id == _chunk(best)
        ):
            near = other.score >= best.score * (0.3 if unit.kind == "step" else 0.8)
            return other if near else best
    return best


def _outstanding(whole: Ranked, ranked: Sequence[Ranked]) -> Ranked | None:
    """The one item of a list that has words of the question which its neighbours lack."""
    words = SIGNALS.index("words")
    members = [
        each
        for each in ranked
        if not each.candidate.members
        and _chunk(each) == _chunk(whole)
        and _inside(each.candidate.unit, whole.candidate)
    ]
    members.sort(key=lambda each: -each.signals[words])
    if len(members) < 2 or members[0].signals[words] - members[1].signals[words] < OUTSTANDING:
        return None
    return None if _fragment(members[0].candidate) else members[0]


def _further(best: Ranked, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Up to three more single pieces: from the same passage when near, from one other when nearer."""
    chosen = [best]
    for other in ranked:
        if len(chosen) == MOST_PIECES:
            break
        passages = {_chunk(each) for each in chosen}
        same = _chunk(other) in passages
        if not same and (len(passages) == MOST_PASSAGES or best.candidate.members):
            continue
        if other.score < best.score * (NEAR_SHARE if same else NEAR_OTHER) or not _adds(other, chosen):
            continue
        chosen.append(other)
    return chosen[1:]


def _adds(other: Ranked, chosen: Sequence[Ranked]) -> bool:
    """A piece is wanted when it is a single one, is not there yet, and is not of another kind of list."""
    candidate = other.candidate
    if candidate.members or candidate.unit.kind == "step":
        return False
    if candidate.unit.kind in {"row", "item"} and (_fragment(candidate) or not _as_near(other, chosen[0])):
        return False
    texts = {each.candidate.unit.text for each in chosen}
    return candidate.unit.text not in texts and not any(
        _chunk(each) == _chunk(other) and _inside(candidate.unit, each.candidate) for each in chosen
    )


def _as_near(other: Ranked, best: Ranked) -> bool:
    """A further row or item has as many words of the question as the best piece, or it is about another thing."""
    words = SIGNALS.index("words")
    return bool(other.signals[words] >= best.signals[words] - 0.05)


def _fragment(candidate: Candidate) -> bool:
    """An item that only goes on with the sentence before the list."""
    return candidate.unit.kind == "item" and candidate.unit.text[:1].islower()


def _paragraphs(pieces: Sequence[Ranked], told: Sequence[Ranked], ranked: Sequence[Ranked]) -> list[list[Ranked]]:
    """What is told in groups that one quote covers: neighbours of one block, passages in their order."""
    all_told = list(told)
    for each in told:
        if ANAPHOR.match(each.candidate.unit.text) and (before := _before(each.candidate, ranked)):
            all_told += [before] if before.candidate.unit not in [one.candidate.unit for one in all_told] else []
    order = list(dict.fromkeys(_chunk(each) for each in [*pieces, *all_told]))
    all_told.sort(key=lambda each: (order.index(_chunk(each)), each.candidate.unit.start))
    groups: list[list[Ranked]] = []
    for each in all_told:
        if groups and _adjoins(groups[-1][-1].candidate, each.candidate):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _before(candidate: Candidate, ranked: Sequence[Ranked]) -> Ranked | None:
    """The sentence right before, in the same paragraph."""
    earlier = [
        each
        for each in ranked
        if not each.candidate.members
        and _chunk(each) == candidate.passage.chunk_id
        and each.candidate.unit.block == candidate.unit.block
        and each.candidate.unit.end <= candidate.unit.start
    ]
    return max(earlier, key=lambda each: each.candidate.unit.end, default=None)


def _adjoins(first: Candidate, second: Candidate) -> bool:
    """Two sentences of one paragraph with nothing but space between them."""
    between = first.passage.text[first.unit.end : second.unit.start]
    return (
        first.passage.chunk_id == second.passage.chunk_id
        and first.unit.block == second.unit.block
        and first.unit.kind == second.unit.kind == "sentence"
        and not between.strip()
    )


def _written(question: Question, group: Sequence[Candidate], number: int) -> tuple[str, Citation]:
    first, last = group[0], group[-1]
    quoted = citation(first.passage, first.unit.start, last.unit.end)
    mark = f"[{number}]"
    match first.kind:
        case "steps":
            return f"{STEPS_LINE}\n{_listed(first.members)} {mark}", quoted
        case "items":
            return f"{_listed(first.members)} {mark}", quoted
        case "row":
            return f"- {shorten_row(first.unit.text, question)} {mark}", quoted
        case "step":
            return f"{first.unit.number}. {first.unit.text} {mark}", quoted
        case _:
            return f"{' '.join(_closed(each.unit.text) for each in group)} {mark}", quoted


def _listed(members: Sequence[Unit]) -> str:
    return "\n".join(f"{unit.number}. {unit.text}" if unit.kind == "step" else f"- {unit.text}" for unit in members)


def shorten_row(row: str, question: Question) -> str:
    """Return a row with its first two columns and those that say most about the question, in their order."""
    columns = [plain(each) for each in row.split("; ")]
    if len(columns) <= WIDE or len(row) <= ROW_CHARACTERS:
        return row
    kinds = question_types(question.text)[:2]
    scores = [
        covered(question.weights, frozenset(stems(column)))
        + (MONEY_BONUS if "amount" in kinds and _MONEY.search(column) else 0.0)
        + TYPE_BONUS * any(has_answer(kind, column.partition(": ")[2]) for kind in kinds)
        for column in columns
    ]
    kept = sorted({0, 1, *sorted(range(len(columns)), key=lambda index: (-scores[index], index))[: WIDE - 2]})
    return "; ".join(columns[index] for index in kept)


def _closed(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":", ";", "…", '."', ".)")) else f"{text}."


def _inside(unit: Unit, whole: Candidate) -> bool:
    return whole.unit.start <= unit.start and unit.end <= whole.unit.end


def _chunk(ranked: Ranked) -> str:
    return ranked.candidate.passage.chunk_id


def _has_list(pieces: Sequence[Ranked]) -> bool:
    return any(each.candidate.members or each.candidate.kind in {"row", "step"} for each in pieces)


def without(ranked: Sequence[Ranked], used: Sequence[Ranked]) -> list[Ranked]:
    """Return the candidates that say nothing of what ``used`` says."""
    spans = [(_chunk(each), each.candidate) for each in used]
    return [
        replace(each)
        for each in ranked
        if not any(_chunk(each) == chunk and _inside(each.candidate.unit, whole) for chunk, whole in spans)
    ]
