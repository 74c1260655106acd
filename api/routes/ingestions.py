"""Ingestions: how far each is, and pausing, resuming and cancelling it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from activities.records.database import utc_now
from activities.records.models import Ingestion
from api.deps import Curator, ServicesDep
from api.knowledge_schemas import IngestionProgressView, IngestionView
from api.problems import not_found, problems
from api.schemas import Page
from workflows.ingestion import IngestionProgress
from workflows.ingestion_client import Turn

router = APIRouter(prefix="/v1", tags=["documents"], responses=problems(401, 403, 422, 429, 503))
SURE_SHARE = 0.02
"""Before so much is done, the speed so far says nothing about the rest."""


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
    """List the latest ingestions, those that run first: an agent's own, supervisors and admins see all."""
    own = caller.id if caller.role == "agent" else None
    return Page(items=[await _view(row, services) for row in await services.ingestions.recent(limit, created_by=own)])


@router.get("/ingestions/{ingestion_id}", operation_id="get_ingestion", responses=problems(404))
async def get_ingestion(row: Own, services: ServicesDep) -> IngestionView:
    """Say how taking a file in goes: for who sent it, supervisors and admins."""
    return await _view(row, services)


@router.post("/ingestions/{ingestion_id}/pause", operation_id="pause_ingestion", responses=problems(404, 409))
async def pause_ingestion(row: Own, services: ServicesDep) -> IngestionView:
    """Begin nothing new of it until it is resumed; steps that run come to their end."""
    return await _turn(row, services, "pause")


@router.post("/ingestions/{ingestion_id}/resume", operation_id="resume_ingestion", responses=problems(404, 409))
async def resume_ingestion(row: Own, services: ServicesDep) -> IngestionView:
    """Go on with it."""
    return await _turn(row, services, "resume")


@router.post("/ingestions/{ingestion_id}/cancel", operation_id="cancel_ingestion", responses=problems(404, 409))
async def cancel_ingestion(row: Own, services: ServicesDep) -> IngestionView:
    """Stop it for good: documents that answer stay, one that was begun is taken back, the rest is left."""
    return await _turn(row, services, "cancel")


async def _view(row: Ingestion, services: ServicesDep) -> IngestionView:
    view = IngestionView.model_validate(row)
    if row.status == "running" and (progress := await services.intake.progress(row.id)):
        view.progress = view_progress(progress, utc_now())
    return view


async def _turn(row: Ingestion, services: ServicesDep, turn: Turn) -> IngestionView:
    progress = await services.intake.turn(row.id, turn)
    view = IngestionView.model_validate(row)
    view.progress = view_progress(progress, utc_now())
    return view


def view_progress(progress: IngestionProgress, now: datetime) -> IngestionProgressView:
    """Return the progress with the seconds that are left at the speed so far."""
    counts, left = progress.counts, None
    if progress.state == "running" and progress.share > SURE_SHARE and progress.seen_at:
        worked = progress.worked_seconds + (now - progress.seen_at).total_seconds()
        left = round(max(worked, 0) * (1 - progress.share) / progress.share, 1)
    return IngestionProgressView(
        state=progress.state,
        documents=progress.total,
        done=counts.taken,
        skipped=counts.unchanged,
        failed=counts.refused,
        chunks=progress.chunks,
        step=progress.step,
        share=round(progress.share, 3),
        seconds_left=left,
    )
