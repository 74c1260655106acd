"""Searches that the caller keeps under a name."""

from fastapi import APIRouter

from activities.records.saved_searches import TooManySearchesError
from api.deps import Caller, ServicesDep
from api.problems import ProblemError, not_found, problems
from api.schemas import Page
from api.search_schemas import SavedSearchView, SaveSearch

router = APIRouter(prefix="/v1/searches", tags=["search"], responses=problems(401, 422, 429, 503))


@router.get("", operation_id="list_saved_searches")
async def list_saved_searches(caller: Caller, services: ServicesDep) -> Page[SavedSearchView]:
    """List my saved searches by name."""
    rows = await services.saved_searches.list_for(caller.id)
    return Page(items=[SavedSearchView.model_validate(row) for row in rows])


@router.post("", operation_id="save_search", status_code=201, responses=problems(409))
async def save_search(wanted: SaveSearch, caller: Caller, services: ServicesDep) -> SavedSearchView:
    """Keep a search under a name; one of that name is replaced."""
    body = wanted.request.model_dump(mode="json", exclude_none=True)
    try:
        row = await services.saved_searches.save(caller.id, wanted.name, body)
    except TooManySearchesError as error:
        raise ProblemError(409, "too-many-searches", f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    return SavedSearchView.model_validate(row)


@router.delete("/{search_id}", operation_id="remove_saved_search", status_code=204, responses=problems(404))
async def remove_saved_search(search_id: str, caller: Caller, services: ServicesDep) -> None:
    """Forget one of my saved searches."""
    if not await services.saved_searches.remove(caller.id, search_id):
        raise not_found("saved search")
