"""Intent classification on anybody's labelled messages, with the product's own model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold

from activities.models.intent_model import Prediction, TextModel
from activities.models.model_store import Labelled, TrainingDataError
from evals.embedding import evaluation_embedder


def _read(path: Path) -> tuple[list[str], list[str]]:
    rows = Labelled.read(path)
    return rows.texts, rows.labels


def evaluate_intents(
    train: Path, test: Path | None = None, folds: int | None = None, oos_label: str | None = None
) -> dict[str, float | int | None]:
    """Train on one file and test on another, or cross-validate one file in ``folds`` stratified folds.

    Both are CSV with the columns ``text,label``; rows labelled ``oos_label`` are out of scope. Returns ``accuracy``
    over all rows (an out-of-scope row is right when it is rejected), ``macro_f1``, ``in_scope_accuracy`` (rejections
    left aside), ``oos_recall``, ``oos_precision``, ``oos_auroc`` (None without out-of-scope rows) and ``n``.
    Raises ``TrainingDataError``.
    """
    if (test is None) == (folds is None):
        raise TrainingDataError("give either a test file or a number of folds")
    embedder = evaluation_embedder()
    texts, labels = _read(train)
    vectors = embedder.embed(texts)
    if test is not None:
        model = TextModel.fit(texts, vectors, labels, oos_label or "")
        test_texts, test_labels = _read(test)
        outcomes = [_outcome(model, test_texts, embedder.embed(test_texts), test_labels, oos_label)]
    else:
        outcomes = list(_cross_validate(texts, vectors, labels, folds or 0, oos_label))
    truth, best, score, rejected = (np.concatenate(each) for each in zip(*outcomes, strict=True))
    return _figures(truth, best, score, rejected, oos_label or "")


Outcome = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]


def _cross_validate(
    texts: list[str], vectors: NDArray[np.float32], labels: list[str], folds: int, oos: str | None
) -> list[Outcome]:
    rarest = min(labels.count(label) for label in set(labels))
    if not 2 <= folds <= rarest:
        raise TrainingDataError(
            f"{folds} folds: take 2 or more, and at most as many as the rarest label has rows ({rarest})"
        )
    words, truth = np.array(texts, object), np.array(labels)
    outcomes = []
    for inner, outer in StratifiedKFold(folds, shuffle=True, random_state=0).split(words, truth):
        model = TextModel.fit(list(words[inner]), vectors[inner], list(truth[inner]), oos or "")
        outcomes.append(_outcome(model, list(words[outer]), vectors[outer], list(truth[outer]), oos))
    return outcomes


def _outcome(
    model: TextModel, texts: Sequence[str], vectors: NDArray[np.float32], truth: Sequence[str], oos: str | None
) -> Outcome:
    """Truth, the best in-scope label, the out-of-scope score, and whether that rejects, of each row."""
    predicted: Prediction = model.predict(texts, vectors)
    names = np.array(model.labels)
    inside = names != (oos or "")
    best = names[inside][predicted.probabilities[:, inside].argmax(axis=1)]
    rejected = (predicted.out_of_scope >= model.scope_threshold) & bool(oos)
    return np.asarray(truth), best, predicted.out_of_scope, rejected


def _figures(
    truth: NDArray[Any], best: NDArray[Any], score: NDArray[Any], rejected: NDArray[Any], oos: str
) -> dict[str, float | int | None]:
    outside = truth == oos
    answer = np.where(rejected, oos, best)
    return {
        "accuracy": float((answer == truth).mean()),
        "macro_f1": float(f1_score(truth, answer, average="macro")),
        "in_scope_accuracy": float((best == truth)[~outside].mean()),
        "oos_recall": float(rejected[outside].mean()) if outside.any() else None,
        "oos_precision": float(outside[rejected].mean()) if outside.any() and rejected.any() else None,
        "oos_auroc": float(roc_auc_score(outside, score)) if 0 < outside.sum() < len(outside) else None,
        "n": len(truth),
    }
