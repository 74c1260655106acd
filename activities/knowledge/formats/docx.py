"""Word documents (DOCX): headings, paragraphs, lists and tables by python-docx."""

import io
import re
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from activities.knowledge.formats.archive import check_archive, open_archive
from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.docx_hidden import is_hidden
from activities.knowledge.formats.docx_lists import ListNumbering
from activities.knowledge.formats.office import has_part

KEPT_RUN = "not(ancestor::w:del) and not(ancestor::*[local-name()='Fallback'])"
"""Deleted text and old drawings' copies are no text; what hides from readers is text, and counted."""
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
        self._numbering = ListNumbering(document)
        self._builder = DocumentBuilder()
        self._items: list[str] = []
        self._ordered = False
        self._list_id = ""
        self._title = ""

    def read(self, filename: str) -> ParsedDocument:
        for item in self._document.iter_inner_content():
            if isinstance(item, Table):
                self._end_list()
                self._add_table(item)
            else:
                self._add_paragraph(item)
        self._end_list()
        return self._builder.build(filename, title=self._title or self._document.core_properties.title or "")

    def _add_paragraph(self, paragraph: Paragraph) -> None:
        text = self._visible(paragraph)
        if not text.strip():
            return
        mark = self._numbering.find(paragraph)
        level = _heading_level(paragraph)
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
        rows = [self._cells(row) for row in table.rows]
        if len(rows) > 1:
            self._builder.table(rows[0], rows[1:])
        else:
            self._builder.table([], rows)

    def _visible(self, paragraph: Paragraph) -> str:
        """Return the text that a reader sees: insertions and links count, deletions do not."""
        runs = paragraph._p.xpath(f".//w:r[{KEPT_RUN}]")
        shown = []
        for run in runs:
            if is_hidden(run):
                self._builder.hide(_text_of([run]))
            else:
                shown.append(run)
        return _text_of(shown)

    def _cells(self, row: Any) -> list[str]:
        """Return the texts of a row; a merged cell counts once in its row."""
        texts, seen = [], None
        for cell in row.cells:
            if cell._tc is not seen:
                texts.append(" ".join(filter(None, map(self._visible, cell.paragraphs))))
            seen = cell._tc
        return texts


def _text_of(runs: Sequence[Any]) -> str:
    marks = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): " ", qn("w:noBreakHyphen"): "-"}
    parts = [marks.get(node.tag, node.text or "") for run in runs for node in run if node.tag in {*marks, qn("w:t")}]
    return "".join(parts)


def _heading_level(paragraph: Paragraph) -> int | None:
    style = paragraph.style
    while style is not None:
        found = HEADING.match(style.name or "") or HEADING.match(style.style_id or "")
        if found:
            return int(found.group(1))
        if (style.name or "").lower() == "title":
            return 0
        style = style.base_style
    return None


FORMAT = DocxFormat()
