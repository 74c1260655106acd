"""The sample company as the tests read it: manifest entries and the plain text of each file."""

import csv
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import docx
import pdfplumber
from bs4 import BeautifulSoup

COMPANY = Path(__file__).parents[2] / "company"
DOCUMENTS = COMPANY / "documents"


def _csv(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return "\n".join(" ".join(row) for row in csv.reader(file))


def _docx(path: Path) -> str:
    document = docx.Document(str(path))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def _pdf(path: Path) -> str:
    with pdfplumber.open(path) as pdf:
        return "\n".join(page.extract_text() for page in pdf.pages)


def _html(path: Path) -> str:
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return (soup.find("main") or soup).get_text(" ")


def _markdown(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace("|", " ")


READERS: dict[str, Callable[[Path], str]] = {
    ".csv": _csv,
    ".docx": _docx,
    ".html": _html,
    ".md": _markdown,
    ".pdf": _pdf,
}


def folded(text: str) -> str:
    """Return the text with one space between words and without capitals, so that quotes compare across formats."""
    return re.sub(r"\s+", " ", text).casefold()


@cache
def text_of(path: str) -> str:
    """Return the folded plain text of a document, by its path in the manifest."""
    file = DOCUMENTS / path
    return folded(READERS[file.suffix](file))


@cache
def manifest() -> tuple[dict[str, str], ...]:
    """Return the entries of the manifest in its order."""
    return tuple(json.loads((DOCUMENTS / "manifest.json").read_text(encoding="utf-8")))


def paths(*, public: bool) -> list[str]:
    """Return the paths of the public documents, or of all the others."""
    return [entry["path"] for entry in manifest() if (entry["classification"] == "public") is public]
