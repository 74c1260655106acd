"""Presentations and workbooks: structure, places, and what is left out is said."""

from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pptx.oxml.ns import qn
from pptx.util import Inches

from activities.knowledge.formats.document import DocumentRefusedError
from activities.knowledge.split import split_document
from activities.knowledge.validate import check_file
from tests.knowledge.builders import pptx_file, with_part, xlsx_file, zip_file
from tests.knowledge.reading import LIMIT, parse, shown

FILLER = b"A" * 80_000_000
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'


def fill_deck(deck: Any) -> None:
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Returns"
    first.placeholders[1].text = "Within 30 days\nIn the original box"
    first.notes_slide.notes_text_frame.text = "Do not say that we are flexible."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "How to return"
    box = second.shapes.add_textbox(Inches(1), Inches(2), Inches(5), Inches(1)).text_frame
    box.text = "Open your orders"
    box.add_paragraph().text = "Choose Return"
    for paragraph in box.paragraphs:
        paragraph._p.get_or_add_pPr().append(paragraph._p.makeelement(qn("a:buAutoNum"), {"type": "arabicPeriod"}))
    table = second.shapes.add_table(2, 2, Inches(1), Inches(4), Inches(5), Inches(1)).table
    for row, texts in enumerate((("Product", "Fee"), ("Dock", "5"))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    third = deck.slides.add_slide(deck.slide_layouts[5])
    third.shapes.title.text = "Internal only"
    third._element.set("show", "0")


def test_a_presentation_keeps_slides_lists_and_tables() -> None:
    deck = parse("returns.pptx", pptx_file(fill_deck))
    assert deck.title == "Returns"
    assert shown(deck, "heading") == ["Returns", "How to return"]
    assert shown(deck, "text") == ["- Within 30 days\n- In the original box"]
    assert shown(deck, "steps") == ["1. Open your orders\n2. Choose Return"]
    assert shown(deck, "table") == ["Product: Dock; Fee: 5"]
    assert [(chunk.page, chunk.heading) for chunk in split_document(deck)] == [(1, ()), (2, ("How to return",))]


def test_notes_and_hidden_slides_of_a_presentation_are_left_out_and_said() -> None:
    deck = parse("returns.pptx", pptx_file(fill_deck))
    assert "flexible" not in deck.text
    assert "Internal" not in deck.text
    assert deck.notes == ("speaker notes were left out: slide 1", "hidden slides were left out: slide 3")


def fill_workbook(workbook: Any) -> None:
    prices = workbook.active
    prices.title = "Prices"
    for row in (["Price list 2026"], ["Plan", "Monthly", "Since", "Discount"], ["Basic", 3.0, date(2026, 1, 1), 0.25],
                ["Pro", 9.5, None, None], [], ["Add-on", "Fee"], ["Dock", 5]):  # fmt: skip
        prices.append(row)
    prices["D3"].number_format = "0%"
    prices.append(["Secret plan", 0])
    prices.row_dimensions[8].hidden = True
    margins = workbook.create_sheet("Margins")
    margins.append(["Plan", "Margin"])
    margins.append(["Basic", 0.9])
    margins.sheet_state = "hidden"


def test_a_workbook_keeps_sheets_tables_and_column_names() -> None:
    workbook = parse("prices.xlsx", xlsx_file(fill_workbook))
    assert shown(workbook, "table") == [
        "Plan: Basic; Monthly: 3; Since: 2026-01-01; Discount: 25%\nPlan: Pro; Monthly: 9.5",
        "Add-on: Dock; Fee: 5",
    ]
    assert shown(workbook, "text") == ["Price list 2026"]
    assert workbook.title == "Prices"


def test_each_sheet_is_named_on_its_passages() -> None:
    def fill(workbook: Any) -> None:
        workbook.active.title = "Europe"
        workbook.active.append(["Country", "Days"])
        workbook.active.append(["Italy", 3])
        workbook.create_sheet("Asia").append(["Japan", 6])

    chunks = split_document(parse("delivery.xlsx", xlsx_file(fill)))
    assert [(chunk.heading, chunk.text) for chunk in chunks] == [
        ((), "Country: Italy; Days: 3"),
        (("Asia",), "Japan; 6"),
    ]


def test_hidden_sheets_and_rows_are_left_out_and_said() -> None:
    workbook = parse("prices.xlsx", xlsx_file(fill_workbook))
    assert "Secret" not in workbook.text
    assert "Margin" not in workbook.text
    assert workbook.notes == (
        "hidden rows or columns of the sheet 'Prices' were left out",
        "the sheet 'Margins' is hidden and was left out",
    )


DECK = pptx_file(fill_deck)
BOOK = xlsx_file(fill_workbook)


@pytest.mark.parametrize(
    ("filename", "data", "reason"),
    [
        ("a.pptx", DECK[: len(DECK) // 2], "damaged"),
        ("a.xlsx", BOOK[: len(BOOK) // 2], "damaged"),
        ("a.pptx", with_part(DECK, "ppt/presentation.xml", b"<x/>"), "damaged"),
        ("a.xlsx", with_part(BOOK, "xl/worksheets/sheet1.xml", b"<x"), "damaged"),
        ("a.xlsx", zip_file({"xl/workbook.xml": b"<x/>"}), "damaged"),
        ("a.pptx", with_part(DECK, "ppt/media/bomb.xml", FILLER), "inflates to more"),
        ("a.xlsx", with_part(BOOK, "xl/sharedStrings.xml", FILLER), "inflates to more"),
        ("a.pptx", with_part(DECK, "ppt/slides/slide1.xml", ENTITIES), "XML entities"),
        ("a.xlsx", with_part(BOOK, "xl/sharedStrings.xml", ENTITIES), "XML entities"),
        ("a.pptx", pptx_file(lambda deck: None), "no text"),
        ("a.xlsx", xlsx_file(lambda workbook: workbook.active.append([None])), "no text"),
        ("a.pptx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_a_hostile_office_file_is_refused_with_one_line(filename: str, data: bytes, reason: str) -> None:
    with pytest.raises(DocumentRefusedError, match=reason) as refused:
        parse(filename, data)
    assert "\n" not in str(refused.value)


def test_a_sheet_that_spans_millions_of_empty_cells_is_refused() -> None:
    rows = "".join(f'<row r="{n}"><c r="XFD{n}" t="n"><v>1</v></c></row>' for n in range(1, 200))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
    with pytest.raises(DocumentRefusedError, match="span more than 2,000,000 cells"):
        parse("a.xlsx", with_part(BOOK, "xl/worksheets/sheet1.xml", sheet.encode()))


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 20_000), st.sampled_from([("a.pptx", DECK), ("a.xlsx", BOOK)]))
def test_an_office_file_with_any_bytes_changed_is_read_or_refused(
    noise: bytes, place: int, file: tuple[str, bytes]
) -> None:
    name, data = file
    broken = data[:place] + noise + data[place + len(noise) :]
    try:
        for entry in check_file(name, broken, LIMIT).entries(broken, name):
            assert entry.read().text
    except DocumentRefusedError:
        pass


plain = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=20)


@settings(max_examples=10, deadline=None)
@example([[None, -1], ["0"]])
@given(st.lists(st.lists(plain | st.integers() | st.none() | st.floats(), max_size=5), max_size=8))
def test_any_rows_are_read_or_refused_and_no_word_of_them_is_lost(rows: list[list[Any]]) -> None:
    def fill(workbook: Any) -> None:
        for row in rows:
            workbook.active.append(row)

    try:
        text = parse("a.xlsx", xlsx_file(fill)).text
    except DocumentRefusedError:
        text = ""
    numbers = [cell for row in rows for cell in row if isinstance(cell, int) and abs(cell) < 1e14]
    assert all(str(number) in text for number in numbers)
