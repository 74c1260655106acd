"""How well the output check tells answers with a changed figure, name or word from those that say what they cite.

Answers come from the golden set (asked of the sample company), and, held out, from sentences of public help pages.
Each is altered in every way of ``evals/altered.py`` that applies, as it stands and re-worded; unaltered ones, as they
stand, re-worded by rule, and re-worded by hand (``datasets/reworded.jsonl``), are the controls.
"""

import asyncio
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from activities.guard.output import OutputCheck, statements
from activities.guard.personal_data import PersonalData
from activities.models.clauses import sentences_of
from activities.models.echo import without_echo
from activities.models.embedded import as_draft
from activities.ports import Passage, citation
from evals.altered import Source, alter, kinds_for
from evals.beir import CollectionError, read_records
from evals.embedding import evaluation_embedder
from evals.golden import SHIPPED, ask_cases, read_cases
from evals.rewording import reword

HAND_WRITTEN = Path(__file__).parent / "datasets" / "reworded.jsonl"
SEED = 20_260
WANTED = 500
Wording = Literal["as it stands", "re-worded", "by hand"]
WHOLE: Wording = "as it stands"
REWORDED: Wording = "re-worded"
_LONGEST = 60
_CODE = re.compile(r"https?:|[=\\|{}\[\]]|::|\w+\(")
"""Marks of program text, which nobody quotes as an answer."""


@dataclass(frozen=True)
class Quoted:
    """A true answer of a sentence or more, and the words it stands on."""

    text: str
    quote: str
    title: str = ""


@dataclass(frozen=True)
class Trial:
    """One answer that is checked; ``kind`` is empty for a control."""

    text: str
    quote: str
    title: str
    kind: str
    wording: Wording


class HandWritten(BaseModel):
    """One line of ``reworded.jsonl``: ``kind`` is empty when ``text`` says what ``quote`` says."""

    quote: str
    text: str
    title: str = ""
    kind: str = ""


async def evaluate_grounding(
    data: Path | None = None, corpus: Path | None = None, wanted: int = WANTED, seed: int = SEED
) -> dict[str, Any]:
    """Alter ``wanted`` answers of the golden set (or of ``data``, in its format) and return what the check says.

    With ``corpus`` (JSONL of pages with ``body``, ``text`` or ``sentences``) answers are sentences of it instead.
    Returns ``caught`` (share of altered answers), ``false_alarms`` (share of controls), ``kinds`` and ``controls``
    (rows of n and share), ``missed`` and ``alarms`` (examples), ``milliseconds`` a check, and ``n``.
    Raises ``ValueError`` when files cannot be used.
    """
    answers = corpus_answers(corpus, seed) if corpus else await golden_answers(data)
    made = trials(answers, wanted, seed)
    if corpus is None and data is None:
        made += hand_written()
    return await measure(made)


async def golden_answers(data: Path | None = None) -> list[Quoted]:
    """Ask the golden questions that documents answer, and return each statement with the quotes it cites."""
    cases = [each for each in read_cases(data or SHIPPED) if each.outcome != "handoff"]
    found: dict[tuple[str, str], Quoted] = {}
    for result in await ask_cases(cases):
        for statement in statements(without_echo(result.text)) if result.quotes else []:
            cited = [result.quotes[mark - 1] for mark in statement.marks if mark <= len(result.quotes)]
            quote = " \n".join(cited or result.quotes)
            found[statement.text, quote] = Quoted(statement.text, quote)
    return list(found.values())


def corpus_answers(path: Path, seed: int = SEED, pages: int = 400) -> list[Quoted]:
    """Return sentences of a corpus, each with the paragraph it stands in as its quote. Raises ``CollectionError``."""
    dice = random.Random(seed)
    records = list(read_records(path))
    found = []
    for page in dice.sample(records, min(pages, len(records))):
        for paragraph in _paragraphs(_body(page)):
            sentences = sentences_of(paragraph)
            found += [Quoted(each, paragraph, str(page.get("title", ""))) for each in sentences if _is_answer(each)]
    if not found:
        raise CollectionError(f"{path} has no sentences that could be answers: body, text or sentences are read")
    return dice.sample(found, min(len(found), 2 * WANTED))


