"""A customer reads the company's words for what became of a message, and a case waits by its office hours."""

from datetime import UTC, datetime, timedelta

from activities.office_hours import WEEKDAYS
from activities.replies import Replies
from graphs.notices import ENGLISH
from tests.workflows.conftest import Customer

ENGLISH_COMPANY = {
    **ENGLISH,
    "in_review": "We are checking it. {promise}",
    "asked": "A human takes over. {promise}",
    "expired": "We are late.",
}


def company(**changes: object) -> Replies:
    return Replies.model_validate({"texts": {"en": ENGLISH_COMPANY}, **changes})


async def test_each_outcome_is_told_in_the_companys_words(customer: Customer) -> None:
    customer.steps.replies = company()
    held = await customer.say("doubt")
    handed = await customer.say("a person please")
    assert held.answer is None
    assert held.notice.startswith("We are checking it. You will have an answer here by ")
    assert (handed.answer or "").startswith("A human takes over. You will have an answer here by ")


async def test_a_released_answer_leaves_no_notice(customer: Customer) -> None:
    held = await customer.say("doubt")
    assert held.notice
    decided = await customer.decide(held, "approve")
    assert (decided.turn.status, decided.turn.notice) == ("answered", "")


async def test_a_case_opened_out_of_hours_is_due_in_office_hours(customer: Customer) -> None:
    tomorrow = WEEKDAYS[(datetime.now(UTC) + timedelta(days=1)).weekday()]
    office = {"time_zone": "UTC", "hours": {tomorrow: "10:00-11:00"}}
    customer.steps.replies = company(office=office)
    turn = await customer.say("a person please")
    assert turn.due_at is not None
    assert (turn.due_at - turn.created_at).days >= 21
    assert "Our team is back at 10:00 UTC on" in (turn.answer or "")
