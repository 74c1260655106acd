"""What customers asked and the knowledge could not answer."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from activities.knowledge.gaps import Gap, group_gaps
from activities.ports import Principal
from activities.records.database import utc_now
from activities.records.unanswered import Unanswered
from api.deps import Curator, ServicesDep
from api.problems import problems
from api.schemas import Page
from api.search_schemas import GapView

router = APIRouter(prefix="/v1", tags=["knowledge"], responses=problems(401, 403, 422, 429, 503))
QUESTIONS = 1_000
"""The latest ones are grouped; more would say the same."""


@router.get("/gaps", operation_id="list_gaps")
async def list_gaps(
    caller: Curator,
    services: ServicesDep,
    days: Annotated[int, Query(ge=1, le=365, description="How far back to look.")] = 30,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[GapView]:
    """List groups of questions that found no answer, the most asked first; agents see their own department's.

    Left out is what somebody asked who may read now what the caller may not: such a question may tell of it.
    """
    since = utc_now() - timedelta(days=days)
    asked = await services.unanswered.list_since(since, limit=QUESTIONS)
    near = [each for each in asked if _concerns(each, caller)]
    beyond = await services.readers.beyond(caller, {each.asked_by for each in near})
    mine = [each for each in near if each.asked_by not in beyond]
    gaps = await asyncio.to_thread(group_gaps, mine, services.embedder)
    return Page(items=[_view(gap) for gap in gaps[:limit]])


def _concerns(question: Unanswered, caller: Principal) -> bool:
    return caller.role != "agent" or question.department == caller.department


def _view(gap: Gap) -> GapView:
    return GapView(
        question=gap.questions[0],
        examples=gap.questions,
        count=gap.count,
        departments=gap.departments,
        intents=gap.intents,
        latest_at=gap.latest.asked_at,
    )
