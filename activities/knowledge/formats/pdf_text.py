"""From laid-out pages to headings, paragraphs, lists and tables."""

import re
from collections import Counter
from collections.abc import Sequence

from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.lines import LineReader
from activities.knowledge.formats.pdf_layout import Line, PageLayout, TableRows, TypeSizes

PARAGRAPH_GAP = 0.55
"""A gap of more than this part of a line's height starts a new paragraph; single-spaced lines leave 0.1 to 0.4."""
MARGIN = 0.1
"""Running titles and page numbers stand in the upper or lower tenth of a page."""
RUNNING_PAGES = 2


class PageWriter:
    """Writes pages in order to ``builder``; a table that goes on over a page keeps its column names."""

    def __init__(self, builder: DocumentBuilder, sizes: TypeSizes) -> None:
        self._builder = builder
        self._sizes = sizes
        self._reader = LineReader(builder)
        self._last: Line | None = None
        self._header: list[str] = []
        self._heading: tuple[int, list[str]] | None = None

    def write(self, page: PageLayout, skipped: set[str]) -> None:
        """Add the items of ``page`` except running titles."""
        self._reader.end()
        self._last = None
        self._builder.page = page.number
        for item in page.items:
            if isinstance(item, TableRows):
                self._add_table(item)
            elif self._is_running(item, page, skipped):
                self._builder.margin(item.text)
            else:
                self._add_line(item)
        self._end_heading()

    def end(self) -> None:
        """Write what is open."""
        self._end_heading()
        self._reader.end()

    def _is_running(self, line: Line, page: PageLayout, skipped: set[str]) -> bool:
        """The title of the first page stays, though the pages after it repeat it small."""
        is_title = page.number == 1 and self._sizes.level(line) is not None
        return not is_title and _in_margin(line, page) and running_form(line.text) in skipped

    def _add_table(self, table: TableRows) -> None:
        self.end()
        self._last = None
        first, *rest = table.rows
        goes_on = len(first) == len(self._header)
        if goes_on and first != self._header:
            rest = table.rows
        else:
            self._header = first
        self._builder.table(self._header, rest)

    def _add_line(self, line: Line) -> None:
        self._header = []
        level = self._sizes.level(line)
        if level is None:
            self._end_heading()
            if self._last and line.top - self._last.bottom > PARAGRAPH_GAP * (line.bottom - line.top):
                self._reader.pause()
            self._reader.read(line.text)
            self._last = line
        else:
            self._add_heading(level, line)

    def _add_heading(self, level: int, line: Line) -> None:
        self._reader.end()
        near = self._last is not None and line.top - self._last.bottom < line.size
        if self._heading and self._heading[0] == level and near:
            self._heading[1].append(line.text)
        else:
            self._end_heading()
            self._heading = (level, [line.text])
        self._last = line

    def _end_heading(self) -> None:
        if self._heading:
            level, words = self._heading
            self._heading = None
            self._builder.heading(level, " ".join(words))


def running_titles(pages: Sequence[PageLayout]) -> set[str]:
    """Return the lines in page margins that repeat on most pages, in ``running_form``."""
    if len(pages) < RUNNING_PAGES:
        return set()
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({running_form(line.text) for line in page.lines() if _in_margin(line, page)})
    return {text for text, count in counts.items() if count > len(pages) / 2}


def running_form(text: str) -> str:
    """Return ``text`` with its numbers made equal: ``Page 3 of 9`` and ``Page 4 of 9`` are one running title."""
    return re.sub(r"\d+", "0", text).strip()


def _in_margin(line: Line, page: PageLayout) -> bool:
    return line.top < page.height * MARGIN or line.bottom > page.height * (1 - MARGIN)
