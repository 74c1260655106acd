"""The one way to write a ``ParsedDocument``: headings, paragraphs, lists and tables in reading order."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from activities.knowledge.formats.document import Block, BlockKind, DocumentRefusedError, ParsedDocument, Span
from activities.knowledge.formats.encoding import clean_code, clean_line, clean_lines
from activities.knowledge.formats.language import detect_language
from activities.ports import Level

MAX_CHARACTERS = 10_000_000
GAP = "\n\n"
NAVIGATION = re.compile(
    r"(?:see also|related(?: \w+)?|further reading|read more|(?:more|other) (?:articles|links|help)|in this article)$",
    re.I,
)
"""Headings of link lists. The titles in them match any question about those articles, and answer none."""
TITLE_CHARACTERS = 300
HIDDEN = "{:,} characters that readers do not see were left out"
"""White, tiny, off the page or marked as hidden: authors' leftovers, or words meant for the model alone."""


class DocumentBuilder:
    """Collects blocks. ``page`` is stamped on each block that is added; ``hidden`` counts characters left out."""

    def __init__(self) -> None:
        self.page: int | None = None
        self.hidden = 0
        self._texts: list[str] = []
        self._blocks: list[Block] = []
        self._levels: list[int] = []
        self._path: list[tuple[int, str]] = []
        self._length = 0
        self._notes: list[str] = []
        self._margins: dict[str, None] = {}

    def heading(self, level: int, text: str) -> None:
        """Start a section; ``level`` counts from 1, outermost."""
        if not (line := clean_line(text)):
            return
        self._path = [(above, name) for above, name in self._path if above < level]
        self._add("heading", line, (), level)
        self._path.append((level, line))

    def paragraph(self, text: str) -> None:
        """Add running text; line ends in ``text`` stay."""
        self._add("text", clean_lines(text), ())

    def code(self, text: str) -> None:
        """Add preformatted lines."""
        self._add_units("text", [line for line in map(clean_code, text.split("\n")) if line])

    def bullets(self, items: Iterable[str]) -> None:
        """Add a list without an order; further lines of an item are its details."""
        self._add_units("text", [_item("-", item) for item in items if clean_lines(item)])

    def steps(self, items: Iterable[str], start: int = 1) -> None:
        """Add a numbered list; further lines of an item are its details."""
        kept = [item for item in items if clean_lines(item)]
        self._add_units("steps", [_item(f"{number}.", item) for number, item in enumerate(kept, start)])

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Add a table, each row a line that can be read alone: ``Column: value; Column: value``."""
        names = [clean_line(name) for name in header]
        self._add_units("table", [line for row in rows if (line := _row(names, row))])

    def hide(self, text: str) -> None:
        """Count text that a reader of the document does not see; it is not added."""
        self.hidden += len(clean_line(text))

    def margin(self, text: str) -> None:
        """Keep a line of a page's head or foot, which is no text but may be a marking."""
        if line := clean_line(text):
            self._margins[line] = None

    def note(self, line: str) -> None:
        """Say in one line what was left out."""
        self._notes.append(line)

    def in_navigation(self) -> bool:
        """Tell whether the section that is open is one for links to other pages."""
        return bool(self._path) and NAVIGATION.match(self._path[-1][1]) is not None

    def lines(self) -> str:
        """Return what was added as lines, without gaps: the inside of a list item or a table cell."""
        return "\n".join(self._texts)

    def build(
        self,
        filename: str,
        *,
        title: str = "",
        language: str = "",
        department: str | None = None,
        classification: Level | None = None,
    ) -> ParsedDocument:
        """Return the document. Without ``title`` its first heading names it, or else its file.

        Raises ``DocumentRefusedError`` when nothing was added.
        """
        if not self._blocks:
            raise DocumentRefusedError("it holds no text")
        text = GAP.join(self._texts)
        title = clean_line(title) or self._first_heading() or title_from_name(filename)
        blocks = tuple(self._settled(index, title) for index in range(len(self._blocks)))
        spoken = language.lower().replace("_", "-").split("-")[0]
        return ParsedDocument(
            title=title[:TITLE_CHARACTERS],
            text=text,
            blocks=blocks,
            language=spoken if spoken.isalpha() and len(spoken) in {2, 3} else detect_language(text),
            department=department,
            classification=classification,
            margins="\n".join(self._margins),
            notes=tuple(self._notes) + ((HIDDEN.format(self.hidden),) if self.hidden else ()),
        )

    def _first_heading(self) -> str:
        first = self._blocks[0]
        return self._texts[0] if first.kind == "heading" else ""

    def _settled(self, index: int, title: str) -> Block:
        """Take the title out of the heading path, and let a heading with nothing under it speak for itself."""
        block = self._blocks[index]
        path = block.heading[1:] if block.heading[:1] == (title,) else block.heading
        return replace(block, heading=path, kind="text" if self._is_lone(index, title) else block.kind)

    def _is_lone(self, index: int, title: str) -> bool:
        if self._blocks[index].kind != "heading":
            return False
        if len(self._blocks) == 1:
            return True
        last = index + 1 == len(self._blocks)
        if NAVIGATION.match(self._texts[index]):
            return False
        empty = last or (self._blocks[index + 1].kind == "heading" and self._levels[index + 1] <= self._levels[index])
        return empty and self._texts[index] != title

    def _add_units(self, kind: BlockKind, units: Sequence[str]) -> None:
        spans, position = [], 0
        for unit in units:
            spans.append((position, position + len(unit)))
            position += len(unit) + 1
        self._add(kind, "\n".join(units), spans)

    def _add(self, kind: BlockKind, text: str, spans: Sequence[Span], level: int = 0) -> None:
        if not text:
            return
        start = self._length + len(GAP) if self._texts else 0
        end = start + len(text)
        if end > MAX_CHARACTERS:
            raise DocumentRefusedError(f"its text is longer than {MAX_CHARACTERS:,} characters; split it")
        units = tuple((start + first, start + last) for first, last in spans)
        heading = tuple(name for _, name in self._path)
        self._blocks.append(Block(kind, start, end, heading, units, self.page))
        self._levels.append(level)
        self._texts.append(text)
        self._length = end


def title_from_name(filename: str) -> str:
    """Return a readable title for ``refund-policy.md``: ``Refund policy``."""
    stem = PurePosixPath(filename).name.split(".")[0]
    words = clean_line(stem.replace("-", " ").replace("_", " "))
    return words[:1].upper() + words[1:] or filename


def _item(marker: str, text: str) -> str:
    first, *details = [line for line in text.split("\n") if clean_line(line)]
    indent = " " * (len(marker) + 1)
    return "\n".join([f"{marker} {clean_line(first)}", *(indent + clean_code(line) for line in details)])


def _row(names: Sequence[str], row: Sequence[str]) -> str:
    cells = [clean_line(cell) for cell in row]
    named = [names[index] if index < len(names) else "" for index in range(len(cells))]
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip(named, cells, strict=True) if cell)
