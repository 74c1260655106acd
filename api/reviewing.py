"""Which cases a person may see and decide."""

from activities.ports import Principal
from activities.records.models import Review
from activities.records.reviews import ReviewState, listed_at
from api.deps import Services
from api.disclosure import hidden_sources
from api.paging import Border
from api.problems import ProblemError, forbidden

EVERY_DEPARTMENT = ("supervisor", "admin")
ROWS_AT_ONCE = 200


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


async def list_cases(
    principal: Principal, state: ReviewState, limit: int, services: Services, border: Border
) -> list[Review]:
    """Return the first cases behind ``border`` that a person may see, in the order of ``Reviews.list_for``."""
    found: list[Review] = []
    departments, moment, row_id = departments_of(principal), border.moment, border.row_id
    while len(found) < limit:
        rows = await services.reviews.list_for(state, departments, limit=ROWS_AT_ONCE, moment=moment, behind_id=row_id)
        beyond = await services.readers.beyond(principal, {row.customer_id for row in rows})
        found += [row for row in rows if row.customer_id not in beyond]
        if len(rows) < ROWS_AT_ONCE:
            break
        moment, row_id = listed_at(rows[-1])
    return found[:limit]


async def require_rights(principal: Principal, review: Review, services: Services) -> None:
    """Raise a 403 problem when the case belongs to another department, or may quote what ``principal`` cannot read."""
    if not in_departments(principal, review):
        raise forbidden("This case belongs to another department.")
    if await services.readers.beyond(principal, [review.customer_id]):
        raise forbidden("Who asked this reads documents that you may not read: somebody who does decides.")


async def obstacle(principal: Principal, review: Review, services: Services) -> ProblemError | None:
    """Return why a person may not take a waiting case though they see it: its draft quotes what only its asker reads.

    A draft whose asker has lost the document too is in nobody's way: it is drafted again, whoever approves it.
    """
    hidden = await hidden_sources(review.citations, principal, services)
    asker = await services.people.principal(review.customer_id) if hidden else None
    if asker is None or hidden <= await hidden_sources(review.citations, asker, services):
        return None
    return forbidden("The draft quotes what the customer reads and you may not: somebody who reads it decides.")
