"""PDF: text, headings by their type size, lists and tables by pdfplumber, with page numbers."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.pdf_bombs import check_streams
from activities.knowledge.formats.pdf_layout import PageLayout, TypeSizes, read_page
from activities.knowledge.formats.pdf_text import PageWriter, running_titles

MAX_PAGES = 1_000


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
        with _open(data) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                raise DocumentRefusedError(f"it has {len(pdf.pages):,} pages; at most {MAX_PAGES:,} are taken at once")

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
    return builder.build(filename, title="" if sizes.has_headings else title)


def _layout(page: Any) -> PageLayout:
    layout = read_page(page)
    page.close()
    return layout


@contextmanager
def _open(data: bytes) -> Iterator[Any]:
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            yield pdf
    except DocumentRefusedError:
        raise
    except Exception as error:  # pdfminer meets broken files with whatever its parser raises
        cause = error.args[0] if isinstance(error, PdfminerException) and error.args else error
        if isinstance(cause, PDFPasswordIncorrect):
            raise DocumentRefusedError("the file is protected by a password") from error
        raise DocumentRefusedError(f"the file is damaged ({type(cause).__name__})") from error


FORMAT = PdfFormat()
