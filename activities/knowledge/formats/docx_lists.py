"""Which paragraphs of a Word document are list items, and of what kind of list."""

from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph


@dataclass(frozen=True)
class ListMark:
    """A paragraph's place in a list; ``level`` 0 is the outermost."""

    list_id: str
    level: int
    ordered: bool


class Styles:
    """Looks up the style of a paragraph once for all that have it; python-docx goes through all styles each time."""

    def __init__(self) -> None:
        self._found: dict[str | None, Any] = {}

    def of(self, paragraph: Paragraph) -> Any:
        """Return the style, the default one where a paragraph names none."""
        name = paragraph._p.style
        if name not in self._found:
            self._found[name] = paragraph.style
        return self._found[name]


class ListNumbering:
    """Looks list kinds up in the document's numbering definitions (ECMA-376 part 1, 17.9)."""

    def __init__(self, document: Any, styles: Styles) -> None:
        self._formats = _read_formats(document)
        self._styles = styles

    def find(self, paragraph: Paragraph) -> ListMark | None:
        """Return the mark of a list item, by its own properties or its style's; None for other paragraphs."""
        properties = paragraph._p.pPr
        named = style = self._styles.of(paragraph)
        number = _number(properties)
        while number is None and style is not None:
            number = _number(style.element.pPr)
            style = style.base_style
        name = (named.name or "").lower() if named is not None else ""
        if number is not None and number[0] != "0":
            kind = self._formats.get(number, "decimal" if "number" in name else "bullet")
            return ListMark(number[0], int(number[1]), kind not in {"bullet", "none"})
        if number is None and name.startswith(("list number", "list bullet")):
            return ListMark(name, 0, "number" in name)
        return None


def _number(properties: Any) -> tuple[str, str] | None:
    """Return the list's id and level, as numbers in strings."""
    found = properties.find(qn("w:numPr")) if properties is not None else None
    if found is None:
        return None
    number, level = found.find(qn("w:numId")), found.find(qn("w:ilvl"))
    level_text = level.get(qn("w:val"), "0") if level is not None else "0"
    number_text = number.get(qn("w:val"), "0") if number is not None else "0"
    return number_text, level_text if level_text.isdigit() else "0"


def _read_formats(document: Any) -> dict[tuple[str, str], str]:
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError):  # python-docx: a document without lists has no such part
        return {}
    abstract = {item.get(qn("w:abstractNumId")): _levels(item) for item in root.findall(qn("w:abstractNum"))}
    formats = {}
    for number in root.findall(qn("w:num")):
        reference = number.find(qn("w:abstractNumId"))
        levels = abstract.get(reference.get(qn("w:val")), {}) if reference is not None else {}
        formats.update({(number.get(qn("w:numId")), level): kind for level, kind in levels.items()})
    return formats


def _levels(abstract: Any) -> dict[str, str]:
    kinds = {}
    for level in abstract.findall(qn("w:lvl")):
        kind = level.find(qn("w:numFmt"))
        kinds[level.get(qn("w:ilvl"), "0")] = kind.get(qn("w:val"), "bullet") if kind is not None else "decimal"
    return kinds
