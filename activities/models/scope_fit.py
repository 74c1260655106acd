"""Learns what is out of scope: from examples of it, or where there are too few from intents that are held out.

A message of an intent that the model was not shown is as foreign to it as one that has nothing to do with the
company. So intents are held out in turns, and a logistic regression learns what the signals of such messages look
like beside those of known intents.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from activities.models.intent_model import Floats, Parts, TextModel

ENOUGH = 25
"""Out-of-scope examples from which the signals can be learned."""
TURNS = 3
"""Each holds out every third intent."""
SAMPLE = 4_000
"""Texts to learn from in a turn, and a quarter as many held-out ones to learn what they look like."""
REJECTED = 0.03
"""Of held-out in-scope texts are rejected at most, where there are out-of-scope examples."""
REJECTED_BLINDLY = 0.1
"""The same where there are none: held-out intents are harder to tell apart, and their share is not known."""

Split = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows to learn from, and rows to ask about."""


@dataclass(frozen=True)
class HeldOut:
    """What a model fitted on other texts says of held-out ones."""

    model: TextModel
    parts: Parts
    near: Floats
    truth: NDArray[np.str_]
    rows: NDArray[np.int64]
    """Where the texts stand among all."""


def foreign_splits(truth: NDArray[Any], oos_label: str, seed: int) -> list[Split]:
    """Return splits that hold out whole intents, all their texts or a sample: what is foreign looks like these.

    None where enough texts are labelled ``oos_label``, where nothing is, and where the intents are too few.
    """
    intents = [str(label) for label in np.unique(truth) if label != oos_label]
    if not oos_label or (truth == oos_label).sum() >= ENOUGH or len(intents) <= TURNS:
        return []
    chance = np.random.default_rng(seed)
    order = chance.permutation(intents)
    splits = []
    for turn in range(TURNS):
        hidden = np.isin(truth, order[turn::TURNS])
        known, foreign = (chance.permutation(np.flatnonzero(rows)) for rows in (~hidden, hidden))
        splits.append((known[:SAMPLE], foreign[: SAMPLE // 4]))
    return splits


def with_scope(model: TextModel, folds: Sequence[HeldOut], foreign: Sequence[HeldOut]) -> TextModel:
    """Return ``model`` with weights and threshold for what is out of scope, or as it is without a label for that.

    ``folds`` are predictions for texts of known intents, ``foreign`` those for the ``foreign_splits``.
    """
    signals = np.concatenate([_signals(model, fold) for fold in folds])
    outside = np.concatenate([fold.truth for fold in folds]) == model.oos_label
    if not model.oos_label or (not foreign and not outside.any()):
        return model
    weight, limit = None, REJECTED
    if foreign:
        unlike = np.concatenate([_signals(model, found) for found in foreign])
        signals, outside = np.vstack([signals, unlike]), np.append(outside, np.ones(len(unlike), bool))
        weight, limit = "balanced", REJECTED_BLINDLY
    fitted = LogisticRegression(C=1.0, max_iter=500, class_weight=weight).fit(signals, outside)
    scores = fitted.predict_proba(signals)[:, 1]
    highest = float(np.quantile(scores[~outside], 1 - limit))
    threshold = max(0.5, highest) if weight else min(0.5, highest)
    weights = np.append(fitted.coef_[0], fitted.intercept_).astype(np.float32)
    return replace(model, scope_weights=weights, scope_threshold=threshold)


def _signals(model: TextModel, held_out: HeldOut) -> Floats:
    return held_out.model.signals(held_out.parts, held_out.near, model.scales)
