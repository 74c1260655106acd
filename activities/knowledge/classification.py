"""Which class a document's content speaks for: markings, secrets and personal data, by the company's own rules."""

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from activities.ports import Level
from activities.records.staging import LEVELS

WORTH_A_LOOK = re.compile(
    r"(?:\d[ ()./-]{0,2}){6}|@|passw|pwd|passphrase|secret|\bpin\b|\beyJ|_\w{20}|birth|\bborn\b", re.IGNORECASE
)
"""Lines without any of this hold no personal data that a rule counts; most lines, and a look costs 6 µs a character."""
RULES_FILE = "classification.toml"
"""In the folder of the company."""
PIECE_CHARACTERS = 4_000
LABEL = r"(?:classification|class|sensitivity|status|distribution)[^\w\n]+"
MARKED = r"^[ \t*_#>|(\[]*{before}(?:{words})[ \t*_#|)\].!]*(?:$|[:–—-][^\n]{{0,80}}$)"
"""A line that is a marking, with a remark after it or none; a bullet of a list is none."""
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]


class ClassificationRulesError(Exception):
    """The company's rules cannot be used; the message says where and why."""


class PersonalSpan(Protocol):
    """A stretch of personal data: ``activities.guard.personal_data.Span``."""

    @property
    def entity(self) -> str:
        """Its type."""
        ...

    @property
    def start(self) -> int:
        """Where it begins."""
        ...

    @property
    def end(self) -> int:
        """Where it ends, not included."""
        ...


FindPersonalData = Callable[[str], Sequence[PersonalSpan]]


class Rule(BaseModel):
    """What every rule has."""

    model_config = ConfigDict(extra="forbid")
    level: Level


class Marking(Rule):
    """Words that mark a document when they stand alone on a line, or after a label like ``Classification:``."""

    words: list[Words] = []
    labelled: list[Words] = []
    """Words that mean too much else to count without a label."""


class Pattern(Rule):
    """A regular expression; ``name`` says in words what it finds."""

    name: str
    regex: str

    @field_validator("regex")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value, re.VERBOSE)
        except re.error as error:
            raise ValueError(f"it is no regular expression: {error}") from error
        return value


class PersonalDataRule(Rule):
    """So many different values of some types of personal data."""

    entities: list[str] = Field(min_length=1)
    at_least: int = Field(ge=1)


class Rules(BaseModel):
    """The rules of a company."""

    model_config = ConfigDict(extra="forbid")
    marking: list[Marking] = []
    pattern: list[Pattern] = []
    personal_data: list[PersonalDataRule] = []


@dataclass(frozen=True)
class Judgement:
    """The class that a content speaks for, None when no rule fits, and why, in words for a person."""

    level: Level | None = None
    reasons: tuple[str, ...] = ()


Judge = Callable[[str, str], Judgement]
"""Judges a document by its title and its text."""


class ContentClassifier:
    """Judges documents by rules; safe between threads."""

    def __init__(self, rules: Rules, find_personal_data: FindPersonalData) -> None:
        """Judge by ``rules``; ``find_personal_data`` returns the personal data of a text."""
        self._markings = [(rule.level, marking) for rule in rules.marking for marking in _markings(rule)]
        self._patterns = [(rule.level, rule.name, re.compile(rule.regex, re.VERBOSE)) for rule in rules.pattern]
        self._personal_data = rules.personal_data
        self._find = find_personal_data

    def judge(self, title: str, text: str) -> Judgement:
        """Return what title and text of a document speak for. Blocks: some milliseconds a page at most."""
        found = [*self._judge_words(f"{title}\n{text}"), *self._judge_personal_data(text)]
        if not found:
            return Judgement()
        level = max((level for level, _ in found), key=LEVELS.index)
        return Judgement(level, tuple(dict.fromkeys(reason for _, reason in found)))

    def _judge_words(self, text: str) -> Iterator[tuple[Level, str]]:
        for level, marking in self._markings:
            if marked := marking.search(text):
                yield level, f"It is marked: {marked.group().strip()[:80]!r}."
        for level, name, pattern in self._patterns:
            if pattern.search(text):  # the secret itself stays out of reports
                yield level, f"It holds {name}."

    def _judge_personal_data(self, text: str) -> Iterator[tuple[Level, str]]:
        if not self._personal_data:
            return
        values: dict[str, set[str]] = {}
        for piece in _pieces(text):
            for span in self._find(piece):
                values.setdefault(span.entity, set()).add(piece[span.start : span.end])
        for rule in self._personal_data:
            counts = {name: len(values[name]) for name in rule.entities if name in values}
            if sum(counts.values()) >= rule.at_least:
                kinds = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
                yield rule.level, f"It holds personal data or secrets: {kinds}."


def read_rules(path: Path) -> Rules:
    """Return the rules of a file. Raises ``ClassificationRulesError``."""
    try:
        return Rules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ClassificationRulesError(f"the rules in {path} cannot be used: {place}: {first['msg']}") from error
    except (OSError, ValueError) as error:
        raise ClassificationRulesError(f"the rules in {path} cannot be read: {error}") from error


def _markings(rule: Marking) -> Iterator[re.Pattern[str]]:
    for words, before in ((rule.words, f"(?:{LABEL})?"), (rule.labelled, LABEL)):
        if words:
            either = "|".join(re.escape(each) for each in words)
            yield re.compile(MARKED.format(before=before, words=either), re.IGNORECASE | re.MULTILINE)


def _pieces(text: str) -> Iterator[str]:
    """Yield the lines that are worth a look, each after the line before it, in pieces that a pattern can search."""
    kept: list[str] = []
    size, before = 0, ""
    for line in text.splitlines():
        if WORTH_A_LOOK.search(line):
            kept += [before, line]
            size += len(before) + len(line)
            before = ""
        else:
            before = line[-200:]
        if size >= PIECE_CHARACTERS:
            yield "\n".join(kept)
            kept, size = [], 0
    if kept:
        yield "\n".join(kept)
