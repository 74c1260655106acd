"""Intervals hold what they should, are the same each time, and tell a fall from noise."""

from hypothesis import given, settings
from hypothesis import strategies as st

from evals.bootstrap import change, interval, ratio


@settings(max_examples=25)
@given(right=st.integers(0, 20), wrong=st.integers(1, 20))
def test_the_mean_lies_within_its_interval(right: int, wrong: int) -> None:
    values = [1.0] * right + [0.0] * wrong
    found = interval(values)
    assert found.low <= found.value + 1e-4
    assert found.value <= found.high + 1e-4
    assert found == interval(values)


def test_more_cases_make_a_narrower_interval() -> None:
    few, many = interval([0.0, 1.0] * 10), interval([0.0, 1.0] * 200)
    assert many.high - many.low < few.high - few.low


def test_a_fall_of_the_same_cases_is_seen_and_a_trade_is_noise() -> None:
    before = {str(number): 1.0 for number in range(100)}
    fallen = before | {str(number): 0.0 for number in range(12)}
    assert change(before, fallen).high < 0
    one = {str(number): float(number % 2) for number in range(100)}
    other = {str(number): float((number + 1) % 2) for number in range(100)}
    assert change(one, other).low < 0 < change(one, other).high


def test_runs_over_other_cases_are_compared_as_runs() -> None:
    before = {f"a{number}": 1.0 for number in range(50)}
    after = {f"b{number}": 0.0 for number in range(50)}
    assert change(before, after).value == -1.0


def test_a_ratio_to_itself_is_one() -> None:
    found = ratio([1.0, 0.0, 1.0], [1.0, 0.0, 1.0])
    assert found.value == 1.0
    assert found.low <= 1.0 <= found.high
