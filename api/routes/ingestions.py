"""Ingestions: how far each is, and pausing, resuming and cancelling it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from activities.ports import Principal
from activities.records.models import Ingestion
from api.deps import Curator, Services, ServicesDep
from api.ingestion_views import view_all, view_one
from api.knowledge_schemas import IngestionView
from api.problems import not_found, problems
from api.schemas import Page
from workflows.ingestion_client import Turn

router = APIRouter(prefix="/v1", tags=["documents"], responses=problems(401, 403, 422, 429, 503))


async def get_own(ingestion_id: str, caller: Curator, services: ServicesDep) -> Ingestion:
    """Return an ingestion for who sent it, supervisors and admins. Raises a 404 problem."""
    row = await services.ingestions.get(ingestion_id)
    if row is None or (row.created_by != caller.id and caller.role == "agent"):
        raise not_found("ingestion")
    return row


Own = Annotated[Ingestion, Depends(get_own)]


@router.get("/ingestions", operation_id="list_ingestions")
async def list_ingestions(
    caller: Curator, services: ServicesDep, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Page[IngestionView]:
    """List the latest ingestions, those that run first: an agent's own, supervisors and admins see all.

    Who did not send a file and may not read what came of it sees neither its name nor those of its documents.
    """
    own = caller.id if caller.role == "agent" else None
    rows = await services.ingestions.recent(limit, created_by=own)
    return Page(items=await view_all(rows, caller, services))


@router.get("/ingestions/{ingestion_id}", operation_id="get_ingestion", responses=problems(404))
async def get_ingestion(row: Own, caller: Curator, services: ServicesDep) -> IngestionView:
    """Say how taking a file in goes: for who sent it, supervisors and admins."""
    return await view_one(row, caller, services)


@router.post("/ingestions/{ingestion_id}/pause", operation_id="pause_ingestion", responses=problems(404, 409))
async def pause_ingestion(row: Own, caller: Curator, services: ServicesDep) -> IngestionView:
    """Begin nothing new of it until it is resumed; steps that run come to their end."""
    return await _turn(row, caller, services, "pause")


@router.post("/ingestions/{ingestion_id}/resume", operation_id="resume_ingestion", responses=problems(404, 409))
async def resume_ingestion(row: Own, caller: Curator, services: ServicesDep) -> IngestionView:
    """Go on with it."""
    return await _turn(row, caller, services, "resume")


@router.post("/ingestions/{ingestion_id}/cancel", operation_id="cancel_ingestion", responses=problems(404, 409))
async def cancel_ingestion(row: Own, caller: Curator, services: ServicesDep) -> IngestionView:
    """Stop it for good: documents that answer stay, one that was begun is taken back, the rest is left."""
    return await _turn(row, caller, services, "cancel")


async def _turn(row: Ingestion, caller: Principal, services: Services, turn: Turn) -> IngestionView:
    return await view_one(row, caller, services, await services.intake.turn(row.id, turn))
