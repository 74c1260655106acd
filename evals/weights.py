"""Fits weights of signals: which of two outcomes one thing has, and which of several things is right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

PENALTY = 0.1
"""On the squares of the weights of choices: for the pieces of answers 0.03 to 0.3 do alike, 1 and more worse."""

Signals = Sequence[Sequence[float] | NDArray[np.float32]]


@dataclass(frozen=True)
class Weights:
    """One weight a signal, the bias last."""

    values: NDArray[np.float64]

    @classmethod
    def fit(cls, signals: Signals, labels: Sequence[bool], shares: Sequence[float] | None = None) -> "Weights":
        """Fit a logistic regression; ``shares`` weighs the rows."""
        fitted = LogisticRegression(C=3.0, max_iter=5_000).fit(np.asarray(signals), np.asarray(labels), shares)
        return cls(np.append(fitted.coef_[0], fitted.intercept_))

    def score(self, signals: Sequence[float] | NDArray[np.float32]) -> float:
        """Return the probability."""
        return float(1 / (1 + np.exp(-(np.asarray(signals) @ self.values[:-1] + self.values[-1]))))


@dataclass(frozen=True)
class Choice:
    """What could be chosen together: signals ``[n, k]``, and which are right ``[n]``."""

    signals: NDArray[np.float64]
    right: NDArray[np.bool_]


def fit_choices(choices: Sequence[Choice]) -> Weights:
    """Fit which of the candidates of each choice is right; those without a right one teach nothing.

    The weights are those of a conditional logit (McFadden, 1974): one right candidate should come before the others of
    its choice, however good these are. A second fit turns its scores into the probability of being right.
    """
    told = [each for each in choices if each.right.any()]
    width = told[0].signals.shape[1]
    found = minimize(lambda weights: _loss(weights, told), np.zeros(width), jac=True, method="L-BFGS-B").x
    scores = np.concatenate([each.signals @ found for each in told])
    scale = LogisticRegression(C=100.0).fit(scores[:, None], np.concatenate([each.right for each in told]))
    return Weights(np.append(found * scale.coef_[0][0], scale.intercept_))


def _loss(weights: NDArray[np.float64], choices: Sequence[Choice]) -> tuple[float, NDArray[np.float64]]:
    """What the right candidates lack in log probability, and its gradient."""
    loss, gradient = PENALTY * weights @ weights / 2, PENALTY * weights
    for each in choices:
        scores = each.signals @ weights
        exponents = np.exp(scores - scores.max())
        shares = exponents / exponents.sum()
        of_right = np.where(each.right, shares, 0.0)
        loss -= np.log(of_right.sum())
        gradient = gradient - each.signals.T @ (of_right / of_right.sum() - shares)
    return float(loss), gradient
