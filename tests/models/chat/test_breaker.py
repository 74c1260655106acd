"""The breaker leaves a failing model alone, and tries it with one call at a time."""

import pytest

from activities.models.chat.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=3, open_seconds=30, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.enter()
        breaker.fail()


def test_it_opens_after_failures_in_a_row_only(breaker: Breaker) -> None:
    fail(breaker, 2)
    assert breaker.enter()
    breaker.succeed()
    fail(breaker, 2)
    assert breaker.state == "closed"
    fail(breaker, 1)
    assert (breaker.state, breaker.enter()) == ("open", False)


def test_after_its_time_one_probe_passes_and_closes_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 30.0
    assert breaker.state == "half_open"
    assert [breaker.enter(), breaker.enter()] == [True, False]
    breaker.succeed()
    assert [breaker.state, breaker.enter(), breaker.enter()] == ["closed", True, True]


def test_a_probe_that_fails_opens_it_for_the_whole_time_again(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 30.0
    fail(breaker, 1)
    clock.now = 59.9
    assert breaker.state == "open"
    clock.now = 60.0
    assert breaker.passable


def test_a_cancelled_probe_leaves_room_for_the_next(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 31.0
    assert breaker.enter()
    breaker.leave()
    assert breaker.enter()
