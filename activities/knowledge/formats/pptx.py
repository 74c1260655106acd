"""Presentations (PPTX) by python-pptx: each slide a section with its number, its lists and tables kept."""

import io
from collections.abc import Iterator
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn

from activities.knowledge.formats.archive import check_archive
from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.office import has_part

MAX_SLIDES = 2_000
MAX_GROUPS = 20
TITLES = {PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE}
RUNNING = {PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER}
"""Placeholders that repeat on each slide."""


class PptxFormat:
    """PowerPoint presentations since 2007."""

    name = "PowerPoint (PPTX)"
    media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    suffixes = (".pptx",)
    binary = True

    def matches(self, data: bytes) -> bool:
        """A ZIP archive with PowerPoint's main part in it."""
        return has_part(data, "ppt/presentation.xml")

    def check(self, data: bytes) -> None:
        """Refuse bombs, damage, passwords and entity declarations."""
        check_archive(data)

    def entries(self, data: bytes, filename: str) -> list[Entry]:
        """The file is one document."""
        return [Entry("", data, lambda: parse_pptx(data, filename))]


def parse_pptx(data: bytes, filename: str) -> ParsedDocument:
    """Parse a presentation; ``page`` of its blocks is the slide. Raises ``DocumentRefusedError``."""
    try:
        presentation = Presentation(io.BytesIO(data))
        return _Reader().read(presentation, filename)
    except DocumentRefusedError:
        raise
    except Exception as error:  # python-pptx meets broken parts with whatever its lookups raise
        raise DocumentRefusedError(f"the file is damaged ({type(error).__name__})") from error


class _Reader:
    """Writes slides in order to one document."""

    def __init__(self) -> None:
        self._builder = DocumentBuilder()
        self._left_out: dict[str, list[int]] = {}

    def read(self, presentation: Any, filename: str) -> ParsedDocument:
        if len(presentation.slides) > MAX_SLIDES:
            raise DocumentRefusedError(f"it has more than {MAX_SLIDES:,} slides")
        title = presentation.core_properties.title or ""
        for number, slide in enumerate(presentation.slides, 1):
            if slide.element.get("show") == "0":
                self._leave_out("hidden slides", number)
            else:
                self._add_slide(slide, number)
        for what, numbers in self._left_out.items():
            self._builder.note(f"{what} were left out: slide {', '.join(map(str, numbers[:20]))}")
        return self._builder.build(filename, title="" if title == "PowerPoint Presentation" else title)

    def _add_slide(self, slide: Any, number: int) -> None:
        self._builder.page = number
        heading = slide.shapes.title
        words = heading.text_frame.text if heading is not None and heading.has_text_frame else ""
        self._builder.heading(1, " ".join(words.split()) or f"Slide {number}")
        for shape in _in_reading_order(slide.shapes):
            self._add_shape(shape, number)
        for shape in filter(_is_running, slide.placeholders):
            if shape.placeholder_format.type in RUNNING:
                self._builder.margin(shape.text_frame.text)
        if slide.has_notes_slide and (slide.notes_slide.notes_text_frame is not None):
            spoken = slide.notes_slide.notes_text_frame.text
            if spoken.strip():
                self._leave_out("speaker notes", number)

    def _add_shape(self, shape: Any, number: int) -> None:
        if _is_hidden(shape):
            self._builder.hide(shape.text_frame.text if shape.has_text_frame else "")
        elif shape.has_text_frame:
            self._add_paragraphs(shape.text_frame.paragraphs)
        elif getattr(shape, "has_table", False):
            rows = [[cell.text_frame.text for cell in row.cells] for row in shape.table.rows]
            self._builder.table(rows[0] if len(rows) > 1 else [], rows[1:] if len(rows) > 1 else rows)
        elif getattr(shape, "has_chart", False):
            self._leave_out("charts", number)

    def _add_paragraphs(self, paragraphs: Any) -> None:
        items: list[str] = []
        ordered = False
        for paragraph in paragraphs:
            text = paragraph.text.replace("\v", "\n").strip()
            numbered = paragraph._p.find(f"{qn('a:pPr')}/{qn('a:buAutoNum')}") is not None
            if not text:
                continue
            if paragraph.level and items:
                items[-1] += f"\n{'  ' * (paragraph.level - 1)}- {text}"
                continue
            if items and numbered != ordered:
                self._end_list(items, ordered)
                items = []
            ordered = numbered
            items.append(text)
        self._end_list(items, ordered)

    def _end_list(self, items: list[str], ordered: bool) -> None:
        if ordered:
            self._builder.steps(items)
        elif len(items) == 1:
            self._builder.paragraph(items[0])
        else:
            self._builder.bullets(items)

    def _leave_out(self, what: str, number: int) -> None:
        self._left_out.setdefault(what, []).append(number)


def _in_reading_order(shapes: Any) -> list[Any]:
    """Return the shapes from top to bottom and left to right, groups opened, titles and running lines left out."""
    found = [shape for shape in _flat(shapes) if not _is_running(shape)]
    return sorted(found, key=lambda shape: (shape.top or 0, shape.left or 0))


def _flat(shapes: Any, depth: int = 0) -> Iterator[Any]:
    if depth > MAX_GROUPS:
        raise DocumentRefusedError(f"it nests shapes deeper than {MAX_GROUPS} levels")
    for shape in shapes:
        if hasattr(shape, "shapes") and not shape.has_text_frame:
            yield from _flat(shape.shapes, depth + 1)
        else:
            yield shape


def _is_running(shape: Any) -> bool:
    return shape.is_placeholder and shape.placeholder_format.type in TITLES | RUNNING


def _is_hidden(shape: Any) -> bool:
    properties = shape._element.find(f".//{qn('p:cNvPr')}")
    return properties is not None and properties.get("hidden") in {"1", "true"}


FORMAT = PptxFormat()
