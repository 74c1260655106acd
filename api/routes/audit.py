"""The audit trail, for those who must answer for what was said."""

from typing import Annotated

from fastapi import APIRouter, Query

from activities.records.audit import AuditFilter
from activities.records.knowledge_events import EventFilter, KnowledgeAction
from api.deps import ServicesDep, Supervisor
from api.knowledge_schemas import KnowledgeEventView
from api.moments import Moment
from api.problems import not_found, problems
from api.schemas import AuditEntry, Page

router = APIRouter(prefix="/v1/audit", tags=["audit"], responses=problems(401, 403, 422, 429, 503))


@router.get("", operation_id="list_audit")
async def list_audit(
    caller: Supervisor,
    services: ServicesDep,
    user_id: str | None = None,
    conversation_id: str | None = None,
    outcome: str | None = None,
    engine: str | None = None,
    since: Moment | None = None,
    before: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[AuditEntry]:
    """List what turns saw and did, the latest first."""
    which = AuditFilter(user_id, conversation_id, outcome, engine, since, before)
    rows = await services.audit.list_rows(which, limit=limit)
    items = [AuditEntry.model_validate(row) for row in rows]
    return Page(items=items, next=rows[-1].created_at if len(rows) == limit else None)


@router.get("/knowledge", operation_id="list_knowledge_audit")
async def list_knowledge_audit(
    caller: Supervisor,
    services: ServicesDep,
    document_id: str | None = None,
    actor_id: str | None = None,
    action: KnowledgeAction | None = None,
    since: Moment | None = None,
    before: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[KnowledgeEventView]:
    """List what was done to documents, deletions with their proof, the latest first."""
    which = EventFilter(document_id, actor_id, action, since, before)
    rows = await services.trail.list_events(which, limit=limit)
    items = [KnowledgeEventView.model_validate(row) for row in rows]
    return Page(items=items, next=rows[-1].at if len(rows) == limit else None)


@router.get("/{turn_id}", operation_id="get_audit_entry", responses=problems(404))
async def get_audit_entry(turn_id: str, caller: Supervisor, services: ServicesDep) -> AuditEntry:
    """Read what one turn saw and did."""
    row = await services.audit.get(turn_id)
    if row is None:
        raise not_found("turn")
    return AuditEntry.model_validate(row)
