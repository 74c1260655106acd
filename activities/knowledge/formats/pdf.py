"""PDF: text, headings by their type size, lists and tables by pdfplumber, with page numbers."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfplumber.utils.exceptions import PdfminerException

from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.pdf_bombs import check_streams
from activities.knowledge.formats.pdf_layout import PageLayout, TypeSizes, read_page
from activities.knowledge.formats.pdf_text import PageWriter, running_titles

MAX_PAGES = 1_000
logging.getLogger("pdfminer").setLevel(logging.ERROR)
"""It warns once a page of what it mends; a hostile file must not fill the log."""


class PdfFormat:
    """PDF files with text in them; scanned ones are refused by that name."""

    name = "PDF"
    media_type = "application/pdf"
    suffixes = (".pdf",)
    binary = True

    def matches(self, data: bytes) -> bool:
        """The mark stands in the first 1,024 bytes, as readers accept it (PDF 1.7, appendix H note 13)."""
        return b"%PDF-" in data[:1024]

    def check(self, data: bytes) -> None:
        """Refuse passwords, damage, streams that inflate beyond measure and too many pages."""
        check_streams(data)
        with _named_errors():
            # Without pdfplumber, and one by one: it makes an object of each page when it closes.
            pages = PDFPage.create_pages(PDFDocument(PDFParser(io.BytesIO(data))))
            if sum(1 for _ in islice(pages, MAX_PAGES + 1)) > MAX_PAGES:
                raise DocumentRefusedError(f"it has more than {MAX_PAGES:,} pages; split it")

    def entries(self, data: bytes, filename: str) -> list[Entry]:
        """The file is one document."""
        return [Entry("", data, lambda: parse_pdf(data, filename))]


def parse_pdf(data: bytes, filename: str) -> ParsedDocument:
    """Parse a PDF. Raises ``DocumentRefusedError`` when it is damaged, protected or scanned."""
    with _open(data) as pdf:
        pages = [_layout(page) for page in pdf.pages]
        title = str(pdf.metadata.get("Title") or "")
    if not any(page.items for page in pages):
        raise DocumentRefusedError("it holds no text: it looks scanned; run text recognition (OCR) on it first")
    sizes = TypeSizes.of(pages)
    skipped = running_titles(pages)
    builder = DocumentBuilder()
    writer = PageWriter(builder, sizes)
    for page in pages:
        writer.write(page, skipped)
    writer.end()
    builder.hidden = sum(page.hidden for page in pages)
    if scanned := [str(page.number) for page in pages if not page.items and page.pictured]:
        what = f"pages {', '.join(scanned[:20])}" if len(scanned) > 1 else f"page {scanned[0]}"
        builder.note(f"left out, because of pictures without text (a scan?): {what} of {len(pages)}")
    return builder.build(filename, title="" if sizes.has_headings else title)


def _layout(page: Any) -> PageLayout:
    layout = read_page(page)
    page.close()
    return layout


@contextmanager
def _open(data: bytes) -> Iterator[Any]:
    with _named_errors(), pdfplumber.open(io.BytesIO(data)) as pdf:
        yield pdf


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except DocumentRefusedError:
        raise
    except Exception as error:  # pdfminer meets broken files with whatever its parser raises
        cause = error.args[0] if isinstance(error, PdfminerException) and error.args else error
        if isinstance(cause, PDFPasswordIncorrect):
            raise DocumentRefusedError("the file is protected by a password") from error
        raise DocumentRefusedError(f"the file is damaged ({type(cause).__name__})") from error


FORMAT = PdfFormat()
