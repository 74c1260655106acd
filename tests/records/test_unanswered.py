from datetime import timedelta

from activities.records.database import Database
from activities.records.ledger import TurnLedger
from activities.records.unanswered import UnansweredQuestions
from graphs.policy import NOTHING_FOUND, TOO_UNCERTAIN
from tests.records.rows import NOON, audit, open_conversation, turn


async def test_only_turns_that_the_documents_failed_are_listed_latest_first(database: Database) -> None:
    await open_conversation(database)
    reasons = [NOTHING_FOUND, "The customer asks for a person.", f"{TOO_UNCERTAIN} (0.31)."]
    for number, reason in enumerate(reasons, 1):
        about = {"question": f"Question {number}", "department": "billing"}
        row = turn(number, classification=about, created_at=NOON + timedelta(minutes=number))
        await TurnLedger(database).record(row, audit(number, reasons=[reason]))
    found = await UnansweredQuestions(database).list_since(NOON, limit=10)
    assert [(each.question, each.department) for each in found] == [
        ("Question 3", "billing"),
        ("Question 1", "billing"),
    ]
    assert await UnansweredQuestions(database).list_since(NOON + timedelta(hours=1), limit=10) == []


async def test_a_question_without_a_reading_is_shown_as_it_was_asked(database: Database) -> None:
    await open_conversation(database)
    await TurnLedger(database).record(turn(), audit(reasons=[NOTHING_FOUND]))
    (found,) = await UnansweredQuestions(database).list_since(NOON, limit=10)
    assert (found.question, found.department) == ("Where is it?", "")
