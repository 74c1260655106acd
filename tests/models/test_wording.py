"""Misspelt words and other names become the company's words; codes and names stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.models.wording import Wording, slips

TEXTS = ["cancel my subscription", "refund the invoice", "invoice please", "my invoice", "reset the password"]
ENGLISH = frozenset("cancel my subscription refund the please reset password please working".split())
WORDING = Wording(TEXTS, ENGLISH, {"2fa": "two-factor authentication", "NAS": "Station Two"})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("cancle my subscripton", "cancel my subscription"),
        ("invioce", "invoice"),
        ("Pasword reset", "password reset"),
        ("my nas and 2FA", "my Station Two and two-factor authentication"),
        ("refunded invoices", "refunded invoices"),
        ("TC-2105 at help@techcorp.example", "TC-2105 at help@techcorp.example"),
        ("Nordlicht", "Nordlicht"),
        ("it doesnt work", "it doesnt work"),
    ],
)
def test_wording(written: str, meant: str) -> None:
    assert WORDING.apply(written) == meant


@given(st.text(alphabet="abcd", min_size=1, max_size=8), st.text(alphabet="abcd", min_size=1, max_size=8))
def test_slips_are_symmetric_and_bounded(first: str, second: str) -> None:
    assert slips(first, second, 2) == slips(second, first, 2) or first[0] != second[0]
    assert 0 <= slips(first, second, 2) <= 3
    assert (slips(first, second, 2) == 0) == (first == second)
