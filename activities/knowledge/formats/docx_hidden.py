"""Runs of a Word document that no reader sees: marked as hidden, white on white, or too small for an eye."""

from typing import Any

from docx.oxml.ns import qn

TINY_HALF_POINTS = 4
OFF = {"0", "false", "off"}


def is_hidden(run: Any) -> bool:
    """Tell whether nobody could read ``run``; white text with a shading under it can be read."""
    properties = run.find(qn("w:rPr"))
    if properties is None:
        return False
    vanish = properties.find(qn("w:vanish"))
    if vanish is not None and vanish.get(qn("w:val"), "1") not in OFF:
        return True
    size = _value(properties, "w:sz")
    if size.isdigit() and int(size) <= TINY_HALF_POINTS:
        return True
    return _value(properties, "w:color").upper() == "FFFFFF" and not _is_shaded(run)


def _value(properties: Any, name: str) -> str:
    found = properties.find(qn(name))
    return str(found.get(qn("w:val"), "")) if found is not None else ""


def _is_shaded(run: Any) -> bool:
    """Look for a fill or a highlight on the run, and around it: paragraph, cell, table with a style of its own."""
    if run.find(f"{qn('w:rPr')}/{qn('w:highlight')}") is not None:
        return True
    for element in (run, *run.iterancestors()):
        if element.tag == qn("w:tbl") and element.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}") is not None:
            return True
        for properties in ("w:rPr", "w:pPr", "w:tcPr", "w:tblPr"):
            shading = element.find(f"{qn(properties)}/{qn('w:shd')}")
            if shading is not None and shading.get(qn("w:fill"), "auto").upper() not in {"AUTO", "FFFFFF"}:
                return True
    return False
