import asyncio
import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from activities.records.audit import AuditTrail
from activities.records.conversations import Conversations
from activities.records.database import Database
from activities.records.ledger import TurnLedger
from activities.records.models import AuditRow, Review, Turn
from activities.records.reviews import Reviews
from activities.records.turns import Turns
from tests.records.rows import NOON, audit, open_conversation, review, turn

LATER = NOON + timedelta(hours=1)


def answered(number: int = 1) -> Turn:
    return turn(number, status="answered", answer="Tomorrow.", completed_at=LATER)


def decided(number: int = 1) -> Review:
    fields = {"state": "decided", "decided_by": "r1", "decided_at": LATER, "action": "approve"}
    return review(number, **fields)


async def count(database: Database, model: type[Turn | AuditRow | Review]) -> int:
    async with database.read() as session:
        return (await session.execute(select(func.count()).select_from(model))).scalar_one()


async def test_a_turn_leaves_its_row_its_audit_row_and_its_case(database: Database) -> None:
    await open_conversation(database)
    await TurnLedger(database).record(turn(review_id="c1.1.r1"), audit(), review())
    written = await Turns(database).get("c1.1")
    assert written is not None
    assert (written.status, written.review_id, written.citations) == ("pending_review", "c1.1.r1", [])
    assert (await AuditTrail(database).list_rows())[0].outcome == "pending_review"
    assert [case.id for case in await Reviews(database).list_for()] == ["c1.1.r1"]


async def test_a_repeat_leaves_one_row_of_each(database: Database) -> None:
    await open_conversation(database)
    ledger = TurnLedger(database)
    await asyncio.gather(*(ledger.record(turn(), audit(), review()) for _ in range(5)))
    assert [await count(database, model) for model in (Turn, AuditRow, Review)] == [1, 1, 1]


async def test_a_decision_settles_turn_audit_and_case_together(database: Database) -> None:
    await open_conversation(database)
    ledger = TurnLedger(database)
    await ledger.record(turn(), audit(), review())
    await ledger.record(answered(), audit(outcome="answered", decisions=[{"action": "approve"}]), decided())
    written = await Turns(database).get("c1.1")
    row = await AuditTrail(database).get("c1.1")
    case = await Reviews(database).get("c1.1.r1")
    assert written is not None
    assert row is not None
    assert case is not None
    assert (written.status, written.answer, written.created_at) == ("answered", "Tomorrow.", NOON)
    assert (row.outcome, row.decisions) == ("answered", [{"action": "approve"}])
    assert (case.state, case.decided_by, case.draft_text) == ("decided", "r1", "It is on its way.")


async def test_a_late_repeat_of_the_first_write_undoes_nothing(database: Database) -> None:
    await open_conversation(database)
    ledger = TurnLedger(database)
    await ledger.record(answered(), audit(outcome="answered"), decided())
    await ledger.record(turn(), audit(), review())
    written = await Turns(database).get("c1.1")
    row = await AuditTrail(database).get("c1.1")
    case = await Reviews(database).get("c1.1.r1")
    assert [found and found.status for found in (written,)] == ["answered"]
    assert row is not None
    assert row.outcome == "answered"
    assert case is not None
    assert case.state == "decided"


async def test_columns_left_out_keep_what_they_have(database: Database) -> None:
    await open_conversation(database)
    ledger = TurnLedger(database)
    await ledger.record(turn(intent="order_status"), audit(model="qwen3"))
    await ledger.record(answered(), audit(outcome="answered"))
    written = await Turns(database).get("c1.1")
    row = await AuditTrail(database).get("c1.1")
    assert written is not None
    assert row is not None
    assert (written.intent, row.model) == ("order_status", "qwen3")


async def test_a_redraft_settles_one_case_and_opens_the_next(database: Database) -> None:
    await open_conversation(database)
    ledger = TurnLedger(database)
    await ledger.record(turn(), audit(), review())
    await ledger.record(turn(), audit(), decided(), review(id="c1.1.r2"))
    assert [case.id for case in await Reviews(database).list_for("pending")] == ["c1.1.r2"]
    assert [case.id for case in await Reviews(database).list_for("decided")] == ["c1.1.r1"]


async def test_a_claimed_case_stays_claimed_when_its_opening_is_repeated(database: Database) -> None:
    await open_conversation(database)
    ledger = TurnLedger(database)
    await ledger.record(turn(), audit(), review())
    await Reviews(database).claim("c1.1.r1", "r1")
    await ledger.record(turn(), audit(), review())
    case = await Reviews(database).get("c1.1.r1")
    assert case is not None
    assert case.claimed_by == "r1"


async def test_nothing_is_written_when_one_part_is_refused(database: Database) -> None:
    await open_conversation(database)
    with pytest.raises(IntegrityError):
        await TurnLedger(database).record(turn(), audit(), review(conversation_id="unknown"))
    assert [await count(database, model) for model in (Turn, AuditRow, Review)] == [0, 0, 0]


async def test_a_turn_moves_its_conversation_to_the_top_and_a_late_repeat_does_not(database: Database) -> None:
    owner = await open_conversation(database)
    conversations = Conversations(database)
    created = (await conversations.list_for(owner.id))[0].updated_at
    await TurnLedger(database).record(turn(completed_at=created + timedelta(hours=1)), audit())
    await TurnLedger(database).record(turn(2), audit(2))
    found = await conversations.get("c1")
    assert found is not None
    assert found.updated_at == created + timedelta(hours=1)


STEPS = {
    "running": lambda number: (turn(number, status="running"), audit(number, outcome="running")),
    "held": lambda number: (turn(number), audit(number), review(number)),
    "settled": lambda number: (answered(number), audit(number, outcome="answered"), decided(number)),
}
numbers = itertools.count(1)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=5), at=st.integers(0, 5))
async def test_once_settled_no_order_of_repeats_changes_the_outcome(
    database: Database, steps: list[str], at: int
) -> None:
    number = next(numbers)
    if await Conversations(database).get("c1") is None:
        await open_conversation(database)
    steps.insert(min(at, len(steps)), "settled")
    for step in steps:
        await TurnLedger(database).record(*STEPS[step](number))
    written = await Turns(database).get(f"c1.{number}")
    row = await AuditTrail(database).get(f"c1.{number}")
    case = await Reviews(database).get(f"c1.{number}.r1")
    assert written is not None
    assert row is not None
    assert case is not None
    assert (written.status, written.answer, row.outcome, case.state) == (
        "answered",
        "Tomorrow.",
        "answered",
        "decided",
    )
