"""Promises are counted in hours in which people answer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from activities.office_hours import OfficeHours

WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-17:00")
DUBLIN = OfficeHours(time_zone="Europe/Dublin", hours=WEEK, closed_days=["2026-11-30"])  # type: ignore[arg-type]
FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)


def test_a_promise_goes_on_when_the_office_opens_again() -> None:
    tuesday = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
    assert DUBLIN.after(FRIDAY, timedelta(hours=4)) == tuesday
    assert DUBLIN.after(FRIDAY, timedelta(hours=1)) == FRIDAY + timedelta(hours=1)


def test_the_office_is_closed_at_night_at_weekends_and_on_closed_days() -> None:
    closed = (
        FRIDAY + timedelta(hours=2),
        datetime(2026, 11, 28, 12, tzinfo=UTC),
        datetime(2026, 11, 30, 12, tzinfo=UTC),
    )
    assert [DUBLIN.is_open(each) for each in closed] == [False] * 3
    assert {DUBLIN.opens(each) for each in closed} == {datetime(2026, 12, 1, 9, tzinfo=UTC)}
    assert DUBLIN.is_open(FRIDAY)
    assert DUBLIN.opens(FRIDAY) == FRIDAY


def test_hours_are_those_of_the_time_zone_in_summer_too() -> None:
    assert DUBLIN.is_open(datetime(2026, 7, 1, 8, 0, tzinfo=UTC))
    assert not DUBLIN.is_open(datetime(2026, 12, 2, 8, 0, tzinfo=UTC))


def test_without_hours_it_never_closes() -> None:
    office = OfficeHours()
    assert office.is_open(FRIDAY)
    assert office.after(FRIDAY, timedelta(hours=99)) == FRIDAY + timedelta(hours=99)


@given(start=st.integers(0, 60 * 24 * 40), first=st.integers(1, 3_000), second=st.integers(1, 3_000))
def test_waiting_twice_is_waiting_for_the_sum_and_ends_in_office_hours(start: int, first: int, second: int) -> None:
    begin = datetime(2026, 10, 10, tzinfo=UTC) + timedelta(minutes=start)
    once = DUBLIN.after(begin, timedelta(minutes=first + second))
    assert DUBLIN.after(DUBLIN.after(begin, timedelta(minutes=first)), timedelta(minutes=second)) == once
    assert DUBLIN.is_open(once - timedelta(seconds=1))
    assert once - begin >= timedelta(minutes=first + second)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"time_zone": "Europe/Dublon"}, "no time zone"),
        ({"hours": {"monday": "9 to 5"}}, '"09:00-17:30"'),
        ({"hours": {"monday": "17:00-09:00"}}, "opens before it closes|open before it closes"),
        ({"hours": {"mon": "09:00-17:00"}}, "monday"),
    ],
)
def test_hours_that_cannot_be_used_say_why(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        OfficeHours.model_validate(fields)
