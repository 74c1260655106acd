"""What predictions of intents come to in figures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score

BINS = 10
MOST_CONFUSIONS = 10


@dataclass(frozen=True)
class Outcome:
    """One entry a tested message."""

    truth: NDArray[Any]
    best: NDArray[Any]
    sureness: NDArray[np.float32]
    """The probability of ``best``."""
    outside: NDArray[np.float32]
    rejected: NDArray[np.bool_]


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Put the outcomes of several splits below each other."""
    rows = zip(*(vars(each).values() for each in outcomes), strict=True)
    return Outcome(*map(np.concatenate, rows))


def figures(found: Outcome, oos: str) -> dict[str, Any]:
    """Return the figures that ``evaluate_intents`` describes."""
    outside = found.truth == oos
    answer = np.where(found.rejected, oos, found.best)
    right = (found.best == found.truth)[~outside]
    rejected = found.rejected
    confused = Counter(
        (str(truth), str(best)) for truth, best in zip(found.truth, answer, strict=True) if truth != best
    )
    return {
        "accuracy": float((answer == found.truth).mean()),
        "macro_f1": float(f1_score(found.truth, answer, average="macro")),
        "in_scope_accuracy": float(right.mean()),
        "oos_recall": float(rejected[outside].mean()) if outside.any() else None,
        "oos_precision": float(outside[rejected].mean()) if outside.any() and rejected.any() else None,
        "oos_auroc": float(roc_auc_score(outside, found.outside)) if 0 < outside.sum() < len(outside) else None,
        "n": len(found.truth),
        "ece": expected_calibration_error(found.sureness[~outside], right),
        "confusions": [
            {"label": truth or "-", "taken_for": best or "-", "n": count}
            for (truth, best), count in confused.most_common(MOST_CONFUSIONS)
        ],
    }


def expected_calibration_error(sureness: NDArray[Any], right: NDArray[np.bool_]) -> float:
    """Return the mean distance of probability and share of right ones over ten bins (Guo et al., 2017)."""
    bins = np.minimum((sureness * BINS).astype(int), BINS - 1)
    gaps = (abs(sureness[bins == each].sum() - right[bins == each].sum()) for each in range(BINS))
    return float(sum(gaps) / len(right))
