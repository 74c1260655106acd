"""Which cases a person may see and decide."""

from activities.ports import Principal
from activities.readers import Readers
from activities.records.models import Review
from api.problems import forbidden

EVERY_DEPARTMENT = ("supervisor", "admin")


def departments_of(principal: Principal) -> frozenset[str] | None:
    """Return the departments whose cases a person may see; None means all, an empty set none."""
    if principal.role in EVERY_DEPARTMENT:
        return None
    if principal.role == "agent" and principal.department:
        return frozenset({principal.department})
    return frozenset()


def in_departments(principal: Principal, review: Review) -> bool:
    """Say whether a case is of a department whose cases a person may see."""
    departments = departments_of(principal)
    return departments is None or review.department in departments


async def require_rights(principal: Principal, review: Review, readers: Readers) -> None:
    """Raise a 403 problem when the case belongs to another department, or may quote what ``principal`` cannot read."""
    if not in_departments(principal, review):
        raise forbidden("This case belongs to another department.")
    if review.customer_id in await readers.beyond(principal):
        raise forbidden("A colleague asked this who reads documents that you may not read: somebody who does decides.")
