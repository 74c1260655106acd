"""What the chat models cost."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from activities.records.costs import Side
from activities.records.database import utc_now
from api.cost_schemas import BudgetView, CostRow, CostView
from api.deps import ServicesDep, Supervisor
from api.problems import invalid, problems

router = APIRouter(prefix="/v1/costs", tags=["costs"], responses=problems(401, 403, 422, 429, 503))
DAYS = 30
Day = Annotated[date | None, Query(description="A day in UTC, as 2026-11-27.")]


@router.get("", operation_id="get_costs")
async def get_costs(
    caller: Supervisor,
    services: ServicesDep,
    by: Annotated[Side, Query(description="What to add up by.")] = "day",
    since: Day = None,
    until: Day = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> CostView:
    """Add up tokens, seconds and costs; the last 30 days when no days are named. Budgets are those of now."""
    last = until or utc_now().date()
    first = since or last - min(timedelta(days=DAYS - 1), last - date.min)
    if first > last:
        raise invalid("since: it must not be later than until.")
    rows = await services.costs.by(by, first, last, limit=limit)
    total = await services.costs.total(first, last)
    return CostView(
        currency=services.options.currency,
        since=first,
        until=last,
        by=by,
        items=[CostRow.model_validate(row) for row in rows],
        total=CostRow.model_validate(total),
        budgets=[BudgetView.model_validate(each) for each in await services.budgets.look()],
        as_of=utc_now(),
    )
