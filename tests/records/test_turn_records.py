"""What became of turns is counted once, however often the durable steps write it."""

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from activities.records.conversations import Conversations
from activities.records.database import Database
from activities.records.ledger import TurnLedger
from activities.records.reviews import Reviews
from activities.turn_records import TurnRecords
from activities.turns import CaseRecord, DecisionRecord, TurnRecord, TurnView
from graphs.state import GuardMark, SupportState
from tests.records.rows import NOON, open_conversation

COUNTED = ("support_turns_total", "support_turns_held_total", "support_review_decisions_total")
DUE = NOON + timedelta(hours=4)
TIMED = "support_turn_seconds_count"


class Counted:
    """What the counters of turns and decisions have grown by."""

    def __init__(self) -> None:
        self.before = self._read()

    def __call__(self) -> dict[str, float]:
        grown = {key: value - self.before.get(key, 0) for key, value in self._read().items()}
        return {key: value for key, value in grown.items() if value}

    def _read(self) -> dict[str, float]:
        samples = [sample for family in REGISTRY.collect() for sample in family.samples]
        return {
            "/".join([each.name.removeprefix("support_"), *each.labels.values()]): each.value
            for each in samples
            if each.name in (*COUNTED, TIMED)
        }


@pytest.fixture
async def records(database: Database) -> TurnRecords:
    await open_conversation(database)
    return TurnRecords(TurnLedger(database), Reviews(database), Conversations(database))


def record(*, case: dict[str, Any] | None = None, decided: str = "", **fields: Any) -> TurnRecord:
    """A write of turn ``c1.1``, two seconds after its message."""
    guard = GuardMark(injection_score=0.0, injection_flagged=False, reasons=[], redacted=[])
    view = {"id": "c1.1", "conversation_id": "c1", "number": 1, "message": "Where is it?", "created_at": NOON}
    at = NOON + timedelta(seconds=2)
    decision = {"reviewer_id": "r1", "reason": "", "changed": False, "decided_at": at, "action": decided}
    opened = {"kind": "review", "department": "billing", "reasons": [], "question": "?", "opened_at": NOON}
    return TurnRecord(
        turn=TurnView(**(view | fields)),
        owner_id="u1",
        state=SupportState(
            turn_id="c1.1", conversation_id="c1", user_id="u1", message="Where is it?", history=[], guard=guard
        ),
        decisions=[DecisionRecord(review_id="c1.1.r1", **decision)] if decided else [],
        case=CaseRecord(**({"id": "c1.1.r1", "due_at": DUE} | opened | case)) if case is not None else None,
        at=at,
    )


HELD = record(status="pending_review", engine="embedded", due_at=DUE, review_id="c1.1.r1", case={})
SETTLED = {"state": "decided", "action": "approve", "decided_by": "r1", "decided_at": NOON}


async def test_an_automatic_answer_is_counted_and_timed_once(records: TurnRecords) -> None:
    counted = Counted()
    for _ in range(3):
        await records.record_turn(record(status="answered", engine="embedded", answer="Here."))
    assert counted() == {"turns_total/answered/embedded": 1, "turn_seconds_count/answered": 1}


async def test_a_turn_that_waits_is_held_and_ends_when_a_person_has_decided(records: TurnRecords) -> None:
    counted = Counted()
    held = {"turns_held_total/review": 1, "turn_seconds_count/pending_review": 1}
    for _ in range(2):
        await records.record_turn(HELD)
    assert counted() == held
    waiting = {"status": "pending_review", "engine": "embedded", "due_at": DUE, "review_id": "c1.1.r1"}
    for _ in range(2):
        await records.record_turn(record(**waiting, case=SETTLED, decided="approve"))
    assert counted() == held | {"review_decisions_total/approve": 1}
    for _ in range(2):
        await records.record_turn(
            record(status="answered", engine="person", review_id="c1.1.r1", answer="Yes.", decided="approve")
        )
    await records.record_turn(HELD)
    assert counted() == held | {"review_decisions_total/approve": 1, "turns_total/answered/person": 1}


async def test_a_second_draft_of_a_turn_is_not_held_again(records: TurnRecords) -> None:
    await records.record_turn(HELD)
    counted = Counted()
    second = {"status": "pending_review", "due_at": DUE, "review_id": "c1.1.r2"}
    await records.record_turn(record(**second, case={"id": "c1.1.r2"}, decided="reject"))
    assert counted() == {}


async def test_a_case_that_nobody_took_ends_its_turn_as_expired(records: TurnRecords) -> None:
    await records.record_turn(HELD)
    counted = Counted()
    expired = record(status="handed_off", review_id="c1.1.r1", answer="Sorry.", case={"state": "expired"})
    for _ in range(2):
        await records.record_turn(expired)
    assert counted() == {"turns_total/expired/none": 1}
