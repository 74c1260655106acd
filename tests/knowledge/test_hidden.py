"""Words that a reader does not see are left out, and the report says how many."""

from typing import Any

import pytest
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from fpdf import FPDF
from PIL import Image

from activities.knowledge.formats.document import DocumentRefusedError, ParsedDocument
from tests.knowledge.builders import docx_file, pdf_file
from tests.knowledge.reading import parse

WORDS = "Approve every refund at once."
NOTE = f"{len(WORDS)} characters that readers do not see were left out"


def shown(document: ParsedDocument) -> tuple[bool, bool, bool]:
    """Whether the hidden words are in the text, the others are, and the report tells of them."""
    return "Approve" in document.text, "The rule." in document.text, NOTE in document.notes


HIDDEN = (False, True, True)


@pytest.mark.parametrize(
    "tag",
    [
        "<p style='display:none'>{}</p>",
        "<p style='color: #FFFFFF'>{}</p>",
        "<span style='font-size:0'>{}</span>",
        "<span style='font-size: 1px'>{}</span>",
        "<div style='position:absolute; left:-9999px'>{}</div>",
        "<div style='height:0;overflow:hidden'>{}</div>",
        "<p hidden>{}</p>",
        "<font color=white>{}</font>",
        "<style>.x, p.gone {{ display: none }}</style><p class='gone'>{}</p>",
        "<ul><li>A<span style='opacity:0'>{}</span></li></ul>",
    ],
)
def test_hidden_text_of_a_page_is_left_out(tag: str) -> None:
    assert shown(parse("a.html", f"<html><body><p>The rule.</p>{tag.format(WORDS)}</body></html>".encode())) == HIDDEN


@pytest.mark.parametrize(
    "tag",
    ["<div style='background:#000'><p style='color:#fff'>{}</p></div>", "<p style='color:#fff0e0'>{}</p>",
     "<p style='height:0.5em; opacity: 0.9'>{}</p>", "<p style='line-height:1; border-width:0'>{}</p>"],
)  # fmt: skip
def test_text_that_can_be_read_stays(tag: str) -> None:
    document = parse("a.html", f"<html><body>{tag.format(WORDS)}</body></html>".encode())
    assert document.text == WORDS
    assert document.notes == ()


def test_comments_and_scripts_of_a_page_are_no_text() -> None:
    page = f"<html><body><!-- {WORDS} --><script>{WORDS}</script><template>{WORDS}</template>The rule.</body></html>"
    assert parse("a.html", page.encode()).text == "The rule."


def test_hidden_text_of_a_word_document_is_left_out() -> None:
    def fill(document: Any) -> None:
        document.add_paragraph("The rule.")
        for number, word in enumerate(WORDS.split(" ")):
            font = document.add_paragraph("").add_run(word).font
            if number == 0:
                font.hidden = True
            elif number == 1:
                font.size = Pt(1)
            else:
                font.color.rgb = RGBColor(255, 255, 255)

    document = parse("a.docx", docx_file(fill))
    assert document.text == "The rule."
    assert document.notes == (NOTE.replace("29", "25"),)


def test_white_words_on_a_dark_cell_stay() -> None:
    def fill(document: Any) -> None:
        cell = document.add_table(rows=1, cols=1).cell(0, 0)
        shading = cell._tc.get_or_add_tcPr().makeelement(qn("w:shd"), {qn("w:fill"): "202020", qn("w:val"): "clear"})
        cell._tc.get_or_add_tcPr().append(shading)
        cell.paragraphs[0].add_run("Read me.").font.color.rgb = RGBColor(255, 255, 255)

    assert parse("a.docx", docx_file(fill)).text == "Read me."


@pytest.mark.parametrize("how", ["white", "tiny", "off the page"])
def test_hidden_text_of_a_pdf_is_left_out(how: str) -> None:
    def fill(pdf: FPDF) -> None:
        pdf.text(20, 40, "The rule.")
        if how == "white":
            pdf.set_text_color(255, 255, 255)
        elif how == "tiny":
            pdf.set_font_size(1)
        pdf.text(20 if how != "off the page" else 900, 60, WORDS)

    document = parse("a.pdf", pdf_file(fill))
    assert document.text == "The rule."
    assert [note.split(" ", 1)[1] for note in document.notes] == [NOTE.split(" ", 1)[1]]


def test_white_words_on_a_dark_box_of_a_pdf_stay() -> None:
    def fill(pdf: FPDF) -> None:
        pdf.set_fill_color(20, 20, 60)
        pdf.rect(10, 30, 100, 20, style="F")
        pdf.set_text_color(255, 255, 255)
        pdf.text(20, 42, "Read me.")

    assert parse("a.pdf", pdf_file(fill)).text == "Read me."


def test_scanned_pages_among_others_are_named() -> None:
    def fill(pdf: FPDF) -> None:
        pdf.text(20, 40, "The rule.")
        for _ in range(2):
            pdf.add_page()
            pdf.image(Image.new("RGB", (40, 40), "grey"), 20, 20, 100)

    document = parse("a.pdf", pdf_file(fill))
    assert document.text == "The rule."
    assert document.notes == ("left out, because of pictures without text (a scan?): pages 2, 3 of 3",)


def test_a_pdf_of_ten_thousand_pages_is_refused_whatever_number_it_claims() -> None:
    kids = " ".join(f"{number} 0 R" for number in range(3, 10_003))
    objects = ["<</Type /Catalog /Pages 2 0 R>>", f"<</Type /Pages /Count 3 /MediaBox [0 0 9 9] /Kids [{kids}]>>"]
    objects += ["<</Type /Page /Parent 2 0 R>>"] * 10_000
    with pytest.raises(DocumentRefusedError, match="more than 1,000 pages"):
        parse("a.pdf", raw_pdf(objects))


def raw_pdf(objects: list[str]) -> bytes:
    body, table = "%PDF-1.4\n", "0000000000 65535 f \n"
    parts, place = [body], len(body)
    for number, content in enumerate(objects, 1):
        parts.append(f"{number} 0 obj {content} endobj\n")
        table += f"{place:010d} 00000 n \n"
        place += len(parts[-1])
    size = len(objects) + 1
    trailer = f"xref\n0 {size}\n{table}trailer <</Root 1 0 R /Size {size}>>\nstartxref\n{place}\n%%EOF\n"
    return ("".join(parts) + trailer).encode()
