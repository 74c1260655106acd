"""Each format becomes readable text with blocks that point into it."""

from typing import Any

import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from activities.knowledge.formats import load_formats
from activities.knowledge.formats.document import Block, DocumentRefusedError, ParsedDocument
from activities.knowledge.validate import find_format
from tests.knowledge.builders import docx_file, jsonl_file, pdf_file


def parse(filename: str, data: bytes) -> ParsedDocument:
    (entry,) = find_format(filename, data).entries(data, filename)
    return entry.read()


def parse_markdown(text: str) -> ParsedDocument:
    return parse("page.md", text.encode())


def shown(document: ParsedDocument, kind: str) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind == kind]


def units(document: ParsedDocument, block: Block) -> list[str]:
    return [document.text[start:end] for start, end in block.units]


def test_a_format_is_a_module_with_a_format_in_it() -> None:
    assert {found.name for found in load_formats()} >= {
        "Markdown", "HTML", "PDF", "Word (DOCX)", "PowerPoint (PPTX)", "Excel (XLSX)", "CSV", "plain text", "JSON",
        "JSON lines", "e-mail (EML)",
    }  # fmt: skip


def test_markdown_keeps_headings_paragraphs_steps_and_rows() -> None:
    document = parse_markdown(
        "# Reset a password\n\nYou need **one** [link](https://x.example).\n\n## In the app\n\n"
        "1. Open *Settings*.\n2. Choose `Reset`:\n   - by e-mail\n   - by phone\n\n"
        "| Plan | Limit |\n|---|---|\n| Basic | 3 a day |\n| Pro | |\n"
    )
    assert document.title == "Reset a password"
    assert shown(document, "heading") == ["Reset a password", "In the app"]
    assert shown(document, "text") == ["You need one link."]
    assert shown(document, "steps") == ["1. Open Settings.\n2. Choose Reset:\n   - by e-mail\n   - by phone"]
    assert shown(document, "table") == ["Plan: Basic; Limit: 3 a day\nPlan: Pro"]
    steps = next(block for block in document.blocks if block.kind == "steps")
    assert steps.heading == ("In the app",)
    assert units(document, steps) == ["1. Open Settings.", "2. Choose Reset:\n   - by e-mail\n   - by phone"]


def test_numbering_goes_on_where_the_author_went_on() -> None:
    document = parse_markdown("1. One\n2. Two\n\nA note.\n\n3. Three\n")
    assert shown(document, "steps") == ["1. One\n2. Two", "3. Three"]


def test_front_matter_names_title_department_and_class() -> None:
    document = parse_markdown("---\ntitle: 'Refunds: rules'\nDepartment: Legal\nclassification: restricted\n---\nText.")
    assert (document.title, document.department, document.classification) == ("Refunds: rules", "legal", "restricted")
    assert document.text == "Text."


def test_an_unknown_class_in_front_matter_is_none() -> None:
    assert parse_markdown("---\nclassification: top-secret\n---\nText.").classification is None


def test_layout_marks_of_site_generators_are_not_text() -> None:
    document = parse_markdown("> [!WARNING]\n> Back up first.\n\n{: .steps}\n\n:::image src='a.png':::\n\n1. Go.\n")
    assert document.text == "Warning: Back up first.\n\n1. Go."


def test_marks_inside_code_stay() -> None:
    assert "{% if x %}" in parse_markdown("```\n{% if x %}\n  y\n```\n").text


def test_what_only_looks_like_a_tag_stays() -> None:
    assert parse_markdown("Type `cd` and <your folder>.").text == "Type cd and <your folder>."


def test_raw_html_in_markdown_cannot_swallow_what_follows() -> None:
    assert parse_markdown("<div hidden>\n<b>\n\nStill here.\n").text == "Still here."


def test_html_shows_what_a_reader_sees() -> None:
    document = parse(
        "page.html",
        b"""<!doctype html><html lang="en-GB"><head><title>Site</title><script>x()</script></head><body>
        <nav>Home</nav><main><h1>Delivery</h1><p>Two<br>days. <span style="display:none">hidden</span></p>
        <p hidden>nor this</p><ul><li>Fast</li><li>Safe</li></ul></main><footer>c</footer></body></html>""",
    )
    assert document.title == "Delivery"
    assert document.language == "en"
    assert document.text == "Delivery\n\nTwo\ndays.\n\n- Fast\n- Safe"


