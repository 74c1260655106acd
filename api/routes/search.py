"""Search with the caller's rights."""

from fastapi import APIRouter

from activities.knowledge.access import PUBLIC, home_of
from activities.ports import Passage, ReadScope
from api.deps import Caller, ServicesDep
from api.knowledge_schemas import Found, FoundPassage, SearchFilters, SearchRequest
from api.problems import problems

router = APIRouter(prefix="/v1", tags=["search"], responses=problems(401, 422, 429, 503))
WIDER = 6
"""How many times more passages are asked for when some filters can only be applied to what was found."""
MOST = 300


@router.post("/search", operation_id="search")
async def search(wanted: SearchRequest, caller: Caller, services: ServicesDep) -> Found:
    """Find passages, best first. Filters narrow what the caller may read, and never widen it."""
    filters = wanted.filters
    scope = narrow(await services.readers.scope(caller), filters)
    if not scope.partitions:
        return Found(passages=[])
    partial = filters.document_id or (filters.department and any(home_of(name) == PUBLIC for name in scope.partitions))
    k = min(MOST, wanted.k * WIDER) if partial else wanted.k
    result = await services.knowledge.search(wanted.query, scope, k=k, mode=wanted.mode)
    kept = [passage for passage in result.passages if matches(passage, filters)][: wanted.k]
    return Found(passages=[FoundPassage.model_validate(passage) for passage in kept])


def narrow(scope: ReadScope, filters: SearchFilters) -> ReadScope:
    """Return the partitions of ``scope`` that can hold something the filters let through."""
    return ReadScope(tuple(name for name in scope.partitions if _may_hold(name, filters)))


def matches(passage: Passage, filters: SearchFilters) -> bool:
    """Say whether a passage is what the filters ask for."""
    wanted = filters.model_dump(exclude_none=True)
    return all(getattr(passage, name) == value for name, value in wanted.items())


def _may_hold(partition: str, filters: SearchFilters) -> bool:
    home = home_of(partition)
    if home == PUBLIC:
        return filters.classification in (None, PUBLIC)
    level, _, department = home.partition(".")
    return filters.classification in (None, level) and filters.department in (None, department)
