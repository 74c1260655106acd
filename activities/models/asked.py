"""Questions that a section is known to answer, in the words of customers: they say what its own words do not.

A help page says "file request", a customer "let people drop things into my folder". Whoever keeps the documents notes
such questions in ``asked.csv`` of the company: ``document`` (its title), ``section`` (its last heading; empty for all
before the first heading) and ``question``. They are compared with what is asked, and no customer
reads them.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from activities.models.product_names import NO_NAMES, ProductNames

Place = tuple[str, str]
"""Title and section."""
HEADING_SEPARATOR = " > "


@dataclass(frozen=True)
class Asked:
    """The questions that each section answers, and the names of products, without which they are compared."""

    questions: Mapping[Place, Sequence[str]]
    names: ProductNames = NO_NAMES

    def answers(self, passage: "Headed") -> list[str]:
        """Return what a passage answers, without names: its section's heading (or its title), and what is known."""
        section = section_of(passage)
        known = self.questions.get((passage.title, section), ())
        return [self.names.replaced(each) for each in [section or passage.title, *known]]


NONE_ASKED = Asked({})


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


def read_asked(path: Path, names: ProductNames = NO_NAMES) -> Asked:
    """Return the questions of ``asked.csv``; none when the company has no such file."""
    if not path.exists():
        return NONE_ASKED
    found: dict[Place, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["document"], row["section"]), []).append(row["question"])
    return Asked(found, names)


def section_of(passage: Headed) -> str:
    """Return the last heading that a passage stands under; empty before the first."""
    return passage.heading.rpartition(HEADING_SEPARATOR)[2]
