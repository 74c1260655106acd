from datetime import UTC, datetime
from typing import Any

from activities.model_costs import model_calls
from activities.turns import TurnRecord, TurnView

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def tried(model: str, outcome: str = "answered", **used: Any) -> dict[str, Any]:
    zero = {"reason": "", "seconds": 0.0, "input_tokens": 0, "output_tokens": 0}
    return {"model": model, "outcome": outcome, **zero, **used}


def record(*tries: dict[str, Any], **state: Any) -> TurnRecord:
    draft = {
        "text": "x",
        "citations": [],
        "engine": "ollama",
        "model": "small",
        "prompt_version": "p",
        "support_score": 1.0,
        "fallback_reason": "",
        "digest": "d",
        "route": {"tier": "small", "reason": "", "tries": list(tries)},
    }
    guard = {"injection_score": 0.0, "injection_flagged": False, "reasons": [], "redacted": []}
    about: dict[str, Any] = {"turn_id": "c.1", "conversation_id": "c", "user_id": "ada", "message": "?", "history": []}
    turn = TurnView(id="c.1", conversation_id="c", number=1, status="answered", message="?", created_at=NOON)
    return TurnRecord.model_validate(
        {"turn": turn, "owner_id": "ada", "state": {**about, "guard": guard, "draft": draft, **state}, "at": NOON}
    )


def test_each_call_is_a_row_with_its_cost() -> None:
    rows = model_calls(
        record(tried("large", "unavailable", seconds=3.0), tried("small", input_tokens=1_000, output_tokens=100)),
        {"large": {"second": 0.1}, "small": {"input": 10.0, "output": 100.0}},
    )
    assert [(row.number, row.model, round(row.cost, 6)) for row in rows] == [(0, "large", 0.3), (1, "small", 0.02)]
    assert {(row.customer_id, row.day, row.turn_id) for row in rows} == {("ada", NOON.date(), "c.1")}


def test_a_model_that_was_not_asked_is_no_call() -> None:
    assert model_calls(record(tried("small", "bypassed")), {}) == []


def test_a_redraft_does_not_count_over_the_draft_before_it() -> None:
    first, second = record(tried("small")), record(tried("small"), redrafts=1)
    numbers = [row.number for each in (first, second) for row in model_calls(each, {})]
    assert len(set(numbers)) == 2


def test_a_turn_without_a_model_has_no_calls() -> None:
    plain = record()
    assert model_calls(plain, {}) == []
