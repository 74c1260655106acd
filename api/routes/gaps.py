"""What customers asked and the knowledge could not answer."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from activities.knowledge.gaps import Gap, group_gaps
from activities.ports import Principal
from activities.records.database import utc_now
from activities.records.unanswered import Unanswered
from api.deps import Curator, Services, ServicesDep
from api.problems import problems
from api.search_schemas import GapPage, GapView

router = APIRouter(prefix="/v1", tags=["knowledge"], responses=problems(401, 403, 422, 429, 503))
QUESTIONS = 1_000
"""The latest ones that the caller may see are grouped; more would say the same."""


@router.get("/gaps", operation_id="list_gaps")
async def list_gaps(
    caller: Curator,
    services: ServicesDep,
    days: Annotated[int, Query(ge=1, le=365, description="How far back to look.")] = 30,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> GapPage:
    """List groups of questions that found no answer, the most asked first; agents see their own department's.

    Left out is what somebody asked who may read now what the caller may not: such a question may tell of it.
    """
    mine = await _visible(caller, services, utc_now() - timedelta(days=days))
    asked = mine[:QUESTIONS]
    gaps = await asyncio.to_thread(group_gaps, asked, services.embedder)
    return GapPage(
        items=[_view(gap) for gap in gaps[:limit]], groups=len(gaps), questions=len(asked), cut=len(mine) > len(asked)
    )


async def _visible(caller: Principal, services: Services, since: datetime) -> list[Unanswered]:
    """Return the latest questions that the caller may see, one more than are grouped when there are more."""
    found: list[Unanswered] = []
    department = (caller.department or "") if caller.role == "agent" else None
    async for asked in services.unanswered.parts_since(since, department=department):
        beyond = await services.readers.beyond(caller, {each.asked_by for each in asked})
        found += [each for each in asked if each.asked_by not in beyond]
        if len(found) > QUESTIONS:
            break
    return found[: QUESTIONS + 1]


def _view(gap: Gap) -> GapView:
    return GapView(
        question=gap.questions[0],
        examples=gap.questions,
        count=gap.count,
        departments=gap.departments,
        intents=gap.intents,
        latest_at=gap.latest.asked_at,
    )
