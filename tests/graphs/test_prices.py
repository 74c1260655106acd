import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.prices import Price, cost_of

PRICES: dict[str, Price] = {"hosted": {"input": 2.0, "output": 8.0}, "own": {"second": 0.01}, "*": {"second": 0.5}}


@pytest.mark.parametrize(
    ("model", "use", "cost"),
    [
        ("hosted", {"input_tokens": 1_000_000, "output_tokens": 500_000, "seconds": 9.0}, 6.0),
        ("own", {"input_tokens": 1_000_000, "seconds": 20.0}, 0.2),
        ("unheard of", {"seconds": 2.0}, 1.0),
    ],
)
def test_tokens_and_seconds_cost_what_the_table_says(model: str, use: dict[str, float], cost: float) -> None:
    assert cost_of(PRICES, model, **use) == pytest.approx(cost)  # type: ignore[arg-type]


def test_a_model_without_a_price_is_free() -> None:
    assert cost_of({}, "own", input_tokens=5, output_tokens=5, seconds=5.0) == 0.0


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.floats(0, 10**4), st.sampled_from(sorted(PRICES)))
def test_more_use_never_costs_less(tokens: int, more: int, seconds: float, model: str) -> None:
    less = cost_of(PRICES, model, input_tokens=tokens, output_tokens=tokens, seconds=seconds)
    assert 0 <= less <= cost_of(PRICES, model, input_tokens=tokens + more, output_tokens=tokens, seconds=seconds)
