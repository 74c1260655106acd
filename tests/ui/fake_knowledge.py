"""The knowledge behind the scripted API: documents, versions, ingestions, search, gaps."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Form, HTTPException, Request, UploadFile

Row = dict[str, Any]
AT = "2026-11-20T10:00:00+00:00"
REFUNDS = "Refunds\n\nYearly plans can be refunded within 30 days of the payment. Write to us, and name the invoice."
BACKUP = "Backing up\n\nThe drive backs up every night when the computer is on <script>alert(1)</script>."


def document(name: str, title: str, text: str, **details: object) -> Row:
    return {
        "id": name,
        "source": f"{name}.md",
        "title": title,
        "department": "billing",
        "classification": "public",
        "language": "en",
        "media_type": "text/markdown",
        "version": 2,
        "chunk_count": 3,
        "updated_at": AT,
        "text": text,
        **details,
    }


@dataclass
class FakeKnowledge:
    """The state behind the routes; tests read and change it directly."""

    documents: dict[str, Row] = field(
        default_factory=lambda: {
            "refunds": document("refunds", "Refund policy", REFUNDS),
            "backup": document("backup", "Backing up", BACKUP, department="technical", classification="internal"),
        }
    )
    ingestions: dict[str, Row] = field(default_factory=dict)
    searches: dict[str, Row] = field(default_factory=dict)
    asked: list[Row] = field(default_factory=list)
    restored: list[tuple[str, int]] = field(default_factory=list)
    refuses: str = ""
    limits: Row = field(default_factory=dict)
    waiting: dict[str, Row] = field(default_factory=dict)
    dates: dict[str, Row] = field(default_factory=dict)
    leads: tuple[str, ...] = ("sana",)
    changed: list[tuple[str, Row]] = field(default_factory=list)


router = APIRouter(prefix="/v1")


def get_knowledge(request: Request) -> FakeKnowledge:
    found: FakeKnowledge = request.app.state.fake.knowledge
    return found


Knowledge = Annotated[FakeKnowledge, Depends(get_knowledge)]


@router.get("/documents")
async def listed(knowledge: Knowledge, text: str = "") -> Row:
    found = [each for each in knowledge.documents.values() if text.lower() in str(each["title"]).lower()]
    return {"items": sorted(found, key=lambda each: str(each["title"]))}


@router.get("/expiries")
async def expiries(knowledge: Knowledge) -> Row:
    rows = [{**knowledge.documents[name], **row} for name, row in knowledge.dates.items() if row.get("state")]
    return {"items": rows}


@router.get("/documents/{identifier}/access")
async def access(identifier: str, knowledge: Knowledge, request: Request) -> Row:
    name = request.app.state.fake.tokens[request.headers["Authorization"].removeprefix("Bearer ")]
    if name not in knowledge.leads:
        raise HTTPException(403, "This needs the role admin or supervisor.")
    row = knowledge.dates.get(identifier, {})
    return {"rule": {"not_before": row.get("valid_from"), "not_after": row.get("valid_until")}}


@router.patch("/documents/{identifier}")
async def change(identifier: str, knowledge: Knowledge, given: Annotated[Row, Body()]) -> Row:
    if knowledge.refuses:
        raise HTTPException(422, knowledge.refuses)
    knowledge.changed.append((identifier, given))
    knowledge.dates[identifier] = {**knowledge.dates.get(identifier, {}), **given, "state": None}
    return knowledge.documents[identifier]


@router.get("/documents/{identifier}")
async def read(identifier: str, knowledge: Knowledge, out_of_date: bool = False) -> Row:
    shut = knowledge.dates.get(identifier, {}).get("state") == "expired" and not out_of_date
    if identifier not in knowledge.documents or shut:
        raise HTTPException(404, "There is no such document, or it is not yours to see.")
    return knowledge.documents[identifier]


@router.get("/documents/{identifier}/versions")
async def versions(identifier: str, knowledge: Knowledge) -> Row:
    newest = knowledge.documents[identifier]
    rows = [
        {"version": number, "classification": newest.get("came_as", newest["classification"]), "created_at": AT}
        for number in range(newest["version"], 0, -1)
    ]
    return {"items": rows}


@router.post("/documents/{identifier}/versions/{version}/restore")
async def restore(identifier: str, version: int, knowledge: Knowledge) -> Row:
    knowledge.restored.append((identifier, version))
    knowledge.documents[identifier]["version"] += 1
    return {}


@router.post("/documents/{identifier}/classification")
async def classify(identifier: str, knowledge: Knowledge, classification: Annotated[str, Body(embed=True)]) -> Row:
    if waiting := knowledge.waiting.pop(identifier, None):
        text = str(waiting["excerpt"])
        knowledge.documents[identifier] = document(identifier, str(waiting["title"]), text, version=1)
    changed = knowledge.documents[identifier]
    changed.setdefault("came_as", changed["classification"])  # a version keeps the class that it came with
    changed["classification"] = classification
    return changed


@router.get("/confirmations")
async def confirmations(knowledge: Knowledge) -> Row:
    return {"items": list(knowledge.waiting.values())}


@router.delete("/documents/{identifier}")
async def remove(identifier: str, knowledge: Knowledge) -> Row:
    del knowledge.documents[identifier]
    return {"document_id": identifier, "outcome": "deleted"}


@router.post("/documents", status_code=202)
async def upload(
    file: UploadFile,
    knowledge: Knowledge,
    classification: Annotated[str, Form()] = "internal",
    groups: Annotated[str, Form()] = "",
    valid_until: Annotated[str, Form()] = "",
) -> Row:
    if knowledge.refuses:
        raise HTTPException(422, knowledge.refuses)
    limits = {"groups": groups, "valid_until": valid_until}
    knowledge.limits = {name: value for name, value in limits.items() if value}
    name = str(file.filename)
    text = (await file.read()).decode()
    knowledge.documents[name] = document(name, text.splitlines()[0], text, version=1, classification=classification)
    progress = {"state": "running", "documents": 4, "done": 1, "skipped": 0, "failed": 0, "share": 0.25}
    row = {"id": f"in-{name}", "filename": name, "status": "running", "report": {}, "progress": progress}
    knowledge.ingestions[row["id"]] = row
    return row


@router.get("/ingestions/{identifier}")
async def ingestion(identifier: str, knowledge: Knowledge) -> Row:
    return knowledge.ingestions[identifier]


@router.post("/search")
async def search(knowledge: Knowledge, wanted: Annotated[Row, Body()]) -> Row:
    knowledge.asked.append(wanted)
    meant = {"refnuds": "refunds"} if "refnuds" in wanted["query"] and wanted.get("spelling", True) else {}
    query = wanted["query"].replace("refnuds", "refunds") if meant else wanted["query"]
    words = [word for word in query.lower().split() if len(word) > 3]
    hits = [
        {
            "chunk_id": f"{each['id']}:1:0",
            "document_id": each["id"],
            "heading": "What you get back",
            "start": 0,
            "end": len(each["text"]),
            "score": 0.82,
            "dense_score": 0.74,
            "lexical_score": 0.9,
            **{name: each[name] for name in ("title", "version", "text", "department", "classification")},
        }
        for each in knowledge.documents.values()
        if any(word[:5] in each["text"].lower() for word in words)
        and wanted["filters"].get("department") in (None, each["department"])
    ]
    departments: Row = {}
    for hit in hits:
        departments[hit["department"]] = departments.get(hit["department"], 0) + 1
    facets = {"facets": {"department": departments}} if wanted.get("facets") else {}
    return {"passages": hits, "query": query, "corrections": meant} | facets


@router.get("/searches")
async def saved(knowledge: Knowledge) -> Row:
    return {"items": list(knowledge.searches.values())}


@router.post("/searches", status_code=201)
async def save(knowledge: Knowledge, wanted: Annotated[Row, Body()]) -> Row:
    row = {"id": f"s{len(knowledge.searches)}", **wanted}
    knowledge.searches[row["id"]] = row
    return row


@router.delete("/searches/{identifier}", status_code=204)
async def forget(identifier: str, knowledge: Knowledge) -> None:
    del knowledge.searches[identifier]


@router.get("/gaps")
async def gaps() -> Row:
    examples = ["Can I pay with Bitcoin?", "Do you take bitcoins?"]
    row = {"question": examples[0], "examples": examples, "count": 4, "departments": ["billing"], "latest_at": AT}
    return {"items": [row], "groups": 2, "questions": 1000, "cut": True}


@router.get("/replies")
async def replies() -> Row:
    text = {"language": "en", "formality": "formal", "outcome": "asked", "preview": "Of course. By 16:00.", "away": ""}
    away = "Of course. Our team is back at 09:00."
    return {"default_language": "en", "items": [{**text, "away": away}, {**text, "language": "de", "preview": "Gern."}]}
