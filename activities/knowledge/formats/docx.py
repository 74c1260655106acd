"""Word documents (DOCX): headings, paragraphs, lists and tables by python-docx."""

import io
import re
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from activities.knowledge.formats.archive import check_archive, open_archive
from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.docx_hidden import is_hidden
from activities.knowledge.formats.docx_lists import ListNumbering, Styles
from activities.knowledge.formats.docx_parts import blocks, margins, note_at, read_notes
from activities.knowledge.formats.office import has_part

KEPT_RUN = "not(ancestor::w:del) and not(ancestor::w:moveFrom) and not(ancestor::*[local-name()='Fallback'])"
"""Text that was deleted or moved away and old drawings' copies are no text; what hides from readers is, and counted."""
TEXT = qn("w:t")
MARKS = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): " ", qn("w:noBreakHyphen"): "-"}
HEADING = re.compile(r"heading ?([1-9])$", re.I)


class DocxFormat:
    """Word documents since 2007."""

    name = "Word (DOCX)"
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    suffixes = (".docx",)
    binary = True

    def matches(self, data: bytes) -> bool:
        """A ZIP archive with Word's main part in it."""
        return has_part(data, "word/document.xml")

    def check(self, data: bytes) -> None:
        """Refuse bombs, damage, passwords and entity declarations."""
        check_archive(data)

    def entries(self, data: bytes, filename: str) -> list[Entry]:
        """The file is one document."""
        return [Entry("", data, lambda: parse_docx(data, filename))]


def parse_docx(data: bytes, filename: str) -> ParsedDocument:
    """Parse a Word document. Raises ``DocumentRefusedError`` when it is damaged or holds no text."""
    open_archive(data).close()
    try:
        document = Document(io.BytesIO(data))
        return _Reader(document).read(filename)
    except DocumentRefusedError:
        raise
    except Exception as error:  # python-docx meets broken parts with whatever its lookups raise
        raise DocumentRefusedError(f"the file is damaged ({type(error).__name__})") from error


class _Reader:
    """Reads the body in order; consecutive list paragraphs are one list."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._styles = Styles()
        self._numbering = ListNumbering(document, self._styles)
        self._notes = read_notes(document)
        self._builder = DocumentBuilder()
        self._items: list[str] = []
        self._ordered = False
        self._list_id = ""
        self._title = ""

    def read(self, filename: str) -> ParsedDocument:
        self._add_blocks(self._document.element.body, self._document._body)
        self._end_list()
        for line in margins(self._document):
            self._builder.margin(line)
        return self._builder.build(filename, title=self._title or self._document.core_properties.title or "")

    def _add_blocks(self, holder: Any, parent: Any) -> None:
        for item in blocks(holder, parent):
            if isinstance(item, Table):
                self._end_list()
                self._add_table(item)
            else:
                self._add_paragraph(item)

    def _add_paragraph(self, paragraph: Paragraph) -> None:
        text = self._visible(paragraph)
        if not text.strip():
            return
        mark = self._numbering.find(paragraph)
        level = self._heading_level(paragraph)
        if mark and level is None:
            self._add_item(text, mark.list_id, mark.level, ordered=mark.ordered)
            return
        self._end_list()
        if level is None:
            self._builder.paragraph(text)
        elif level == 0:
            self._title = self._title or text
            self._builder.heading(1, text)
        else:
            self._builder.heading(level + bool(self._title), text)

    def _add_item(self, text: str, list_id: str, level: int, *, ordered: bool) -> None:
        if level and self._items:
            self._items[-1] += f"\n{'  ' * (level - 1)}- {text}"
            return
        if list_id != self._list_id or ordered != self._ordered:
            self._end_list()
        self._items.append(text)
        self._ordered, self._list_id = ordered, list_id

    def _end_list(self) -> None:
        if self._items:
            add = self._builder.steps if self._ordered else self._builder.bullets
            add(self._items)
        self._items, self._list_id = [], ""

    def _add_table(self, table: Table) -> None:
        rows = list(table.rows)
        if _is_frame(table, rows):
            for row in rows:
                self._add_blocks(row.cells[0]._tc, row.cells[0])
            self._end_list()
            return
        while (
            len(rows) > 1 and len(rows[0].cells) > 1 and len(_distinct(rows[0])) == 1
        ):  # a line above the columns' names, across all of them
            self._builder.paragraph(self._cell(rows.pop(0).cells[0]))
        names, body = self._named(rows)
        self._builder.table(names, body)

    def _named(self, rows: Sequence[Any]) -> tuple[list[str], list[list[str]]]:
        """Return the columns' names and the rows; a name across several columns is the name of each."""
        first, *others = rows
        if not others:
            return [], [self._cells(first)]
        return [self._cell(cell) for cell in first.cells], [self._cells(row) for row in others]

    def _visible(self, paragraph: Paragraph) -> str:
        """Return the text that a reader sees: insertions and links count, deletions do not."""
        runs = paragraph._p.xpath(f".//w:r[{KEPT_RUN}]")
        shown = []
        for run in runs:
            if is_hidden(run):
                self._builder.hide(self._text_of([run]))
            else:
                shown.append(run)
        return self._text_of(shown)

    def _cells(self, row: Any) -> list[str]:
        """Return the texts of a row, one for each column; a merged cell has its text in the first of its columns."""
        cells = row.cells
        same = [first._tc is second._tc for first, second in pairwise(cells)]
        return ["" if merged else self._cell(cell) for cell, merged in zip(cells, [False, *same], strict=True)]

    def _cell(self, cell: Any) -> str:
        """Return the text of a cell on one line; a table in it as its rows, each with the names of its columns."""
        parts = []
        for item in blocks(cell._tc, cell):
            if isinstance(item, Table):
                inner = DocumentBuilder()
                inner.table(*self._named(list(item.rows)))
                parts += inner.lines().split("\n")
            else:
                parts.append(self._visible(item))
        return " ".join(filter(None, parts))

    def _text_of(self, runs: Sequence[Any]) -> str:
        return "".join(
            (node.text or "") if node.tag == TEXT else MARKS.get(node.tag) or note_at(node, self._notes)
            for node in chain.from_iterable(runs)
        )

    def _heading_level(self, paragraph: Paragraph) -> int | None:
        style = self._styles.of(paragraph)
        while style is not None:
            found = HEADING.match(style.name or "") or HEADING.match(style.style_id or "")
            if found:
                return int(found.group(1))
            if (style.name or "").lower() == "title":
                return 0
            style = style.base_style
        return None


def _is_frame(table: Table, rows: Sequence[Any]) -> bool:
    """Tell whether a table of one column only stands around other things: one box, or further tables."""
    return all(len(_distinct(row)) == 1 for row in rows) and (
        len(rows) == 1 or bool(table._tbl.xpath(".//w:tc//w:tbl"))
    )


def _distinct(row: Any) -> set[Any]:
    return {cell._tc for cell in row.cells}


FORMAT = DocxFormat()
