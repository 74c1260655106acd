"""Who may read what: the one place that turns a person's rights into the partitions both queries are limited to."""

from collections.abc import Iterable
from typing import Literal

from activities.ports import Level, Principal, ReadScope, Role

PUBLIC = "public"
DEPARTMENT_LEVELS: tuple[Level, ...] = ("internal", "confidential", "restricted")
"""Classifications that are kept apart by department; public documents are one partition."""

Reach = Literal["none", "own", "all"]
REACH: dict[Role, dict[Level, Reach]] = {
    "customer": {"internal": "none", "confidential": "none", "restricted": "none"},
    "service": {"internal": "none", "confidential": "none", "restricted": "none"},
    "agent": {"internal": "all", "confidential": "own", "restricted": "none"},
    "supervisor": {"internal": "all", "confidential": "all", "restricted": "own"},
    "admin": {"internal": "all", "confidential": "all", "restricted": "all"},
}
"""Of which departments a role reads each classification; everybody reads what is public."""


def partition(classification: Level, department: str) -> str:
    """Return the partition of a document: ``public`` or ``<classification>.<department>``."""
    return PUBLIC if classification == "public" else f"{classification}.{department}"


def read_scope(principal: Principal, departments: Iterable[str]) -> ReadScope:
    """Return the partitions that ``principal`` may read, given the names of all departments."""
    known = tuple(departments)
    readable = [
        partition(level, department)
        for level in DEPARTMENT_LEVELS
        for department in reached(REACH[principal.role][level], principal.department, known)
    ]
    return ReadScope((PUBLIC, *readable))


def reached(reach: Reach, own: str | None, departments: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of ``departments`` that a reach covers for somebody of department ``own``."""
    if reach == "all":
        return departments
    return tuple(name for name in departments if reach == "own" and name == own)
