"""The units an answer is made of: sentences, list items, steps and table rows, each with its place in the passage.

Passages come from ``activities/knowledge``: blocks are parted by an empty line, items start with ``- ``, steps with
``1. ``, the rest of an item is indented, and a table row is a line ``Column: value; Column: value``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["sentence", "item", "step", "row"]

_BLOCK = re.compile(r"\S.*?(?=\n[ \t]*\n|\Z)", re.DOTALL)
_STEP = re.compile(r"[ \t]*(?:step\s+)?(?P<number>\d{1,2})[.):][ \t]+", re.IGNORECASE)
_ITEM = re.compile(r"[ \t]*[-*•‣–][ \t]+")
_ROW = re.compile(r"(?:[^;.\n]|\.(?! )){1,160}(?:; [^:;\n]{1,80}: [^;\n]*)+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|no|nr|mr|mrs|ms|dr|inc|ltd|approx|incl|fig|art|sec|st|max|min)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_TERSE = re.compile(r"\W*\w+(?:\W+\w+)?\.")
"""``No.``, ``Yes, always.``: says nothing without the sentence after it."""
_MARKDOWN = ((re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"), (re.compile(r"(\*\*|__|`|~~)(.+?)\1"), r"\2"))


@dataclass(frozen=True)
class Unit:
    """A piece of a passage that can be quoted alone; ``start`` and ``end`` are characters in the passage's text."""

    kind: Kind
    start: int
    end: int
    text: str
    """As a customer reads it: one line, without list marks."""
    lead: str
    """What it stands under: the heading, and the sentence that introduces its list."""
    block: int
    """Units of one paragraph, list or table share their block."""
    number: int = 0
    """A step's own number."""


def split_units(text: str, heading: str = "") -> list[Unit]:
    """Split a passage into its units, in order; ``heading`` is the path it stands under (``A > B``).

    A question and a line that introduces a list are no units: they are the lead of what follows.
    """
    units: list[Unit] = []
    under, lead_in = heading.rpartition(" > ")[2], ""
    for number, block in enumerate(_BLOCK.finditer(text)):
        found = [unit for line in _lines(text, *block.span()) for unit in _split_line(text, *line, number)]
        if not found or found[0].kind == "sentence":
            lead_in = ""
        for unit in found:
            if unit.kind == "sentence" and unit.text.endswith(("?", ":")):
                lead_in = unit.text
            else:
                units.append(replace(unit, lead=f"{under} {lead_in}".strip()))
    return units


def _split_line(text: str, start: int, end: int, block: int) -> Iterator[Unit]:
    line = text[start:end]
    if (mark := _STEP.match(line)) and plain(line[mark.end() :]):
        yield Unit("step", start, end, plain(line[mark.end() :]), "", block, int(mark["number"]))
    elif (mark := _ITEM.match(line)) and any(map(str.isalnum, line)):
        yield Unit("item", start + mark.end(), end, plain(line[mark.end() :]), "", block)
    elif _ROW.fullmatch(line):
        yield Unit("row", start, end, plain(line), "", block)
    else:
        for first, last in _sentences(text, start, end):
            if any(character.isalnum() for character in text[first:last]):
                yield Unit("sentence", first, last, plain(text[first:last]), "", block)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The lines of a block as (start, end); what goes on with the line before belongs to it."""
    begins, ends = start, start
    for found in re.compile(r"[^\n]+").finditer(text, start, end):
        line, before = found[0], text[begins:ends]
        if before and not _continues(line, before):
            yield begins, ends
            begins = found.start()
        ends = found.start() + len(line.rstrip())
    if ends > begins:
        yield begins, ends


def _continues(line: str, before: str) -> bool:
    if _STEP.match(line) or _ITEM.match(line) or _ROW.fullmatch(line) or _ROW.fullmatch(before):
        return False
    return line[:1].isspace() or not (_STEP.match(before) or _ITEM.match(before))


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begins = start
    for found in _SENTENCE_END.finditer(text, start, end):
        sentence = text[begins : found.start()]
        if _ABBREVIATION.search(sentence.rstrip("\"'”’)]")) or _TERSE.fullmatch(sentence):
            continue
        yield begins, found.start() + len(found[0].rstrip())
        begins = found.end()
    if begins < end:
        yield begins, end


def plain(text: str) -> str:
    """Return text on one line, without Markdown's inline marks."""
    for pattern, replacement in _MARKDOWN:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())
