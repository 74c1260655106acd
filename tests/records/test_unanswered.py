from datetime import datetime, timedelta

from activities.records.database import Database
from activities.records.ledger import TurnLedger
from activities.records.unanswered import Unanswered, UnansweredQuestions
from graphs.policy import NOTHING_FOUND, TOO_UNCERTAIN
from tests.records.rows import NOON, audit, open_conversation, turn


async def since(
    database: Database, moment: datetime = NOON, *, department: str | None = None, at_once: int = 10
) -> list[Unanswered]:
    parts = UnansweredQuestions(database).parts_since(moment, department=department, at_once=at_once)
    return [each async for part in parts for each in part]


async def test_only_turns_that_the_documents_failed_are_listed_latest_first(database: Database) -> None:
    await open_conversation(database)
    reasons = [NOTHING_FOUND, "The customer asks for a person.", f"{TOO_UNCERTAIN} (0.31)."]
    for number, reason in enumerate(reasons, 1):
        about = {"question": f"Question {number}", "department": "billing"}
        row = turn(number, classification=about, created_at=NOON + timedelta(minutes=number))
        await TurnLedger(database).record(row, audit(number, reasons=[reason]))
    found = await since(database)
    assert [(each.question, each.department) for each in found] == [
        ("Question 3", "billing"),
        ("Question 1", "billing"),
    ]
    assert await since(database, NOON + timedelta(hours=1)) == []


async def test_a_question_without_a_reading_is_shown_as_it_was_asked(database: Database) -> None:
    await open_conversation(database)
    await TurnLedger(database).record(turn(), audit(reasons=[NOTHING_FOUND]))
    (found,) = await since(database)
    assert (found.question, found.department) == ("Where is it?", "")


async def test_parts_hold_every_question_once_also_those_of_one_moment(database: Database) -> None:
    await open_conversation(database)
    for number in range(1, 6):
        row = turn(number, classification={"department": "billing" if number % 2 else "legal"}, created_at=NOON)
        await TurnLedger(database).record(row, audit(number, reasons=[NOTHING_FOUND]))
    whole = await since(database)
    assert len({each.turn_id for each in whole}) == len(whole) == 5
    assert await since(database, at_once=2) == whole
    ours = await since(database, department="billing", at_once=1)
    assert ours == [each for each in whole if each.department == "billing"]
