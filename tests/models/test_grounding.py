"""A sentence may say less than its source in other words, and never anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.models.grounding import ground

QUOTE = "Adding two seats costs EUR 59.18, and it takes 10 business days. Seats cannot be paused."


@pytest.mark.parametrize(
    "sentence",
    [
        "It takes 10 business days.",
        "Adding 2 seats costs 59.18 euros.",
        "adding two seats costs eur 59,18",
        "Seats can not be paused.",
    ],
)
def test_the_same_in_other_words_is_grounded(sentence: str) -> None:
    assert ground(sentence, QUOTE).score >= 0.5


@pytest.mark.parametrize(
    "sentence",
    [
        "It takes 10 business hours.",
        "It takes 11 business days.",
        "Adding 2 seats costs 59.18 dollars.",
        "Seats can be paused.",
    ],
)
def test_another_number_unit_or_a_lost_not_is_not(sentence: str) -> None:
    found = ground(sentence, QUOTE)
    assert found.score == 0
    assert found.problem


def test_a_row_with_columns_left_out_is_verbatim() -> None:
    row = "Plan: Family; Period: monthly; Price: EUR 9.99; Storage: 2 TB"
    assert ground("Plan: Family; Price: EUR 9.99", row).score == 1


def test_a_name_may_come_from_the_title() -> None:
    assert ground("The warranty of HomeSafe lasts three years.", "The warranty lasts three years.").score == 0
    assert (
        ground("The warranty of HomeSafe lasts three years.", "The warranty lasts three years.", "HomeSafe").score > 0.5
    )


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        (
            "Personal costs EUR 9.99 a month.",
            "Plan: Personal; Price: EUR 3.99 a month\nPlan: Family; Price: EUR 9.99 a month",
        ),
        ("Refunds take 2 days.", "We decide within 2 days. Refunds take 10 days."),
        ("You can cancel after the renewal.", "You can cancel before the renewal."),
        ("You may enter the code.", "You must enter the code."),
        ("Everybody can see invoices.", "Only the owner can see invoices."),
        ("Nobody cannot open the folder.", "Nobody can open the folder."),
        ("It costs €5.", "It costs $5."),
        ("Call us on Monday.", "Call us on Friday."),
        ("Keep at most 3 copies.", "Keep at least 3 copies."),
        ("Ask the reviewer for the key.", "Ask the owner for the key."),
    ],
)
def test_what_turns_a_promise_is_caught(sentence: str, quote: str) -> None:
    found = ground(sentence, quote, alike=lambda one, other: 0.3)
    assert found.score == 0, found
    assert found.problem


def test_columns_of_two_rows_are_no_row() -> None:
    rows = "Plan: Personal; Price: EUR 3.99 a month\nPlan: Family; Price: EUR 9.99 a month"
    assert ground("Plan: Personal; Price: EUR 9.99 a month", rows).score < 1


@given(st.text(min_size=1, max_size=200))
def test_a_text_grounds_itself(text: str) -> None:
    assert ground(text, text).score == 1
