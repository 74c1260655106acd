"""People and their API keys. Nobody is ever deleted here: the audit trail names them."""

from typing import Annotated

from fastapi import APIRouter, Query

from activities.records.keys import KeyRefusedError
from activities.records.passwords import PasswordRefusedError
from activities.records.people import UsernameTakenError
from api.deps import Admin, Caller, ServicesDep
from api.paging import next_offset
from api.problems import ProblemError, forbidden, invalid, not_found, problems
from api.schemas import CreatedKey, KeyView, NewKey, NewPerson, Page, PersonPage, PersonView

router = APIRouter(prefix="/v1", tags=["people"], responses=problems(401, 403, 422, 429, 503))


@router.get("/me", operation_id="get_me")
async def get_me(caller: Caller, services: ServicesDep) -> PersonView:
    """Say who the caller is."""
    person = await services.people.get(caller.id)
    if person is None:
        raise not_found("person")
    return PersonView.model_validate(person)


@router.get("/users", operation_id="list_users")
async def list_users(
    caller: Admin,
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 1_000,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> PersonPage:
    """List everybody by username, the deactivated too."""
    rows = await services.people.list_people(limit=limit + 1, offset=offset)
    items = [PersonView.model_validate(person) for person in rows[:limit]]
    return PersonPage(items=items, next_offset=next_offset(rows, limit, offset))


@router.post("/users", operation_id="create_user", status_code=201, responses=problems(409))
async def create_user(new: NewPerson, caller: Admin, services: ServicesDep) -> PersonView:
    """Add a person."""
    try:
        person = await services.people.create(
            new.username,
            new.role,
            display_name=new.display_name,
            password=new.password,
            department=new.department,
            groups=tuple(new.groups),
            actor_id=caller.id,
        )
    except UsernameTakenError as error:
        raise ProblemError(409, "username-taken", str(error)) from error
    except PasswordRefusedError as error:
        raise invalid(str(error)) from error
    return PersonView.model_validate(person)


@router.get("/users/{user_id}", operation_id="get_user", responses=problems(404))
async def get_user(user_id: str, caller: Admin, services: ServicesDep) -> PersonView:
    """Read a person."""
    person = await services.people.get(user_id)
    if person is None:
        raise not_found("person")
    return PersonView.model_validate(person)


@router.delete("/users/{user_id}", operation_id="deactivate_user", status_code=204, responses=problems(404))
async def deactivate_user(user_id: str, caller: Admin, services: ServicesDep) -> None:
    """Take all rights from a person at once: their next request is refused, whatever token it carries."""
    if user_id == caller.id:
        raise forbidden("Nobody deactivates themselves; ask another admin.")
    if not await services.people.deactivate(user_id, caller.id):
        raise not_found("person")


@router.get("/keys", operation_id="list_keys")
async def list_keys(caller: Admin, services: ServicesDep) -> Page[KeyView]:
    """List all API keys, without their secrets."""
    return Page(items=[KeyView.model_validate(key) for key in await services.keys.list_keys()])


@router.post("/keys", operation_id="create_key", status_code=201)
async def create_key(new: NewKey, caller: Admin, services: ServicesDep) -> CreatedKey:
    """Make an API key for a service; the answer is the only place where it can be read."""
    try:
        key = await services.keys.create(new.person_id, new.name, caller.id)
    except KeyRefusedError as error:
        raise invalid(f"Keys are for services: {error}.") from error
    return CreatedKey(id=key.id, api_key=key.secret)


@router.delete("/keys/{key_id}", operation_id="revoke_key", status_code=204, responses=problems(404))
async def revoke_key(key_id: str, caller: Admin, services: ServicesDep) -> None:
    """End an API key for good."""
    if not await services.keys.revoke(key_id, caller.id):
        raise not_found("key")
