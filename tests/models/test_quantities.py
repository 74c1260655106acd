"""Figures in one spelling each, whatever way they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.models.dates import moments
from activities.models.quantities import quantities


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,000 files", "1000 files"),
        ("EUR 3.50", "€3.5"),
        ("24 hours", "one day"),
        ("12 months", "1 year"),
        ("5 %", "five percent"),
        ("twenty-five minutes", "25 min"),
        ("10GB", "10 gigabytes"),
    ],
)
def test_two_spellings_are_one_quantity(one: str, other: str) -> None:
    assert [each.key for each in quantities(one)] == [each.key for each in quantities(other)]


@pytest.mark.parametrize("text", ["PAY-209", "2FA", "3 March 2026", "9:30", "one of them", "no one"])
def test_codes_dates_and_idioms_are_no_quantities(text: str) -> None:
    assert quantities(text) == ()


def test_limits_and_rates_are_read() -> None:
    most, least, rate = quantities("up to 10 files, 3 seats or more, EUR 9.99 a month")
    assert (most.bound, least.bound, rate.rate) == ("most", "least", "month")


def test_a_range_shares_its_unit() -> None:
    assert [str(each) for each in quantities("5 to 10 business days")] == ["5 day", "10 day"]


def test_dates_agree_whatever_their_order() -> None:
    said, other, third = (moments(text)[0] for text in ("3 March", "March 3, 2026", "2026-03-04"))
    assert said.agrees(other)
    assert not said.agrees(third)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    for each in quantities(text):
        assert 0 <= each.start < each.end <= len(text)
    assert all(each.key for each in moments(text))