def hand_written(path: Path = HAND_WRITTEN) -> list[Trial]:
    """Return the trials of a file of answers re-worded by hand, true and altered."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [HandWritten.model_validate_json(line) for line in lines if line.strip()]
    return [Trial(each.text, each.quote, each.title, each.kind, "by hand") for each in rows]


def trials(answers: Sequence[Quoted], wanted: int, seed: int = SEED) -> list[Trial]:
    """Return ``wanted`` altered answers, kind by kind in turn, half of them re-worded as well, and as many controls."""
    dice = random.Random(seed)
    strangers = [each.text for each in answers]
    pool: defaultdict[str, list[Trial]] = defaultdict(list)
    for number, answer in enumerate(answers):
        source = Source(answer.quote, strangers[(number + len(strangers) // 2) % len(strangers)])
        for kind in kinds_for(answer.text, source):
            altered = alter(kind, answer.text, dice, source)
            if altered and altered not in answer.quote:
                said = reword(altered, dice) if dice.random() < 0.5 else None
                pool[kind].append(Trial(said or altered, answer.quote, answer.title, kind, REWORDED if said else WHOLE))
    chosen: list[Trial] = []
    for kinds in pool.values():
        dice.shuffle(kinds)
    while len(chosen) < wanted and any(pool.values()):
        chosen += [kinds.pop() for kinds in list(pool.values()) if kinds][: wanted - len(chosen)]
    return chosen + _controls(answers, wanted // 2, dice)


def _controls(answers: Sequence[Quoted], wanted: int, dice: random.Random) -> list[Trial]:
    some = dice.sample(list(answers), min(wanted, len(answers)))
    same = [Trial(each.text, each.quote, each.title, "", WHOLE) for each in some]
    others = ((each, reword(each.text, dice)) for each in some)
    return same + [Trial(said, each.quote, each.title, "", REWORDED) for each, said in others if said]


async def measure(made: Sequence[Trial]) -> dict[str, Any]:
    """Check each trial and return the figures of ``evaluate_grounding``."""
    checker = OutputCheck(evaluation_embedder(), PersonalData().redact)
    clock = asyncio.get_running_loop().time
    started = clock()
    problems = [await _problems(checker, each) for each in made]
    seconds = clock() - started
    flagged = list(zip(made, problems, strict=True))
    altered = [(each, found) for each, found in flagged if each.kind]
    controls = [(each, found) for each, found in flagged if not each.kind]
    return {
        "caught": _share(bool(found) for _, found in altered),
        "false_alarms": _share(bool(found) for _, found in controls),
        "n": len(made),
        "n_altered": len(altered),
        "n_controls": len(controls),
        "milliseconds": round(1000 * seconds / max(1, len(made)), 2),
        "kinds": [
            {"kind": kind, "n": len(mine), "caught": _share(bool(found) for _, found in mine)}
            for kind in sorted({each.kind for each, _ in altered})
            for mine in [[pair for pair in altered if pair[0].kind == kind]]
        ],
        "controls": [
            {"wording": wording, "n": len(mine), "false_alarms": _share(bool(found) for _, found in mine)}
            for wording in sorted({each.wording for each, _ in controls})
            for mine in [[pair for pair in controls if pair[0].wording == wording]]
        ],
        "missed": [{"kind": each.kind, "text": each.text, "quote": each.quote} for each, found in altered if not found],
        "alarms": [{"text": each.text, "quote": each.quote, "problems": found} for each, found in controls if found],
    }


async def _problems(checker: OutputCheck, trial: Trial) -> list[str]:
    passage = Passage(
        "trial", "trial", trial.title, 1, 0, "", "text", trial.quote, 0, len(trial.quote), "support", "public"
    )
    draft = as_draft(f"{trial.text} [1]", [citation(passage, 0, len(trial.quote))], 1.0)
    return (await checker.check(draft, [passage]))["problems"]


def _body(page: Mapping[str, Any]) -> str:
    """The text of a page; what is given in sentences is one paragraph."""
    if isinstance(sentences := page.get("sentences"), list):
        return " ".join(map(str, sentences))
    return str(page.get("body") or page.get("text") or "")


def _paragraphs(body: str) -> list[str]:
    plain = re.sub(
        r"!?\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"\*\*|__|`|^#.*$|^>.*$|\{:.*?\}|&nbsp;", "", body, flags=re.M)
    )
    return [
        " ".join(each.split())
        for each in re.split(r"\n\s*\n|\n(?=\s*(?:[*-]|\d+\.)\s)", plain)
        if len(each.split()) > 5
    ]


def _is_answer(sentence: str) -> bool:
    words = sentence.split()
    return (
        6 <= len(words) <= _LONGEST and sentence[0].isupper() and sentence.endswith(".") and not _CODE.search(sentence)
    )


def _share(values: Iterable[bool]) -> float:
    kept = list(values)
    return round(sum(kept) / len(kept), 4) if kept else 0.0
