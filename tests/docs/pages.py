"""The Markdown pages of the project, and what can be read out of them."""

import re
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[2]
FOLDERS = ("docs", "company", "evals")
PAGES = [PROJECT / "README.md", *sorted(page for folder in FOLDERS for page in (PROJECT / folder).rglob("*.md"))]
PAGES = [page for page in PAGES if "documents" not in page.parts]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*\ssrc=\"([^\"]+)\"")
FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")


def read(path: Path) -> str:
    """Return a page."""
    return path.read_text(encoding="utf-8")


def links(text: str) -> list[str]:
    """Return the targets of links and pictures that lead to a file of the project, or to a heading."""
    targets = [first or second for first, second in LINK.findall(FENCE.sub("", text))]
    return [target for target in targets if "://" not in target and not target.startswith("mailto:")]


def anchors(text: str) -> set[str]:
    """Return the names by which GitHub links to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code(text: str) -> Iterator[str]:
    """Yield each line of code blocks and each piece of code in running text."""
    for block in FENCE.findall(text):
        yield from block.replace("\\\n", " ").splitlines()
    yield from SPAN.findall(FENCE.sub("", text))


def first_cells(text: str) -> list[list[str]]:
    """Return the cells of each table row whose first cell is one name in code."""
    rows = re.findall(r"^\| `([^`|]+)` \|(.+)\|$", text, re.MULTILINE)
    return [[name, *(cell.strip() for cell in rest.split("|"))] for name, rest in rows]
