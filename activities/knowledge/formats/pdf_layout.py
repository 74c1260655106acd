"""What stands where on a PDF page: lines with their type size, and ruled tables, from top to bottom."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from activities.knowledge.formats.pdf_hidden import Sight

HEADING_RATIO = 1.12
"""A heading's type is larger than the body's by this much or more."""
HEADING_CHARACTERS = 120


@dataclass(frozen=True)
class Line:
    """A line of text; lengths in points, ``top`` from the page's top."""

    text: str
    size: float
    bold: bool
    top: float
    bottom: float
    left: float


@dataclass(frozen=True)
class TableRows:
    """A ruled table: its rows of cells."""

    rows: list[list[str]]
    top: float


@dataclass(frozen=True)
class PageLayout:
    """A page: number from 1, height in points, items from top to bottom."""

    number: int
    height: float
    items: list[Line | TableRows]
    pictured: bool = False
    """Whether it shows a picture."""
    hidden: int = 0
    """Characters that a reader does not see."""

    def lines(self) -> list[Line]:
        """Return the lines outside tables."""
        return [item for item in self.items if isinstance(item, Line)]


@dataclass(frozen=True)
class TypeSizes:
    """The type sizes of a document: the body's, and those of headings, largest first."""

    body: float
    headings: tuple[float, ...]
    has_headings: bool

    @classmethod
    def of(cls, pages: Iterable[PageLayout]) -> "TypeSizes":
        """Find the size that most characters have; larger sizes of short lines are headings."""
        lines = [line for page in pages for line in page.lines()]
        counts: Counter[float] = Counter()
        for line in lines:
            counts[line.size] += len(line.text)
        body = counts.most_common(1)[0][0] if counts else 0.0
        larger = {line.size for line in lines if _is_larger(line, body)}
        return cls(body, tuple(sorted(larger, reverse=True)), any(is_heading(line, body) for line in lines))

    def level(self, line: Line) -> int | None:
        """Return the heading level of ``line`` from 1; None when it is running text."""
        if not is_heading(line, self.body):
            return None
        return self.headings.index(line.size) + 1 if line.size in self.headings else len(self.headings) + 1


def is_heading(line: Line, body: float) -> bool:
    """Tell whether ``line`` looks like a heading: larger than the body, or bold, short and not a sentence."""
    if _is_larger(line, body):
        return True
    short = len(line.text) <= HEADING_CHARACTERS / 2
    return line.bold and short and line.size >= body and line.text[-1] not in ".:;,"


def _is_larger(line: Line, body: float) -> bool:
    return line.size >= body * HEADING_RATIO and len(line.text) <= HEADING_CHARACTERS


def read_page(page: Any) -> PageLayout:
    """Read a pdfplumber page. Tables of one row or column are boxes around text, and stay text."""
    seen = page.filter(Sight(page).sees)
    hidden = len(page.chars) - len(seen.chars)
    page = seen if hidden else page
    tables = [table for table in page.find_tables() if len(table.rows) > 1 and len(table.rows[0].cells) > 1]
    outside = page.filter(lambda item: not _inside_any(item, [table.bbox for table in tables])) if tables else page
    items: list[Line | TableRows] = [
        TableRows([[cell or "" for cell in row] for row in table.extract()], table.bbox[1]) for table in tables
    ]
    items.extend(_line(found) for found in outside.extract_text_lines(return_chars=True) if found["text"].strip())
    return PageLayout(
        page.page_number, float(page.height), sorted(items, key=lambda item: item.top), bool(page.images), hidden
    )


def _inside_any(item: dict[str, Any], boxes: Sequence[tuple[float, float, float, float]]) -> bool:
    if item.get("object_type") != "char":
        return False
    across, down = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
    return any(left <= across <= right and top <= down <= bottom for left, top, right, bottom in boxes)


def _line(found: dict[str, Any]) -> Line:
    letters = [letter for letter in found["chars"] if letter["text"].strip()] or found["chars"]
    size = Counter(round(letter["size"] * 2) / 2 for letter in letters).most_common(1)[0][0]
    bold = all("bold" in letter["fontname"].lower() for letter in letters)
    return Line(found["text"], size, bold, found["top"], found["bottom"], found["x0"])
