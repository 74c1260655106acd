"""HTML tables as rows of text, with spans filled in."""

from collections.abc import Callable, Iterator

from lxml.html import HtmlElement

from activities.knowledge.formats.builder import DocumentBuilder

MAX_SPAN = 50
"""Longer spans are cut: ``colspan=1000000`` must not fill the memory."""
ReadCell = Callable[[HtmlElement], str]


def is_layout(table: HtmlElement) -> bool:
    """Tell whether a table only places things on the page: it nests tables or headings and names no columns."""
    if table.get("role") in {"presentation", "none"}:
        return True
    nests = any(table.find(f".//{tag}") is not None for tag in ("table", "h1", "h2", "h3"))
    return nests and not table.findall(".//th")


def add_table(builder: DocumentBuilder, table: HtmlElement, read: ReadCell) -> None:
    """Add ``table`` to ``builder``; ``read`` turns a cell into text. The first row of ``th`` names the columns."""
    caption = table.find("caption")
    if caption is not None:
        builder.paragraph(read(caption))
    elements = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
    rows = list(_fill_spans(elements, read))
    named = bool(elements) and _is_header(elements[0])
    builder.table(rows[0] if named else [], rows[1:] if named else rows)


def _is_header(row: HtmlElement) -> bool:
    cells = [cell.tag for cell in row if cell.tag in {"td", "th"}]
    return bool(cells) and ("td" not in cells or (row.getparent().tag == "thead"))


def _fill_spans(rows: list[HtmlElement], read: ReadCell) -> Iterator[list[str]]:
    held: dict[int, tuple[int, str]] = {}
    for row in rows:
        cells: list[str] = []
        for cell in (child for child in row if child.tag in {"td", "th"}):
            _take_held(cells, held)
            text = read(cell)
            for _ in range(_span(cell, "colspan")):
                if (below := _span(cell, "rowspan") - 1) > 0:
                    held[len(cells)] = (below, text)
                cells.append(text)
        _take_held(cells, held)
        yield cells


def _take_held(cells: list[str], held: dict[int, tuple[int, str]]) -> None:
    while (column := len(cells)) in held:
        left, text = held.pop(column)
        if left > 1:
            held[column] = (left - 1, text)
        cells.append(text)


def _span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(int(value), MAX_SPAN) if value.isascii() and value.isdigit() and int(value[:6]) > 0 else 1
