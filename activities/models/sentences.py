"""The units an answer is made of: sentences, list items, steps and table rows, each with its place in the passage."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["sentence", "item", "step", "row"]

_LINE = re.compile(r"[^\n]+")
_HEADING = re.compile(r"\s*#{1,6}\s+(?P<body>.+)")
_STEP = re.compile(r"\s*(?:\*\*)?(?:step\s+)?(?P<number>\d{1,2})[.):]\s+", re.IGNORECASE)
_ITEM = re.compile(r"\s*[-*•‣–]\s+")
_RULE = re.compile(r"[\s|:+=-]{3,}")
_ROW = re.compile(r"\s*\|.*\||[^|\n]+(?:\s\|\s[^|\n]*)+|[^\t\n]+\t[^\n]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|no|nr|mr|mrs|ms|dr|inc|ltd|approx|incl|fig|art|sec|st|max|min)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_MARKDOWN = ((re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"), (re.compile(r"(\*\*|__|`|~~)(.+?)\1"), r"\2"))


@dataclass(frozen=True)
class Unit:
    """A piece of a passage that can be quoted alone; ``start`` and ``end`` are characters in the passage's text."""

    kind: Kind
    start: int
    end: int
    text: str
    """As a customer reads it: without list and table marks; a row carries the names of its columns."""
    lead: str
    """What it stands under: heading, lead-in sentence of a list, first cell of a table's header."""
    block: int
    """Units of one paragraph, list or table share their block."""


@dataclass
class _Scan:
    """Where the scan of a passage stands."""

    text: str
    heading: str
    block: int = 0
    lead_in: str = ""
    columns: list[str] = field(default_factory=list)
    previous: str = ""
    units: list[Unit] = field(default_factory=list)


def split_units(text: str, heading: str = "", kind: str = "text") -> list[Unit]:
    """Split a passage into its units, in order. ``heading`` is the path it stands under, ``kind`` the passage's own."""
    scan = _Scan(text, heading.rpartition(" > ")[2])
    for start, end in _joined_lines(text):
        line = text[start:end]
        found = _line_kind(line, table=kind == "table")
        if found != scan.previous or found == "paragraph":
            scan.block += 1
            scan.columns = []
        _take(scan, found, start, end)
        scan.previous = found
    return scan.units


def _take(scan: _Scan, found: str, start: int, end: int) -> None:
    line = scan.text[start:end]
    match found:
        case "heading":
            scan.heading, scan.lead_in = plain(line.lstrip("# \t")), ""
        case "step" | "item":
            mark = (_STEP if found == "step" else _ITEM).match(line)
            skipped = mark.end() if mark and found == "item" else len(line) - len(line.lstrip())
            body = line[mark.end() if mark else 0 :]
            _add(scan, "step" if found == "step" else "item", start + skipped, end, plain(body))
        case "row":
            _take_row(scan, line, start, end)
        case "paragraph":
            spans = list(_sentences(scan.text, start, end))
            for each in spans:
                _add(scan, "sentence", *each, plain(scan.text[slice(*each)]))
            last = plain(scan.text[slice(*spans[-1])])
            scan.lead_in = last if last.endswith(":") else ""


def _take_row(scan: _Scan, line: str, start: int, end: int) -> None:
    cells = _cells(line)
    if not scan.columns:
        scan.columns = cells
    elif any(cells):
        _add(scan, "row", start + len(line) - len(line.lstrip()), end, _row_text(cells, scan.columns))


def _add(scan: _Scan, kind: Kind, start: int, end: int, text: str) -> None:
    if not any(character.isalnum() for character in text):
        return
    lead = f"{scan.heading} {scan.lead_in}" if kind in {"item", "step", "row"} and scan.lead_in else scan.heading
    scan.units.append(Unit(kind, start, end, text, lead.strip(), scan.block))


def _line_kind(line: str, *, table: bool) -> str:
    if _HEADING.match(line):
        return "heading"
    if _RULE.fullmatch(line):
        return "rule" if "|" not in line else "row-rule"
    if _STEP.match(line):
        return "step"
    if _ITEM.match(line):
        return "item"
    return "row" if _ROW.fullmatch(line) and (table or line.count("|") > 1 or "\t" in line) else "paragraph"


def _joined_lines(text: str) -> Iterator[tuple[int, int]]:
    """Lines as (start, end); a hard-wrapped continuation belongs to the line before, rules of tables are left out."""
    start, end = -1, -1
    for found in _LINE.finditer(text):
        line = found[0]
        if not line.strip() or (_line_kind(line, table=False) == "row-rule"):
            continue
        if start >= 0 and _continues(text, start, end, found.start(), line):
            end = found.start() + len(line.rstrip())
            continue
        if start >= 0:
            yield start, end
        start, end = found.start(), found.start() + len(line.rstrip())
    if start >= 0:
        yield start, end


def _continues(text: str, start: int, end: int, begins: int, line: str) -> bool:
    """Plain text right below, going on with the sentence of a paragraph, step or item."""
    before = text[start:end]
    if text[end:begins].count("\n") != 1 or _line_kind(line, table=False) != "paragraph":
        return False
    kind = _line_kind(before, table=False)
    if kind == "paragraph":
        return "|" not in line
    return kind in {"step", "item"} and (line[:1].isspace() or not before.endswith((".", "!", "?", ":")))


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begins = start
    for found in _SENTENCE_END.finditer(text, start, end):
        if _ABBREVIATION.search(text[begins : found.start()].rstrip("\"'”’)]")):
            continue
        yield begins, found.start() + len(found[0].rstrip())
        begins = found.end()
    if begins < end:
        yield begins, end


def _cells(line: str) -> list[str]:
    parts = line.strip().strip("|").split("|") if "|" in line else line.split("\t")
    return [plain(part) for part in parts]


def _row_text(cells: list[str], columns: list[str]) -> str:
    """``Personal: Storage 2 TB; Price 9 EUR``: the first cell, then each other cell after its column's name."""
    named = [
        f"{columns[index]}: {cell}" if index < len(columns) and columns[index] else cell
        for index, cell in enumerate(cells)
        if index and cell
    ]
    return f"{cells[0]} – {'; '.join(named)}" if cells[0] and named else cells[0] or "; ".join(named)


def plain(text: str) -> str:
    """Return text without Markdown's inline marks and with single spaces."""
    for pattern, replacement in _MARKDOWN:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())
