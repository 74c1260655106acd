"""The knowledge: documents in, documents out, and the passages that answers quote."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from activities.knowledge.names import EVERY_DEPARTMENT, may_change
from activities.knowledge.reports import DeletionProof
from activities.knowledge.rules import NO_LIMITS
from activities.knowledge.validate import DocumentRefusedError, TypeNotTakenError, check_name, find_format
from activities.ports import Principal, ReadScope
from activities.records.models import Document, DocumentVersion
from api.curation import refuse_taken_name, target_department
from api.deps import Caller, Curator, Services, ServicesDep
from api.idempotency import IdempotencyKey, ingestion_id_for, taken_back
from api.knowledge_schemas import (
    DocumentPage,
    DocumentSummary,
    DocumentView,
    Excerpt,
    FoundPassage,
    IngestionStarted,
    IngestionView,
    VersionView,
)
from api.paging import next_offset
from api.problems import ProblemError, forbidden, invalid, not_found, problems
from api.schemas import Page
from api.uploads import OPENAPI, Upload, read_upload

router = APIRouter(prefix="/v1", tags=["documents"], responses=problems(401, 403, 422, 429, 503))
EXCERPT_CHARACTERS = 20_000
MOST_VERSIONS = 2**31 - 1
"""What an integer of the database can be."""
Version = Annotated[
    int | None,
    Query(ge=1, le=MOST_VERSIONS, description="A published version; the one that answers when left out."),
]


async def get_scope(caller: Caller, services: ServicesDep) -> ReadScope:
    """Return what the caller may read now."""
    return await services.readers.scope(caller)


Scope = Annotated[ReadScope, Depends(get_scope)]


async def get_kept_scope(
    caller: Caller,
    scope: Scope,
    services: ServicesDep,
    out_of_date: Annotated[
        bool, Query(description="Also when it answers at other times, or has expired; for supervisors.")
    ] = False,
) -> ReadScope:
    """Return what the caller may read now, on demand also what only its dates keep back. Raises a 403 problem."""
    if not out_of_date:
        return scope
    _require_keeper(caller)
    return await services.readers.at_any_time(caller)


KeptScope = Annotated[ReadScope, Depends(get_kept_scope)]


async def get_readable(document_id: str, scope: Scope, services: ServicesDep) -> Document:
    """Return a published document that the caller may read. Raises a 404 problem."""
    document = await services.documents.get(document_id, scope.partitions)
    if document is None:
        raise not_found("document")
    return document


Readable = Annotated[Document, Depends(get_readable)]


async def get_kept(document_id: str, scope: KeptScope, services: ServicesDep) -> Document:
    """Return the same, on demand also outside of its dates. Raises a 403 or 404 problem."""
    return await get_readable(document_id, scope, services)


Kept = Annotated[Document, Depends(get_kept)]


async def get_version(
    document: Readable, scope: Scope, services: ServicesDep, version: Version = None
) -> DocumentVersion:
    """Return a version of the document, if its own rights let the caller read it too. Raises a 404 problem."""
    row = await services.documents.version(document.id, version or document.version)
    if row is None or not await readable_versions(services, [row], scope):
        raise not_found("document")
    return row


Text = Annotated[DocumentVersion, Depends(get_version)]


@router.post(
    "/documents",
    operation_id="upload_document",
    status_code=202,
    openapi_extra=OPENAPI,
    responses=problems(409, 413, 415),
)
async def upload_document(
    request: Request, caller: Curator, services: ServicesDep, response: Response, key: IdempotencyKey = None
) -> IngestionStarted:
    """Take a file into the knowledge; a file of the same name becomes the next version. Follow it at ``Location``."""
    upload = await read_upload(request, services.options.document_max_bytes)
    department = target_department(caller, upload.form.department, upload.form.classification)
    if upload.form.limits != NO_LIMITS and caller.role not in EVERY_DEPARTMENT:
        raise forbidden("Supervisors and admins say which groups read a document, and from when until when it answers.")
    await asyncio.to_thread(_check_type, upload)
    refuse_taken_name(caller, department, await services.access.of_file(upload.filename))
    ingestion_id = ingestion_id_for(caller.id, key)
    try:
        async with taken_back(services.intake, ingestion_id, key):
            row = await services.intake.take(
                ingestion_id,
                upload.filename,
                upload.data,
                title=upload.form.title,
                department=department,
                classification=upload.form.classification,
                limits=upload.form.limits,
                sender=caller,
                department_stands=caller.role not in EVERY_DEPARTMENT,
            )
    except DocumentRefusedError as error:
        raise invalid(f"The file cannot be taken: {error}.") from error
    response.headers["Location"] = f"/v1/ingestions/{row.id}"
    view = IngestionView.model_validate(row)
    return IngestionStarted(**view.model_dump(), ingestion_id=row.id)


@router.get("/documents", operation_id="list_documents")
async def list_documents(
    caller: Caller,
    services: ServicesDep,
    out_of_date: Annotated[
        bool, Query(description="Those that answer at other times instead, expired ones among them; for supervisors.")
    ] = False,
    text: Annotated[str, Query(max_length=200, description="Must be in the title or the source.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> DocumentPage:
    """List the documents that answer the caller, by title; supervisors and admins also those outside their dates."""
    if out_of_date:
        _require_keeper(caller)
    scope = await (services.readers.out_of_date(caller) if out_of_date else get_scope(caller, services))
    rows = await services.documents.list_published(scope.partitions, text=text, limit=limit + 1, offset=offset)
    items = [DocumentSummary.model_validate(row) for row in rows[:limit]]
    return DocumentPage(items=items, next_offset=next_offset(rows, limit, offset))


@router.get("/documents/{document_id}", operation_id="get_document", responses=problems(404))
async def get_document(
    document: Kept, scope: KeptScope, services: ServicesDep, version: Version = None
) -> DocumentView:
    """Read a document, with the text of one version."""
    row = await get_version(document, scope, services, version)
    summary = DocumentSummary.model_validate(document)
    return DocumentView(**summary.model_dump(), text_version=row.version, text=row.text)


@router.get("/documents/{document_id}/versions", operation_id="list_document_versions", responses=problems(404))
async def list_document_versions(document: Kept, scope: KeptScope, services: ServicesDep) -> Page[VersionView]:
    """List the versions of a document that the caller may read, newest first."""
    rows = await readable_versions(services, await services.documents.versions(document.id), scope)
    return Page(items=[VersionView.model_validate(row) for row in rows])


@router.get("/documents/{document_id}/text", operation_id="get_document_text", responses=problems(404))
async def get_document_text(
    document: Readable,
    row: Text,
    start: Annotated[int, Query(ge=0)] = 0,
    end: Annotated[int | None, Query(ge=0, description="Exclusive; at most 20,000 characters are returned.")] = None,
) -> Excerpt:
    """Read a piece of a version's text: what a citation's ``start`` and ``end`` point at, and around it."""
    stop = min(len(row.text), start + EXCERPT_CHARACTERS, len(row.text) if end is None else end)
    return Excerpt(
        document_id=document.id,
        title=document.title,
        version=row.version,
        start=min(start, stop),
        end=stop,
        text=row.text[start:stop],
    )


@router.get("/documents/{document_id}/passages/{chunk_id}", operation_id="get_passage", responses=problems(404))
async def get_passage(document: Readable, chunk_id: str, scope: Scope, services: ServicesDep) -> FoundPassage:
    """Read one passage of the version that answers."""
    passages = await services.knowledge.passages([chunk_id], scope)
    if not passages or passages[0].document_id != document.id:
        raise not_found("passage")
    return FoundPassage.model_validate(passages[0])


async def get_removable(document_id: str, caller: Curator, scope: Scope, services: ServicesDep) -> Document:
    """Return a document that the caller may remove, who keeps dates also one outside of them. Raises a 403 or 404."""
    if caller.role in EVERY_DEPARTMENT:
        scope = await services.readers.at_any_time(caller)
    document = await get_readable(document_id, scope, services)
    if not may_change(caller, document):
        raise forbidden("This document belongs to another department.")
    return document


@router.delete(
    "/documents/{document_id}",
    operation_id="delete_document",
    responses={202: {"description": "It answers no more; the rest of it is still being removed."}, **problems(404)},
)
async def delete_document(
    caller: Curator,
    document: Annotated[Document, Depends(get_removable)],
    services: ServicesDep,
    response: Response,
) -> DeletionProof | None:
    """Remove a document everywhere; the answer is what a query still finds of it: nothing."""
    proof = await services.intake.remove(document.id, caller.id)
    response.status_code = 200 if proof else 202
    return proof


async def readable_versions(
    services: Services, rows: Sequence[DocumentVersion], scope: ReadScope
) -> list[DocumentVersion]:
    """Keep the versions whose own class, with the document's rule, is in ``scope``: it may have been stricter once."""
    wanted = {(row.document_id, row.version) for row in rows}
    readable = await services.access.readable_versions(wanted, scope.partitions)
    return [row for row in rows if (row.document_id, row.version) in readable]


def _require_keeper(caller: Principal) -> None:
    if caller.role not in EVERY_DEPARTMENT:
        raise forbidden("Supervisors and admins see what is outside of its dates.")


def _check_type(upload: Upload) -> None:
    """Refuse what name and first bytes show to be of no type that is taken; the rest is found out while it is read."""
    try:
        check_name(upload.filename)
        find_format(upload.filename, upload.data)
    except TypeNotTakenError as error:
        raise ProblemError(415, "type-not-taken", f"The file cannot be taken: {error}.") from error
    except DocumentRefusedError as error:
        raise invalid(f"The file cannot be taken: {error}.") from error
