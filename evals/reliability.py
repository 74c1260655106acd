"""How honest a probability is: reliability diagram, expected calibration error, and the risk at each coverage.

Naeini et al., Obtaining Well Calibrated Probabilities Using Bayesian Binning (2015), for the error; El-Yaniv and
Wiener, On the Foundations of Noise-free Selective Classification (2010), for risk and coverage.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

BINS = 10
COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def reliability(scores: Sequence[float], right: Sequence[bool]) -> list[dict[str, float]]:
    """Return for each tenth of the scale that has any: ``from``, ``to``, mean ``score``, share ``right``, ``n``."""
    score, label = np.asarray(scores, float), np.asarray(right, float)
    places = np.minimum((score * BINS).astype(int), BINS - 1)
    return [
        {
            "from": place / BINS,
            "to": (place + 1) / BINS,
            "score": round(float(score[places == place].mean()), 4),
            "right": round(float(label[places == place].mean()), 4),
            "n": int((places == place).sum()),
        }
        for place in sorted(set(places.tolist()))
    ]


def calibration_error(scores: Sequence[float], right: Sequence[bool]) -> float:
    """Return the mean distance of score and share right over the tenths, each weighted by what it has; 0 for none."""
    rows = reliability(scores, right)
    return round(sum(row["n"] * abs(row["score"] - row["right"]) for row in rows) / max(1, len(scores)), 4)


def risk_coverage(scores: Sequence[float], right: Sequence[bool]) -> list[dict[str, float]]:
    """Return for each coverage: the ``threshold`` that sends so many, the surest first, and their ``precision``."""
    order = np.argsort(-np.asarray(scores, float), kind="stable")
    score, label = np.asarray(scores, float)[order], np.asarray(right, float)[order]
    rows = []
    for coverage in COVERAGES:
        count = round(coverage * len(order))
        if count:
            precision = round(float(label[:count].mean()), 4)
            rows.append({"coverage": coverage, "threshold": round(float(score[count - 1]), 4), "precision": precision})
    return rows


def figures(scores: Sequence[float], right: Sequence[bool]) -> dict[str, Any]:
    """Return ``calibration_error``, ``reliability`` and ``risk_coverage``."""
    return {
        "calibration_error": calibration_error(scores, right),
        "reliability": reliability(scores, right),
        "risk_coverage": risk_coverage(scores, right),
    }
