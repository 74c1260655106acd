"""Intent classification on anybody's labelled messages, with the product's own model."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from activities.models.intent_model import TextModel, Unlabelled
from activities.models.model_store import Labelled, TrainingDataError, Vectors
from evals.embedding import evaluation_embedder
from evals.intent_baseline import baseline_accuracy
from evals.intent_figures import Outcome, figures, joined


def evaluate_intents(
    train: Path,
    test: Path | None = None,
    folds: int | None = None,
    oos_label: str | None = None,
    per_label: int | None = None,
    repeats: int = 1,
    baseline: bool = False,
    unlabelled_share: float | None = None,
) -> dict[str, Any]:
    """Train on one file and test on another, or cross-validate one file in ``folds`` stratified folds.

    With ``per_label`` that many random messages of each label train and all others test, ``repeats`` times over. With
    ``unlabelled_share`` that share of the others is given without labels to learn from, and the rest is asked; the
    same models without them, asked the same, have ``labelled_only_in_scope_accuracy`` and, with ``oos_label``,
    ``labelled_only_oos_auroc``, and ``gain_of_unlabelled`` is what the others have more in scope.
    Files are CSV with the columns ``text,label``; rows labelled ``oos_label`` are out of scope. Returns ``accuracy``
    over all rows (an out-of-scope row is right when it is rejected), ``macro_f1``, ``in_scope_accuracy`` (rejections
    left aside), ``oos_recall``, ``oos_precision``, ``oos_auroc`` (None without out-of-scope rows), ``n``, ``ece`` (of
    the best in-scope label), ``confusions`` and, with ``baseline``, what TF-IDF and logistic regression reach in the
    same splits and the ``gain`` over it. Raises ``TrainingDataError``.
    """
    if sum(each is not None for each in (test, folds, per_label)) != 1:
        raise TrainingDataError("give one of a test file, a number of folds, and a number of messages per label")
    embedder, oos = evaluation_embedder(), oos_label or ""
    data = Labelled.read(train)
    if test is not None:
        splits = [(data, Labelled.read(test))]
    elif folds is not None:
        splits = list(_folds(data, folds))
    else:
        splits = [_drawn(data, per_label or 0, seed) for seed in range(repeats)]
    before: dict[str, Any] = {}
    if unlabelled_share is not None:
        splits = [_moved(*split, unlabelled_share, seed) for seed, split in enumerate(splits)]
        plain = [_outcome(embedder, Labelled(split.texts, split.labels), asked, oos) for split, asked in splits]
        before = figures(joined(plain), oos)
    result = figures(joined([_outcome(embedder, *split, oos) for split in splits]), oos)
    if before:
        result |= {f"labelled_only_{key}": before[key] for key in ("in_scope_accuracy", "oos_auroc")}
        result["gain_of_unlabelled"] = result["in_scope_accuracy"] - before["in_scope_accuracy"]
    if baseline:
        mean = float(np.mean([baseline_accuracy(*split, oos) for split in splits]))
        result |= {"baseline_in_scope_accuracy": mean, "gain": result["in_scope_accuracy"] - mean}
    return result


def _folds(data: Labelled, folds: int) -> Iterator[tuple[Labelled, Labelled]]:
    most = max(data.labels.count(label) for label in set(data.labels))
    if not 2 <= folds <= most:
        raise TrainingDataError(
            f"{folds} folds: take 2 or more, and at most as many as the commonest label has rows ({most})"
        )
    with warnings.catch_warnings():
        # Rare labels are in some folds only.
        warnings.simplefilter("ignore", UserWarning)
        splits = list(StratifiedKFold(folds, shuffle=True, random_state=0).split(data.texts, data.labels))
    for inner, outer in splits:
        yield _rows(data, inner), _rows(data, outer)


def _drawn(data: Labelled, count: int, seed: int) -> tuple[Labelled, Labelled]:
    labels, chance = np.array(data.labels), np.random.default_rng(seed)
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    if min(map(len, members)) <= count:
        raise TrainingDataError(f"{count} messages a label: the rarest label has {min(map(len, members))}")
    inner = np.concatenate([chance.choice(each, count, replace=False) for each in members])
    return _rows(data, inner), _rows(data, np.setdiff1d(np.arange(len(labels)), inner))


def _moved(train: Labelled, rest: Labelled, share: float, seed: int) -> tuple[Labelled, Labelled]:
    """Give a share of the rest to ``train`` without its labels; what is left is asked."""
    order = np.random.default_rng(seed).permutation(len(rest.texts))
    count = int(share * len(order))
    given, asked = _rows(rest, order[:count]), _rows(rest, order[count:])
    hidden = set(asked.texts)
    return train.with_unlabelled([text for text in given.texts if text not in hidden]), asked


def _rows(data: Labelled, rows: NDArray[Any]) -> Labelled:
    return Labelled([data.texts[row] for row in rows], [data.labels[row] for row in rows])


def _outcome(embedder: Vectors, train: Labelled, test: Labelled, oos: str) -> Outcome:
    """Truth, the best in-scope label and its probability, the out-of-scope score and whether that rejects."""
    train = train.with_names(oos)
    more = Unlabelled(train.unlabelled, embedder.embed(train.unlabelled)) if train.unlabelled else None
    model = TextModel.fit(train.texts, embedder.embed(train.texts), train.labels, oos, unlabelled=more)
    predicted = model.predict(test.texts, embedder.embed(test.texts))
    names = np.array(model.labels)
    inside = names != oos
    probabilities = predicted.probabilities[:, inside]
    best = names[inside][probabilities.argmax(axis=1)]
    rejected = (predicted.out_of_scope >= model.scope_threshold) & bool(oos)
    return Outcome(np.array(test.labels), best, probabilities.max(axis=1), predicted.out_of_scope, rejected)
