"""The life of a document: its versions and who made them, its class, its owner, its dates, and the way back."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Query, Response

from activities.knowledge.access import ONLY_PUBLIC
from activities.knowledge.names import EVERY_DEPARTMENT, may_change
from activities.knowledge.revisions import Revision
from activities.knowledge.validate import DocumentRefusedError
from activities.ports import Level
from activities.records.knowledge_events import EventFilter
from activities.records.models import Document, DocumentVersion
from activities.records.staging import LEVELS
from api.curation import confirmed_by, may_confirm
from api.deps import Curator, Services, ServicesDep
from api.idempotency import IdempotencyKey, ingestion_id_for, taken_back
from api.knowledge_schemas import (
    ClassificationRequest,
    DocumentChange,
    DocumentSummary,
    IngestionStarted,
    IngestionView,
    KnowledgeEventView,
    VersionText,
    WaitingPage,
    WaitingVersion,
)
from api.paging import next_offset
from api.problems import forbidden, invalid, not_found, problems
from api.routes.access import Governed
from api.routes.documents import MOST_VERSIONS, Readable, Scope, get_scope, readable_versions
from api.schemas import Page

router = APIRouter(prefix="/v1", tags=["documents"], responses=problems(401, 403, 422, 429, 503))
DATES = {"valid_from": "not_before", "valid_until": "not_after"}
"""What the access rule calls them: it keeps an expired document out of both queries."""
Number = Annotated[int, Path(ge=1, le=MOST_VERSIONS)]


async def get_changeable(caller: Curator, document: Readable) -> Document:
    """Return a document that the caller may replace. Raises a 403 or 404 problem."""
    if not may_change(caller, document):
        raise forbidden("This document belongs to another department.")
    return document


Changeable = Annotated[Document, Depends(get_changeable)]


async def get_numbered(document: Readable, number: Number, scope: Scope, services: ServicesDep) -> DocumentVersion:
    """Return a version that the caller may read by its own rights. Raises a 404 problem."""
    row = await services.documents.version(document.id, number)
    if row is None or not await readable_versions(services, [row], scope):
        raise not_found("version")
    return row


Numbered = Annotated[DocumentVersion, Depends(get_numbered)]


@router.get("/documents/{document_id}/versions/{number}", operation_id="get_document_version", responses=problems(404))
async def get_document_version(row: Numbered) -> VersionText:
    """Read one version, also one that was replaced, with its text and who brought it."""
    return VersionText.model_validate(row)


@router.post(
    "/documents/{document_id}/versions/{number}/restore",
    operation_id="restore_document_version",
    status_code=202,
    responses=problems(404),
)
async def restore_document_version(
    caller: Curator,
    document: Changeable,
    row: Numbered,
    services: ServicesDep,
    response: Response,
    key: IdempotencyKey = None,
) -> IngestionStarted:
    """Bring an earlier version back as the next one. It has the class of then or of now, whichever is stricter."""
    level = max(cast(Level, document.classification), cast(Level, row.classification), key=LEVELS.index)
    revision = Revision(document.id, row.version, level, document.department, caller.id, restore=True)
    return await _start(revision, key, services, response)


@router.post(
    "/documents/{document_id}/classification",
    operation_id="classify_document",
    status_code=202,
    responses=problems(404),
)
async def classify_document(
    document_id: str,
    wanted: ClassificationRequest,
    caller: Curator,
    services: ServicesDep,
    response: Response,
    key: IdempotencyKey = None,
) -> IngestionStarted:
    """Decide on the class of a document: of the version that waits for it, else of the one that answers.

    Whoever is shut out by it is out with this answer; whoever is let in finds the document when it is indexed anew.
    """
    revision = await _confirmed(document_id, wanted, caller, services) or await _reclassified(
        document_id, wanted, caller, services
    )
    return await _start(revision, key, services, response)


@router.get("/confirmations", operation_id="list_confirmations")
async def list_confirmations(
    caller: Curator,
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> WaitingPage:
    """List the documents that nobody reads before their class is confirmed: those that the caller may decide on."""
    waiting = await services.confirmations.list_waiting(confirmed_by(caller), limit=limit + 1, offset=offset)
    items = [WaitingVersion.model_validate(each) for each in waiting[:limit]]
    return WaitingPage(items=items, next_offset=next_offset(waiting, limit, offset))


@router.patch("/documents/{document_id}", operation_id="change_document", responses=problems(404))
async def change_document(
    document: Governed, change: DocumentChange, caller: Curator, services: ServicesDep
) -> DocumentSummary:
    """Change the owner, or from when and until when it answers. An expired document stops answering that moment."""
    given = change.model_dump(exclude_unset=True)
    if owner_id := given.get("owner_id"):
        owner = await services.people.principal(owner_id)
        if owner is None or owner.role in ONLY_PUBLIC:
            raise invalid("owner_id is not the id of an active colleague.")
    dates = {name: given[field] for field, name in DATES.items() if field in given}
    if dates:
        try:
            await services.access.amend(document.id, dates, caller.id)
        except ValueError as error:
            raise invalid("valid_from must be earlier than valid_until.") from error
        await services.intake.place(document.id)
    await services.revised.change(document.id, given, caller.id)
    found = await services.documents.get(document.id)
    return DocumentSummary.model_validate(found or document)


@router.get("/documents/{document_id}/history", operation_id="get_document_history", responses=problems(404))
async def get_document_history(document: Changeable, services: ServicesDep) -> Page[KnowledgeEventView]:
    """List what was done to a document and by whom, the latest first."""
    events = await services.trail.list_events(EventFilter(document_id=document.id), limit=500)
    return Page(items=[KnowledgeEventView.model_validate(event) for event in events])


async def _confirmed(
    document_id: str, wanted: ClassificationRequest, caller: Curator, services: Services
) -> Revision | None:
    waiting = await services.confirmations.get(document_id)
    if waiting is None:
        return None
    if not may_confirm(caller, waiting.suggested, waiting.department):
        raise not_found("document")
    if LEVELS.index(wanted.classification) < LEVELS.index(waiting.requested):
        raise invalid(f"Its sender has set {waiting.requested}; the decision cannot be below that.")
    if LEVELS.index(wanted.classification) < LEVELS.index(waiting.suggested) and caller.role not in EVERY_DEPARTMENT:
        raise forbidden(f"Only supervisors and admins decide for less than the suggested {waiting.suggested}.")
    department = _department(wanted, waiting.department, caller)
    return Revision(document_id, waiting.version, wanted.classification, department, caller.id)


async def _reclassified(
    document_id: str, wanted: ClassificationRequest, caller: Curator, services: Services
) -> Revision:
    document = await services.documents.get(document_id, (await get_scope(caller, services)).partitions)
    if document is None:
        raise not_found("document")
    if not may_change(caller, document):
        raise forbidden("This document belongs to another department.")
    now = cast(Level, document.classification)
    if LEVELS.index(wanted.classification) < LEVELS.index(now) and caller.role not in EVERY_DEPARTMENT:
        raise forbidden("Only supervisors and admins lower the class of a document.")
    department = _department(wanted, document.department, caller)
    return Revision(document_id, document.version, wanted.classification, department, caller.id)


def _department(wanted: ClassificationRequest, department: str, caller: Curator) -> str:
    if wanted.department not in (None, department) and caller.role not in EVERY_DEPARTMENT:
        raise forbidden("Only supervisors and admins move a document to another department.")
    return wanted.department or department


async def _start(revision: Revision, key: str | None, services: Services, response: Response) -> IngestionStarted:
    ingestion_id = ingestion_id_for(revision.actor_id, key)
    try:
        async with taken_back(services.intake, ingestion_id, key):
            row = await services.intake.revise(revision, ingestion_id)
    except DocumentRefusedError as error:
        raise invalid(f"The version cannot be made anew: {error}.") from error
    response.headers["Location"] = f"/v1/ingestions/{row.id}"
    return IngestionStarted(**IngestionView.model_validate(row).model_dump(), ingestion_id=row.id)
