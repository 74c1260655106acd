"""Who may read a document beyond its class and department, and who changed that."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from activities.knowledge.rules import AccessRule
from activities.records.models import Document
from api.deps import Admin, ServicesDep, Supervisor
from api.knowledge_schemas import AccessChangeView, AccessView
from api.problems import not_found, problems
from api.schemas import Groups, PersonView

router = APIRouter(prefix="/v1", tags=["rights"], responses=problems(401, 403, 404, 422, 429, 503))


async def get_governed(document_id: str, caller: Supervisor, services: ServicesDep) -> Document:
    """Return a document whose rights the caller keeps: an admin any, a supervisor what they read. Raises a 404.

    Also one outside of its dates: who keeps them may change them.
    """
    scope = None if caller.role == "admin" else (await services.readers.at_any_time(caller)).partitions
    document = await services.documents.get(document_id, scope)
    if document is None:
        raise not_found("document")
    return document


Governed = Annotated[Document, Depends(get_governed)]


@router.get("/documents/{document_id}/access", operation_id="get_document_access")
async def get_document_access(document: Governed, services: ServicesDep) -> AccessView:
    """Read the document's own access rule, and every change of it."""
    history = await services.access.history(document.id)
    return AccessView(
        document_id=document.id,
        rule=await services.access.get(document.id),
        changes=[AccessChangeView.model_validate(change) for change in history],
    )


@router.put(
    "/documents/{document_id}/access",
    operation_id="set_document_access",
    responses={202: {"description": "The rule holds; the index is still following it."}},
)
async def set_document_access(
    rule: AccessRule, document: Governed, caller: Supervisor, services: ServicesDep, response: Response
) -> AccessView:
    """Give the document a rule of its own; an empty one leaves it to class and department.

    Who loses a right by it loses it with this answer, also for citations and texts of earlier versions.
    """
    await services.access.set(document.id, rule, caller.id)
    moved = await services.intake.place(document.id)
    response.status_code = 202 if moved is None else 200
    return await get_document_access(document, services)


@router.put("/users/{user_id}/groups", operation_id="set_user_groups")
async def set_user_groups(user_id: str, wanted: Groups, caller: Admin, services: ServicesDep) -> PersonView:
    """Put a person into these groups and out of all others: it holds from their next request on."""
    person = await services.people.set_groups(user_id, tuple(wanted.groups), caller.id)
    if person is None:
        raise not_found("person")
    return PersonView.model_validate(person)
