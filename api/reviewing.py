"""Which cases a person may see and decide."""

from activities.ports import Principal
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


def require_department(principal: Principal, review: Review) -> None:
    """Raise a 403 problem when the case belongs to another department."""
    departments = departments_of(principal)
    if departments is not None and review.department not in departments:
        raise forbidden("This case belongs to another department.")
