"""Word files as people make them: tables in tables, notes, content controls, tracked changes, marked pages."""

import io
from typing import Any

import docx
import openpyxl
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.chart import BarChart, Reference

from activities.knowledge.classification import ContentClassifier, read_rules
from activities.knowledge.formats.document import ParsedDocument
from activities.knowledge.preparation import prepare
from activities.knowledge.reports import IngestionRequest
from activities.knowledge.validate import find_format
from activities.records.database import utc_now
from activities.records.staging import NewVersion
from tests.knowledge.test_classification import COMPANY, nothing
from tests.knowledge.test_formats import parse, shown

SPACES = nsdecls("w")


def read(document: Any) -> ParsedDocument:
    file = io.BytesIO()
    document.save(file)
    return parse("page.docx", file.getvalue())


def fill(table: Any, *rows: tuple[str, ...]) -> None:
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def run(words: str) -> str:
    return f"<w:r><w:t>{words}</w:t></w:r>"


def test_a_table_in_a_cell_is_read_with_the_names_of_its_columns() -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    fill(table, ("Plan", "Prices"), ("Basic", ""))
    fill(table.cell(1, 1).add_table(2, 2), ("Month", "Year"), ("3", "30"))
    assert shown(read(document), "table") == ["Plan: Basic; Prices: Month: 3; Year: 30"]


def test_a_table_that_is_a_frame_is_opened() -> None:
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "Before you begin, read this."
    fill(cell.add_table(2, 2), ("Month", "Year"), ("3", "30"))
    read_document = read(document)
    assert shown(read_document, "text") == ["Before you begin, read this."]
    assert shown(read_document, "table") == ["Month: 3; Year: 30"]


def test_a_name_across_columns_is_the_name_of_each_and_values_stay_in_their_columns() -> None:
    document = docx.Document()
    table = document.add_table(4, 3)
    fill(table, ("Prices 2026", "", ""), ("Months", "", "Year"), ("1", "2", "3"), ("4", "", "6"))
    for row, last in ((0, 2), (1, 1), (3, 1)):
        table.cell(row, 0).merge(table.cell(row, last))
    read_document = read(document)
    assert shown(read_document, "text") == ["Prices 2026"]
    assert shown(read_document, "table") == ["Months: 1; Months: 2; Year: 3\nMonths: 4; Year: 6"]


def test_content_controls_are_opened_but_for_the_table_of_contents() -> None:
    document = docx.Document()
    document.add_paragraph("Hello.")
    control = f"<w:sdt {SPACES}>%s<w:sdtContent><w:p>{run('%s')}</w:p></w:sdtContent></w:sdt>"
    gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    document.element.body.insert(0, parse_xml(control % (gallery, "Hello ... 1")))
    document.element.body.insert(1, parse_xml(control % ("", "Controlled words.")))
    assert read(document).text == "Controlled words.\n\nHello."


def test_what_was_moved_away_is_no_text() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Now: ")
    for tag, words in (("moveFrom", "old place"), ("moveTo", "new place"), ("ins", ", added")):
        paragraph._p.append(parse_xml(f'<w:{tag} {SPACES} w:id="1" w:author="x">{run(words)}</w:{tag}>'))
    assert read(document).text == "Now: new place, added"


def test_a_footnote_stands_where_it_is_referred_to() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("We ship everywhere")
    paragraph._p.append(parse_xml(f'<w:r {SPACES}><w:footnoteReference w:id="2"/></w:r>'))
    paragraph.add_run(".")
    note = f'<w:footnotes {SPACES}><w:footnote w:id="2"><w:p>{run("Not to Alaska.")}</w:p></w:footnote></w:footnotes>'
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, note.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    assert read(document).text == "We ship everywhere (Not to Alaska.)."


def test_heads_and_feet_of_pages_are_kept_for_their_markings_alone() -> None:
    document = docx.Document()
    document.add_paragraph("The plan of the board.")
    document.sections[0].header.paragraphs[0].text = "TechCorp\tCONFIDENTIAL"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    read_document = read(document)
    assert (read_document.text, read_document.margins) == ("The plan of the board.", "TechCorp\nCONFIDENTIAL\nPage 1")


def test_a_sheet_that_is_a_chart_is_named_and_the_others_are_read() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (("Plan", "Price"), ("Basic", 3)):
        sheet.append(row)
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2))
    workbook.create_chartsheet("Growth").add_chart(chart)
    file = io.BytesIO()
    workbook.save(file)
    document = parse("prices.xlsx", file.getvalue())
    assert shown(document, "table") == ["Plan: Basic; Price: 3"]
    assert document.notes == ("the sheet 'Growth' is a chart and was left out",)


def test_a_page_that_is_marked_in_its_head_waits_for_a_person_and_so_does_one_marked_later() -> None:
    plain, marked = docx.Document(), docx.Document()
    for document in (plain, marked):
        document.add_paragraph("The plan of the board for the coming year is to open three more shops in the north.")
    marked.sections[0].header.paragraphs[0].text = "TechCorp\tCONFIDENTIAL"
    company = ContentClassifier(read_rules(COMPANY / "classification.toml"), nothing)
    versions = [prepared(document, company) for document in (plain, marked)]
    assert [version.suggested for version in versions] == [None, "confidential"]
    assert versions[0].sha256 != versions[1].sha256


def prepared(document: Any, company: ContentClassifier) -> NewVersion:
    file = io.BytesIO()
    document.save(file)
    request = IngestionRequest(ingestion_id="i", filename="plan.docx", blob_sha256="", requested_at=utc_now())
    found = find_format("plan.docx", file.getvalue())
    (version,) = prepare(request, found, found.entries(file.getvalue(), "plan.docx"), judge=company.judge).versions
    return version
