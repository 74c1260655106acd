"""Amounts are read as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.models.money import amounts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$1,200.50", [1200.5]),
        ("1.200,50 €", [1200.5]),
        ("EUR 99 or 89 dollars", [99.0, 89.0]),
        ("12'500 CHF", [12500.0]),
        ("$2k", [2000.0]),
        ("US$ 35", [35.0]),
        ("499 and 12 users", []),
        ("order TC-20931", []),
    ],
)
def test_amounts(text: str, expected: list[float]) -> None:
    assert amounts(text) == expected


@given(st.integers(0, 10_000_000), st.integers(0, 99))
def test_an_amount_with_separators_is_read_back(whole: int, cents: int) -> None:
    written = f"{whole:,}.{cents:02d}"
    assert amounts(f"refund me EUR {written} now") == [pytest.approx(whole + cents / 100)]
    swapped = written.replace(",", "_").replace(".", ",").replace("_", ".")
    assert amounts(f"refund me {swapped} euros") == [pytest.approx(whole + cents / 100)]
