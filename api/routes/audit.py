"""The audit trail, for those who must answer for what was said."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from activities.ports import Principal
from activities.records.audit import AuditFilter
from activities.records.knowledge_events import EventFilter, KnowledgeAction
from activities.records.models import AuditRow
from activities.records.people_events import PersonAction, PersonEventFilter
from api.deps import Admin, Services, ServicesDep, Supervisor
from api.knowledge_schemas import KnowledgeEventView
from api.moments import Moment
from api.paging import BorderDep, cut_behind
from api.problems import not_found, problems
from api.schemas import AuditEntry, Page, PersonEventView
from graphs.reasons import wordless

router = APIRouter(prefix="/v1/audit", tags=["audit"], responses=problems(401, 403, 422, 429, 503))


@router.get("", operation_id="list_audit")
async def list_audit(
    caller: Supervisor,
    services: ServicesDep,
    border: BorderDep,
    user_id: str | None = None,
    conversation_id: str | None = None,
    outcome: str | None = None,
    engine: str | None = None,
    since: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[AuditEntry]:
    """List what turns saw and did, the latest first."""
    which = AuditFilter(user_id, conversation_id, outcome, engine, since, border.moment, border.row_id)
    found = await services.audit.list_rows(which, limit=limit + 1)
    page = cut_behind(border, found, limit, lambda row: (row.created_at, row.turn_id))
    return Page(items=await _entries(page.rows, caller, services), next=page.next, next_id=page.next_id)


@router.get("/knowledge", operation_id="list_knowledge_audit")
async def list_knowledge_audit(
    caller: Supervisor,
    services: ServicesDep,
    border: BorderDep,
    document_id: str | None = None,
    actor_id: str | None = None,
    action: KnowledgeAction | None = None,
    since: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[KnowledgeEventView]:
    """List what was done to documents, deletions with their proof, the latest first."""
    which = EventFilter(document_id, actor_id, action, since, border.moment, border.row_id)
    found = await services.trail.list_events(which, limit=limit + 1)
    page = cut_behind(border, found, limit, lambda row: (row.at, row.id))
    items = [KnowledgeEventView.model_validate(row) for row in page.rows]
    return Page(items=items, next=page.next, next_id=page.next_id)


@router.get("/people", operation_id="list_people_audit")
async def list_people_audit(
    caller: Admin,
    services: ServicesDep,
    border: BorderDep,
    person_id: str | None = None,
    actor_id: str | None = None,
    action: PersonAction | None = None,
    since: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[PersonEventView]:
    """List what was done to people, their groups and keys, the latest first."""
    which = PersonEventFilter(person_id, actor_id, action, since, border.moment, border.row_id)
    found = await services.people_trail.list_events(which, limit=limit + 1)
    page = cut_behind(border, found, limit, lambda row: (row.at, row.id))
    items = [PersonEventView.model_validate(row) for row in page.rows]
    return Page(items=items, next=page.next, next_id=page.next_id)


@router.get("/{turn_id}", operation_id="get_audit_entry", responses=problems(404))
async def get_audit_entry(turn_id: str, caller: Supervisor, services: ServicesDep) -> AuditEntry:
    """Read what one turn saw and did."""
    row = await services.audit.get(turn_id)
    if row is None:
        raise not_found("turn")
    [entry] = await _entries([row], caller, services)
    return entry


async def _entries(rows: Sequence[AuditRow], caller: Principal, services: Services) -> list[AuditEntry]:
    """Return the rows with the titles of those documents that the caller may read; ids are there of all.

    Reasons that repeat words of a draft are shown to who may read all that the turn saw.
    """
    entries = [AuditEntry.model_validate(row) for row in rows]
    seen = {document.get("document_id", "") for entry in entries for document in entry.documents}
    readable = await services.documents.readable(seen, (await services.readers.scope(caller)).partitions)
    for entry in entries:
        if any(each.get("document_id") not in readable for each in entry.documents):
            entry.reasons = wordless(entry.reasons)
        entry.documents = [
            each if each.get("document_id") in readable else {**each, "title": ""} for each in entry.documents
        ]
    return entries
