"""Questions that a section is known to answer, in the words of customers: they say what its own words do not.

A help page says "file request", a customer "let people drop things into my folder". Whoever keeps the documents notes
such questions in ``asked.csv`` of the company: ``document`` (its title), ``section`` (its last heading; empty for all
before the first heading) and ``question``. They are compared with what is asked, and no customer
reads them.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

Asked = Mapping[tuple[str, str], Sequence[str]]
"""Title and section -> the questions that it answers."""

NONE_ASKED: Asked = {}
HEADING_SEPARATOR = " > "


class Headed(Protocol):
    """A passage as far as its place is concerned."""

    @property
    def title(self) -> str:
        """The document's title."""
        ...

    @property
    def heading(self) -> str:
        """The path of headings that it stands under."""
        ...


def read_asked(path: Path) -> Asked:
    """Return the questions of ``asked.csv``; none when the company has no such file."""
    if not path.exists():
        return NONE_ASKED
    found: dict[tuple[str, str], list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["document"], row["section"]), []).append(row["question"])
    return found


def answers(passage: Headed, asked: Asked) -> list[str]:
    """Return what a passage answers: its section's heading (or its title), and the questions that are known."""
    section = section_of(passage)
    return [section or passage.title, *asked.get((passage.title, section), ())]


def section_of(passage: Headed) -> str:
    """Return the last heading that a passage stands under; empty before the first."""
    return passage.heading.rpartition(HEADING_SEPARATOR)[2]
