"""The costs behind the scripted API."""

from typing import Any

from fastapi import APIRouter, Request

Row = dict[str, Any]
router = APIRouter(prefix="/v1")


def used(key: str, calls: int, cost: float) -> Row:
    """What ``calls`` calls of one day, model or department used."""
    tokens = {"input_tokens": 1_000 * calls, "output_tokens": 100 * calls}
    return {"key": key, "calls": calls, **tokens, "seconds": 2.5 * calls, "cost": cost}


@router.get("/costs")
async def costs(request: Request, by: str, since: str) -> Row:
    """Answer with the rows of a test, and remember what was asked."""
    fake = request.app.state.fake
    fake.costs_asked.append((by, since))
    found = fake.costs.get(by, [])
    total = used("", sum(each["calls"] for each in found), sum(each["cost"] for each in found))
    return {
        "currency": "EUR",
        "since": since,
        "until": "2026-11-27",
        "by": by,
        "items": found,
        "total": total,
        "budgets": fake.budgets,
        "as_of": "2026-11-27T10:00:00Z",
    }
