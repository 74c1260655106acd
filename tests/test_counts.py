"""One is one, everything else is many."""

import pytest

from activities.counts import counted


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (2448, "2,448 files"), (1001, "1,001 files")]
)
def test_a_noun_goes_with_its_number(number: int, said: str) -> None:
    assert counted(number, "file") == said


@pytest.mark.parametrize(("number", "said"), [(1, "1 entry"), (3, "3 entries")])
def test_a_plural_of_its_own_is_given(number: int, said: str) -> None:
    assert counted(number, "entry", "entries") == said
