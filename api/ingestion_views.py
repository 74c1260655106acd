"""Ingestions as callers see them: names of files and documents for who sent them, or may read all that came of them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from activities.ports import Principal
from activities.records.database import utc_now
from activities.records.models import Ingestion
from api.deps import Services
from api.knowledge_schemas import IngestionProgressView, IngestionView
from workflows.ingestion import IngestionProgress

SURE_SHARE = 0.02
"""Before so much is done, the speed so far says nothing about the rest."""
LISTS = ("taken", "unchanged", "held", "similar", "refused")
TELLING = {"source": "", "title": "", "reason": "", "reasons": [], "notes": []}
"""What entries of a report tell of documents, and what stands there for who may not know."""


async def view_all(rows: Sequence[Ingestion], caller: Principal, services: Services) -> list[IngestionView]:
    """Return ingestions with the progress of those that run, as far as a worker says it now."""
    named, progress = await asyncio.gather(
        _named(rows, caller, services), asyncio.gather(*(_progress(row, services) for row in rows))
    )
    return [view(row, row.id in named, told) for row, told in zip(rows, progress, strict=True)]


async def view_one(
    row: Ingestion, caller: Principal, services: Services, progress: IngestionProgress | None = None
) -> IngestionView:
    """Return one ingestion, with a progress that is known already."""
    if progress is None:
        return (await view_all([row], caller, services))[0]
    return view(row, bool(await _named([row], caller, services)), progress)


def view(row: Ingestion, named: bool, progress: IngestionProgress | None) -> IngestionView:
    """Return an ingestion; not ``named`` it tells ids and numbers alone."""
    found = IngestionView.model_validate(row)
    if not named:
        found.filename = ""
        found.report = {**found.report, **{name: _unnamed(found.report.get(name, [])) for name in LISTS}}
    found.progress = view_progress(progress, utc_now()) if progress else None
    return found


async def _named(rows: Sequence[Ingestion], caller: Principal, services: Services) -> set[str]:
    """Return the ids of those whose names the caller may know.

    What was refused, or is not taken in yet, has no readers: who sent it and admins know its name.
    """
    own = {row.id for row in rows if caller.role == "admin" or row.created_by == caller.id}
    others = {row.id: _documents(row.report) for row in rows if row.id not in own and not _open(row)}
    wanted = set[str]().union(*others.values())
    scope = await services.readers.scope(caller) if wanted else None
    readable = await services.documents.readable(wanted, scope.partitions) if scope else set()
    return own | {name for name, documents in others.items() if documents and documents <= readable}


def _open(row: Ingestion) -> bool:
    return row.status == "running" or bool(row.report.get("refused"))


def _documents(report: dict[str, Any]) -> set[str]:
    return {each["document_id"] for name in LISTS for each in report.get(name, []) if "document_id" in each}


def _unnamed(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: TELLING.get(name, value) for name, value in each.items()} for each in entries]


async def _progress(row: Ingestion, services: Services) -> IngestionProgress | None:
    return await services.intake.progress(row.id) if row.status == "running" else None


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
