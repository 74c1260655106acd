"""Sources of the knowledge: what is read, how it goes, and what came of each item."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from activities.knowledge.validate import DocumentRefusedError
from activities.records.source_items import PushSeenError
from activities.records.source_tables import Source
from activities.sources import load_kinds
from activities.sources.webhook import PushRefusedError
from api.deps import ServicesDep, Supervisor
from api.paging import next_offset
from api.problems import ProblemError, forbidden, invalid, not_found, problems
from api.schemas import Page
from api.source_schemas import (
    ItemStatus,
    NewSource,
    PushTaken,
    SourceDetail,
    SourceItemPage,
    SourceItemView,
    SourceKindView,
    SourceTold,
    SourceView,
)
from workflows.client import TemporalUnavailableError

router = APIRouter(prefix="/v1", tags=["sources"], responses=problems(401, 403, 422, 429, 503))


async def get_source(source_id: str, caller: Supervisor, services: ServicesDep) -> Source:
    """Return a source by id or name. Raises a 404 problem."""
    sources = services.sources
    row = await sources.rows.get(source_id) or await sources.rows.find(source_id)
    if row is None:
        raise not_found("source")
    return row


Known = Annotated[Source, Depends(get_source)]


@router.post("/sources", operation_id="add_source", status_code=201, responses=problems(409))
async def add_source(new: NewSource, caller: Supervisor, services: ServicesDep, response: Response) -> SourceView:
    """Read a source from now on. One that uses a secret, or gives more than public rights away, takes an admin."""
    if caller.role != "admin" and any("secret" in name for name in new.config):
        raise forbidden("Only an admin may let a source use a secret: its address decides who gets to see it.")
    row = await services.sources.desk.add(new, caller.id)
    response.headers["Location"] = f"/v1/sources/{row.id}"
    return SourceView.model_validate(row)


@router.get("/sources", operation_id="list_sources")
async def list_sources(caller: Supervisor, services: ServicesDep) -> Page[SourceView]:
    """List the sources by name."""
    return Page(items=[SourceView.model_validate(row) for row in await services.sources.rows.list()])


@router.get("/source-kinds", operation_id="list_source_kinds")
async def list_source_kinds(caller: Supervisor) -> Page[SourceKindView]:
    """List the kinds of sources by name, with what each needs to know."""
    kinds = sorted(load_kinds().items())
    return Page(
        items=[
            SourceKindView(
                name=name, has_readers=kind.has_readers, watched=kind.watched, config=kind.config.model_json_schema()
            )
            for name, kind in kinds
        ]
    )


@router.get("/sources/{source_id}", operation_id="get_source", responses=problems(404))
async def get_source_detail(source: Known, services: ServicesDep) -> SourceDetail:
    """Read a source, by id or name, with its progress."""
    view = SourceView.model_validate(source)
    progress, items = await services.sources.desk.progress(source), await services.sources.rows.counts(source.id)
    return SourceDetail(**view.model_dump(), progress=progress, items=items)


@router.get("/sources/{source_id}/items", operation_id="list_source_items", responses=problems(404))
async def list_source_items(
    source: Known,
    services: ServicesDep,
    status: Annotated[ItemStatus | None, Query(description="All when left out.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> SourceItemPage:
    """List what the source holds, and why an item was refused or skipped."""
    rows = await services.sources.rows.items(source.id, status or "", limit + 1, offset)
    items = [SourceItemView.model_validate(row) for row in rows[:limit]]
    return SourceItemPage(items=items, next_offset=next_offset(rows, limit, offset))


@router.post("/sources/{source_id}/sync", operation_id="sync_source", status_code=202, responses=problems(404))
async def sync_source(source: Known, services: ServicesDep) -> SourceTold:
    """Sync now, or once more after the sync that runs."""
    await services.sources.desk.sync(source)
    return SourceTold(name=source.name)


@router.post("/sources/{source_id}/pause", operation_id="pause_source", status_code=202, responses=problems(404))
async def pause_source(source: Known, services: ServicesDep) -> SourceTold:
    """Pause, after the items that are being taken."""
    await services.sources.desk.pause(source)
    return SourceTold(name=source.name)


@router.post("/sources/{source_id}/resume", operation_id="resume_source", status_code=202, responses=problems(404))
async def resume_source(source: Known, services: ServicesDep) -> SourceTold:
    """Go on where it was."""
    await services.sources.desk.resume(source)
    return SourceTold(name=source.name)


@router.delete("/sources/{source_id}", operation_id="remove_source", status_code=202, responses=problems(404))
async def remove_source(source: Known, services: ServicesDep) -> SourceTold:
    """Remove a source with all documents that came from it."""
    await services.sources.desk.remove(source)
    return SourceTold(name=source.name)


@router.post(
    "/sources/{source_id}/push",
    operation_id="push_to_source",
    status_code=202,
    responses=problems(409, 413),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def push_to_source(source_id: str, request: Request, services: ServicesDep) -> PushTaken:
    """Take one document, or a deletion, from a system that signs it by Standard Webhooks.

    Who may call is who can sign: there is no other log-in. Old messages, and those taken before, are refused.
    """
    body = await request.body()
    try:
        message_id = await services.sources.pushes.take(source_id, request.headers, body)
    except PushRefusedError as error:
        raise forbidden(f"{error}.") from error
    except PushSeenError as error:
        raise ProblemError(409, "replayed", f"{error}; each message counts once.") from error
    except DocumentRefusedError as error:
        raise invalid(f"The document cannot be taken: {error}.") from error
    row = await services.sources.rows.get(source_id)
    if row is not None:
        with suppress(TemporalUnavailableError):  # it is kept: the next sync takes it, and sent again it is refused
            await services.sources.desk.sync(row)
    return PushTaken(message_id=message_id)