def test_an_html_table_names_its_columns_and_fills_spans() -> None:
    document = parse(
        "prices.html",
        b"""<html><table><caption>Prices</caption><tr><th>Plan<th>Term<th>Price</tr>
        <tr><td rowspan=2>Basic<td>Month<td>3</tr><tr><td>Year<td>30</tr>
        <tr><td colspan=2>Custom<td>ask us</tr></table></html>""",
    )
    assert shown(document, "table") == [
        "Plan: Basic; Term: Month; Price: 3\nPlan: Basic; Term: Year; Price: 30\n"
        "Plan: Custom; Term: Custom; Price: ask us"
    ]


def test_a_layout_table_is_read_as_a_page() -> None:
    document = parse("old.html", b"<html><table><tr><td><h2>News</h2><p>All well.</p></td></tr></table></html>")
    assert shown(document, "table") == []
    assert document.text == "News\n\nAll well."


def test_lists_of_links_to_other_pages_are_not_passages() -> None:
    document = parse_markdown("# A\n\nText.\n\n## Related articles\n\n- [B](/b)\n- [C](/c)\n")
    assert shown(document, "text") == ["Text."]
    kept = parse_markdown("# A\n\n## Ways to pay\n\n- [Card](/b)\n- [Bank](/c)\n")
    assert shown(kept, "text") == ["- Card\n- Bank"]


def test_html_nested_beyond_measure_is_refused() -> None:
    with pytest.raises(DocumentRefusedError, match="nests deeper"):
        parse("deep.html", b"<html>" + b"<div>" * 240 + b"x")


def test_html_declares_its_encoding() -> None:
    data = '<html><head><meta charset="windows-1252"></head><body><p>Größe für Überzüge</p></body></html>'
    assert parse("seite.html", data.encode("cp1252")).text == "Größe für Überzüge"


