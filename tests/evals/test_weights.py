"""Weights are found that rank what is right first, and whose scores are probabilities."""

import numpy as np
from numpy.typing import NDArray

from evals.weights import Choice, fit_choices


def choices(count: int, weights: NDArray[np.float64]) -> list[Choice]:
    """Choices whose right candidate has the highest score; each has a level of its own that says nothing."""
    numbers = np.random.default_rng(3)
    found = []
    for _ in range(count):
        signals = numbers.normal(size=(6, len(weights))) + numbers.normal(scale=3, size=(1, len(weights)))
        scores = signals @ weights
        found.append(Choice(signals, scores == scores.max()))
    return found


def test_the_right_candidate_of_other_choices_comes_first() -> None:
    true = np.array([2.0, -1.0, 0.0])
    fitted = fit_choices(choices(200, true))
    first = [bool(each.right[(each.signals @ fitted.values[:-1]).argmax()]) for each in choices(400, true)[200:]]
    assert sum(first) >= 190
    assert abs(fitted.values[2]) < 0.2 * abs(fitted.values[1])


def test_scores_are_probabilities_and_choices_without_a_right_candidate_teach_nothing() -> None:
    told = choices(100, np.array([1.0, 1.0]))
    lost = [Choice(each.signals, np.zeros(6, np.bool_)) for each in choices(50, np.array([-1.0, 0.5]))]
    fitted, same = fit_choices(told), fit_choices([*told, *lost])
    assert np.allclose(fitted.values, same.values)
    assert all(0 <= fitted.score(row) <= 1 for each in told for row in each.signals)
