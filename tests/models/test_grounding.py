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


@given(st.text(min_size=1, max_size=200))
def test_a_text_grounds_itself(text: str) -> None:
    assert ground(text, text).score == 1
