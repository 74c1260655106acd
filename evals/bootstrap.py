"""How sure a figure is, by drawing its cases again: percentile bootstrap (Efron and Tibshirani, 1993, ch. 13).

Seeded, so that the same cases give the same interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 2_000
LEVEL = 0.95
SEED = 20_260
SHARED = 0.8
"""With this share of the cases in both runs, the same cases are compared; else the runs are."""


@dataclass(frozen=True)
class Interval:
    """A mean and the ends of its interval."""

    value: float
    low: float
    high: float


def interval(values: Sequence[float], seed: int = SEED) -> Interval:
    """Return the mean of some cases and its 95 % interval. Raises ``ValueError`` without cases."""
    if not len(values):
        raise ValueError("no cases")
    drawn = _means(np.asarray(values, float), seed)
    low, high = _ends(drawn)
    return Interval(round(float(np.mean(values)), 4), round(low, 4), round(high, 4))


def change(before: Mapping[str, float], after: Mapping[str, float], seed: int = SEED) -> Interval:
    """Return how much a figure changed between two runs, from its value for each case of each run.

    Cases that both runs have are compared one by one, which takes out how hard they are; where the cases differ, the
    runs are drawn apart. Raises ``ValueError`` when a run has no cases.
    """
    if not before or not after:
        raise ValueError("no cases")
    both = sorted(before.keys() & after.keys())
    if len(both) >= SHARED * max(len(before), len(after)):
        differences = np.array([after[each] - before[each] for each in both])
        drawn, value = _means(differences, seed), float(differences.mean())
    else:
        old, new = np.array([*before.values()]), np.array([*after.values()])
        drawn, value = _means(new, seed) - _means(old, seed + 1), float(new.mean() - old.mean())
    low, high = _ends(drawn)
    return Interval(round(value, 4), round(low, 4), round(high, 4))


def ratio(one: Sequence[float], other: Sequence[float], seed: int = SEED) -> Interval:
    """Return the mean of ``one`` divided by that of ``other``, with its interval; infinite where ``other`` is all 0."""
    top, bottom = np.asarray(one, float), np.asarray(other, float)
    if not len(top) or not len(bottom):
        raise ValueError("no cases")
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = np.nan_to_num(_means(top, seed) / _means(bottom, seed + 1), nan=1.0)
        value = float(np.nan_to_num(top.mean() / bottom.mean(), nan=1.0))
    low, high = _ends(drawn)
    return Interval(round(value, 4), round(low, 4), round(high, 4))


def _means(values: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    places = np.random.default_rng(seed).integers(0, len(values), (DRAWS, len(values)))
    means: NDArray[np.float64] = values[places].mean(axis=1)
    return means


def _ends(drawn: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="nearest")
    return float(low), float(high)
