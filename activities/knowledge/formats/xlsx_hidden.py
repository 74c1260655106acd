"""Which rows and columns of a sheet its author has hidden: openpyxl's streaming reader does not say."""

import io
from dataclasses import dataclass, field
from zipfile import ZipFile

from lxml import etree

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TRUE = {"1", "true"}
MAX_COLUMNS = 16_384


@dataclass(frozen=True)
class Hidden:
    """Numbers of hidden rows and columns, from 1."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)


def hidden_parts(data: bytes, part: str) -> Hidden:
    """Return what is hidden in the sheet that ``part`` of the workbook ``data`` holds."""
    hidden = Hidden()
    with ZipFile(io.BytesIO(data)) as archive, archive.open(part.lstrip("/")) as stream:
        tags = (f"{SHEET}col", f"{SHEET}row")
        for _, element in etree.iterparse(stream, tag=tags, resolve_entities=False, no_network=True):
            if element.get("hidden") in TRUE:
                _add(hidden, element)
            element.clear()
    return hidden


def _add(hidden: Hidden, element: etree._Element) -> None:
    if element.tag.endswith("row"):
        hidden.rows.add(int(element.get("r", "0")))
    else:
        last = min(int(element.get("max", "0")), MAX_COLUMNS)
        hidden.columns.update(range(int(element.get("min", "1")), last + 1))
