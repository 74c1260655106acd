"""Documents whose dates ask for a decision: prolong them, give them other dates, or remove them."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import ServicesDep, Supervisor
from api.knowledge_schemas import DatedDocument, DatedPage, DocumentSummary
from api.paging import next_offset
from api.problems import problems

router = APIRouter(prefix="/v1", tags=["documents"], responses=problems(401, 403, 422, 429, 503))


@router.get("/expiries", operation_id="list_expiries")
async def list_expiries(
    caller: Supervisor,
    services: ServicesDep,
    days: Annotated[int, Query(ge=0, le=3_650, description="How far ahead to look for what ends.")] = 30,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> DatedPage:
    """List documents that end soon, then those that have expired, then those that have not begun.

    ``PATCH /v1/documents/{document_id}`` gives them other dates.
    """
    places = {each.partition: each for each in await services.readers.expiring(caller, timedelta(days=days))}
    rows = await services.filters.in_order_of(list(places), limit + 1, offset)
    items = [
        DatedDocument(
            **DocumentSummary.model_validate(document).model_dump(),
            state=places[name].state,
            valid_from=places[name].rule.not_before,
            valid_until=places[name].rule.not_after,
        )
        for document, name in rows[:limit]
    ]
    return DatedPage(items=items, next_offset=next_offset(rows, limit, offset))
