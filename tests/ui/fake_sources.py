"""Sources behind the scripted API."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Request

from activities.sources import load_kinds

Row = dict[str, Any]


def source(name: str, **details: object) -> Row:
    return {
        "id": f"s-{name}",
        "name": name,
        "kind": "web",
        "department": "support",
        "classification": "public",
        "interval_seconds": 900,
        "status": "active",
        "report": {},
        "progress": {"phase": "waiting"},
        "items": {"taken": 12, "refused": 1},
        "synced_at": "2026-11-20T10:00:00+00:00",
        **details,
    }


@dataclass
class FakeSources:
    """The state behind the routes; tests read and change it directly."""

    rows: dict[str, Row] = field(default_factory=lambda: {"s-help-centre": source("help-centre")})
    told: list[tuple[str, str]] = field(default_factory=list)
    added: list[Row] = field(default_factory=list)


router = APIRouter(prefix="/v1")


def get_sources(request: Request) -> FakeSources:
    found: FakeSources = request.app.state.fake.sources
    return found


Sources = Annotated[FakeSources, Depends(get_sources)]


@router.get("/source-kinds")
async def kinds() -> Row:
    return {"items": [{"name": name, "config": kind.config.model_json_schema()} for name, kind in load_kinds().items()]}


@router.get("/sources")
async def listed(sources: Sources) -> Row:
    return {"items": list(sources.rows.values())}


@router.get("/sources/{identifier}")
async def read(identifier: str, sources: Sources) -> Row:
    return sources.rows[identifier]


@router.get("/sources/{identifier}/items")
async def items(identifier: str, status: str) -> Row:
    return {"items": [{"key": "/old/<b>page</b>.pdf", "status": status, "reason": "it is protected by a password"}]}


@router.post("/sources", status_code=201)
async def add(sources: Sources, new: Annotated[Row, Body()]) -> Row:
    if not new["config"].get("url"):
        raise HTTPException(422, "config.url: Field required")
    sources.added.append(new)
    row = source(new["name"], items={"new": 3}, synced_at=None, progress={"phase": "listing"})
    sources.rows[row["id"]] = row
    return row


@router.post("/sources/{identifier}/{change}", status_code=202)
async def tell(identifier: str, change: str, sources: Sources) -> Row:
    sources.told.append((identifier, change))
    sources.rows[identifier]["status"] = {"pause": "paused"}.get(change, "active")
    return {"name": sources.rows[identifier]["name"]}


@router.delete("/sources/{identifier}", status_code=202)
async def remove(identifier: str, sources: Sources) -> Row:
    sources.told.append((identifier, "remove"))
    sources.rows[identifier]["status"] = "removing"
    return {"name": sources.rows[identifier]["name"]}
