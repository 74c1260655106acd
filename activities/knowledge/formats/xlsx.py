"""Workbooks (XLSX) by openpyxl: each sheet a section, each row a unit that names its columns."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

import openpyxl

from activities.knowledge.formats.archive import check_archive
from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.office import has_part
from activities.knowledge.formats.xlsx_hidden import Hidden, hidden_parts

MAX_CELLS = 2_000_000
"""A cell in the last column fills its row with 16,384 empty ones; a bomb of a few kilobytes has millions of these."""
MAX_SHEETS = 500


class XlsxFormat:
    """Excel workbooks since 2007, as they were last calculated."""

    name = "Excel (XLSX)"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    suffixes = (".xlsx",)
    binary = True

    def matches(self, data: bytes) -> bool:
        """A ZIP archive with Excel's main part in it."""
        return has_part(data, "xl/workbook.xml")

    def check(self, data: bytes) -> None:
        """Refuse bombs, damage, passwords and entity declarations."""
        check_archive(data)

    def entries(self, data: bytes, filename: str) -> list[Entry]:
        """The file is one document."""
        return [Entry("", data, lambda: parse_xlsx(data, filename))]


def parse_xlsx(data: bytes, filename: str) -> ParsedDocument:
    """Parse a workbook; hidden sheets, rows and columns are left out. Raises ``DocumentRefusedError``."""
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return _read(workbook, data, filename)
    except DocumentRefusedError:
        raise
    except Exception as error:  # openpyxl meets broken parts with whatever its lookups raise
        raise DocumentRefusedError(f"the file is damaged ({type(error).__name__})") from error


def _read(workbook: Any, data: bytes, filename: str) -> ParsedDocument:
    if len(workbook.sheetnames) > MAX_SHEETS:
        raise DocumentRefusedError(f"it has more than {MAX_SHEETS} sheets")
    builder = DocumentBuilder()
    budget = MAX_CELLS
    for sheet in workbook.worksheets:
        if sheet.sheet_state != "visible":
            builder.note(f"the sheet {sheet.title!r} is hidden and was left out")
            continue
        hidden = hidden_parts(data, sheet._worksheet_path)
        if hidden.rows or hidden.columns:
            builder.note(f"hidden rows or columns of the sheet {sheet.title!r} were left out")
        budget = _add_sheet(builder, sheet, hidden, budget)
    for chart in workbook.chartsheets:
        builder.note(f"the sheet {chart.title!r} is a chart and was left out")
    return builder.build(filename, title=workbook.properties.title or "")


def _add_sheet(builder: DocumentBuilder, sheet: Any, hidden: Hidden, budget: int) -> int:
    """Add the tables of a sheet; return how many cells may still be read."""
    sheet.reset_dimensions()
    header: list[str] = []
    rows: list[tuple[bool, list[str]]] = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        budget -= len(cells)
        if budget < 0:
            raise DocumentRefusedError(f"its sheets span more than {MAX_CELLS:,} cells")
        if number not in hidden.rows:
            shown = [_shown(cell) for column, cell in enumerate(cells, 1) if column not in hidden.columns]
            rows.append((any(shown), shown))
    if any(filled for filled, _ in rows):
        builder.heading(1, sheet.title)
    for filled, group in groupby(rows, key=lambda row: row[0]):
        if filled:
            header = _add_table(builder, [row for _, row in group], header)
    return budget


def _add_table(builder: DocumentBuilder, rows: list[list[str]], header: list[str]) -> list[str]:
    """Add rows between two empty ones; return the column names, which hold for a part that brings none."""
    captions = list(_captions(rows))
    for caption in captions:
        builder.paragraph(caption)
    table = rows[len(captions) :]
    if not table:
        return header
    if _names_columns(table[0]) and len(table) > 1:
        header, table = table[0], table[1:]
    builder.table(header, table)
    return header


def _captions(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows of one cell above a table of several columns."""
    widths = [sum(map(bool, row)) for row in rows]
    if max(widths) > 1:
        for row, width in zip(rows, widths, strict=True):
            if width > 1:
                return
            yield next(filter(None, row))


def _names_columns(row: Sequence[str]) -> bool:
    return not any(cell.lstrip("+-")[:1].isdigit() for cell in row)


def _shown(cell: Any) -> str:
    """Return a cell's value as a reader sees it, near enough: dates without midnight, whole numbers, percents."""
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date() | time():
            return value.isoformat()
        case float() | int() if "%" in (cell.number_format or ""):
            return f"{value * 100:.10g}%"
        case float():
            return f"{value:.15g}"
    return str(value)


FORMAT = XlsxFormat()
