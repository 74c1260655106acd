"""A message that asks several things is split; a story, and a question in two breaths, stay whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.models.subquestions import MOST, questions_of


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        (
            "What does TC-2110 mean? Also, how do I send you the log files?",
            ["What does TC-2110 mean?", "how do I send you the log files?"],
        ),
        (
            "Two things: where can I see my invoices, and which payment methods do you take?",
            ["where can I see my invoices", "which payment methods do you take?"],
        ),
        (
            "How much is the Family plan and how many people can use it?",
            ["How much is the Family plan", "How much is the Family plan: how many people can use it?"],
        ),
        (
            "How do I reset my password, and how long is the link good for?",
            ["How do I reset my password", "How do I reset my password: how long is the link good for?"],
        ),
    ],
)
def test_each_question_stands_alone(message: str, questions: list[str]) -> None:
    assert questions_of(message) == questions


@pytest.mark.parametrize(
    "message",
    [
        "How do I cancel my plan?",
        "TC-2105",
        "Please tell me how long a refund takes",
        "I have a card and would like to know how to pay.",
        "Can you tell me when the parcel arrives?",
        "I moved to Spain in May and my bank gave me a new card. Now the payment fails. Why? What can I do?",
    ],
)
def test_what_asks_one_thing_or_tells_a_story_stays_whole(message: str) -> None:
    assert questions_of(message) == [message]


@given(st.text(max_size=300))
def test_any_text_gives_a_few_questions_that_say_something(message: str) -> None:
    found = questions_of(message)
    assert 1 <= len(found) <= MOST
    assert found == [message] or all(each.strip() for each in found)