def fill_pdf(pdf: FPDF) -> None:
    pdf.set_font("helvetica", "B", 20)
    pdf.cell(text="Returns policy", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("helvetica", size=11)
    pdf.multi_cell(0, 6, "You may return a drive within 30 days of delivery. It must be complete and undamaged, and "
                   "its box must be there.", new_x="LMARGIN", new_y="NEXT")  # fmt: skip
    pdf.ln(4)
    pdf.multi_cell(0, 6, "1. Open your orders.\n2. Choose Return.", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(4)
    with pdf.table() as table:
        for row in (("Product", "Fee"), ("Drive", "0"), ("Dock", "5")):
            table.row(row)
    pdf.add_page()
    pdf.set_font("helvetica", "B", 14)
    pdf.cell(text="Exceptions", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("helvetica", size=11)
    pdf.cell(text="Gift cards cannot be returned at all.")


def test_a_pdf_keeps_headings_lists_tables_and_pages() -> None:
    document = parse("policy.pdf", pdf_file(fill_pdf))
    assert document.title == "Returns policy"
    assert shown(document, "heading") == ["Returns policy", "Exceptions"]
    assert shown(document, "steps") == ["1. Open your orders.\n2. Choose Return."]
    assert shown(document, "table") == ["Product: Drive; Fee: 0\nProduct: Dock; Fee: 5"]
    assert shown(document, "text")[0].startswith("You may return a drive within 30 days")
    assert "\n" not in shown(document, "text")[0]
    last = document.blocks[-1]
    assert (last.page, last.heading) == (2, ("Exceptions",))


def test_running_titles_of_a_pdf_are_not_text() -> None:
    def fill(pdf: FPDF) -> None:
        for number in range(1, 5):
            pdf.set_y(8)
            pdf.cell(text=f"ACME manual - page {number}")
            pdf.set_y(60)
            pdf.multi_cell(0, 6, f"Chapter {number} explains how the part number {number} works in detail.")
            if number < 4:
                pdf.add_page()

    text = parse("manual.pdf", pdf_file(fill)).text
    assert "ACME manual" not in text
    assert "Chapter 4 explains" in text


def test_the_title_of_a_pdf_stays_though_the_next_page_repeats_it() -> None:
    def fill(pdf: FPDF) -> None:
        pdf.set_y(12)
        pdf.set_font("helvetica", "B", 20)
        pdf.cell(text="Quick start", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", size=11)
        pdf.cell(text="Plug it in and wait for the green light to come on.")
        pdf.add_page()
        pdf.set_y(12)
        pdf.cell(text="Quick start")
        pdf.set_y(60)
        pdf.cell(text="Then open the app on your phone and follow it.")

    document = parse("start.pdf", pdf_file(fill))
    assert document.title == "Quick start"
    assert document.text.count("Quick start") == 1


def test_a_scanned_pdf_is_refused_by_that_name() -> None:
    with pytest.raises(DocumentRefusedError, match="scanned"):
        parse("scan.pdf", pdf_file(lambda pdf: pdf.rect(20, 20, 50, 50, style="F")))


def fill_docx(document: Any) -> None:
    document.add_heading("Expense rules", 0)
    document.add_heading("Travel", 1)
    document.add_paragraph("Book trains first.")
    document.add_paragraph("Ask your lead.", style="List Number")
    document.add_paragraph("File the form.", style="List Number")
    document.add_paragraph("Hotels", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("City", "Limit", "Bern", "180"), strict=True):
        cell.text = text
    document.add_paragraph("").add_run("secret").font.hidden = True


def test_a_docx_keeps_headings_lists_and_tables() -> None:
    document = parse("rules.docx", docx_file(fill_docx))
    assert document.title == "Expense rules"
    assert shown(document, "heading") == ["Expense rules", "Travel"]
    assert shown(document, "steps") == ["1. Ask your lead.\n2. File the form."]
    assert shown(document, "text") == ["Book trains first.", "- Hotels"]
    assert shown(document, "table") == ["City: Bern; Limit: 180"]
    assert "secret" not in document.text


def test_each_csv_row_names_its_columns() -> None:
    document = parse("price-list.csv", b'Plan;Price\r\nBasic;3\r\n\r\nPro;"9\nper seat"\r\n')
    assert document.title == "Price list"
    assert shown(document, "table") == ["Plan: Basic; Price: 3\nPlan: Pro; Price: 9 per seat"]


def test_plain_text_shows_its_lists_and_underlined_headings() -> None:
    wrapped = "They run every night and are kept for thirty days in\ntwo places."
    data = f"Backups\n=======\n\n{wrapped}\n\n1) Stop.\n2) Go.\n\n- one\n- two\n"
    document = parse("note.txt", data.encode())
    assert shown(document, "heading") == ["Backups"]
    assert shown(document, "text") == [
        wrapped.replace("\n", " "), "- one\n- two"
    ]  # fmt: skip
    assert shown(document, "steps") == ["1. Stop.\n2. Go."]


@pytest.mark.parametrize("compressed", [False, True])
def test_a_jsonl_file_is_many_documents(compressed: bool) -> None:
    data = jsonl_file(
        {"_id": "a", "title": "First", "body": "## Part\n\n1. Go."},
        {"_id": "b", "text": "Plain 2 * 3 * 4.", "lang": "de"},
        compressed=compressed,
    )
    first, second = (entry.read() for entry in find_format("kb.jsonl", data).entries(data, "kb.jsonl"))
    assert (first.name, first.title, first.text) == ("a", "First", "Part\n\n1. Go.")
    assert (second.name, second.language, second.text) == ("b", "de", "Plain 2 * 3 * 4.")


def test_a_bad_line_spoils_no_other() -> None:
    data = jsonl_file({"_id": "a", "body": "Good."}, {"_id": "b"}) + b"\n{broken\n"
    good, empty, broken = find_format("kb.jsonl", data).entries(data, "kb.jsonl")
    assert good.read().text == "Good."
    with pytest.raises(DocumentRefusedError, match="neither 'body' nor 'text'"):
        empty.read()
    with pytest.raises(DocumentRefusedError, match="not a JSON object"):
        broken.read()
    assert broken.label == "line 3"


def test_invisible_characters_and_lone_surrogates_are_dropped() -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
    data = jsonl_file({"_id": "a", "body": f"Vis\u200bible{hidden} \ud800text\u202e."})
    (entry,) = find_format("kb.jsonl", data).entries(data, "kb.jsonl")
    assert entry.read().text == "Visible text."


def test_the_language_is_found_when_nothing_names_it() -> None:
    german = "Sie können Ihr Abonnement jederzeit kündigen. Die Kündigung beendet nur die nächste Zahlung. " * 2
    assert parse("a.txt", german.encode()).language == "de"


@given(st.text(max_size=400))
def test_any_markdown_gives_blocks_that_stand_in_the_text(source: str) -> None:
    try:
        document = parse_markdown(f"x\n\n{source}")
    except DocumentRefusedError:
        return
    position = 0
    for block in document.blocks:
        assert document.text[position : block.start].strip() == ""
        assert document.text[block.start : block.end].strip() == document.text[block.start : block.end] != ""
        position = block.end
    assert position == len(document.text)
