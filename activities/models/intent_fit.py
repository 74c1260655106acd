"""Fits the text classifier with scikit-learn. Nothing else of a running system imports it: 108 MB and a second.

Weights of the halves are fitted by log loss on predictions for held-out texts (temperature scaling, Guo et al., 2017,
with two temperatures). What is out of scope is scored by a logistic regression over the model's signals, again on
held-out predictions.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import log_softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from activities.models.intent_model import Floats, Half, TextModel
from activities.models.ngrams import TOKEN, Ngrams, Part
from activities.sparse import SparseRows

OPTIONS: dict[str, dict[str, Any]] = {
    "word": {"analyzer": "word", "ngram_range": (1, 2), "sublinear_tf": True, "token_pattern": TOKEN},
    "char": {"analyzer": "char_wb", "ngram_range": (3, 5), "sublinear_tf": True, "min_df": 2},
}
FEW = 100
"""With so few texts a term that occurs once counts as well."""
EMBEDDING_C = 10.0
NGRAM_C = 0.3
MANY = 5_000
"""With more texts than this one held-out fifth calibrates as well as five folds, in a fifth of the time."""
REJECTED = 0.03


def fit(texts: Sequence[str], vectors: Floats, labels: Sequence[str], oos_label: str = "", seed: int = 0) -> TextModel:
    """Fit both halves on everything, and their mix on held-out predictions. ``vectors`` is ``[n, 384]``."""
    truth = np.asarray(labels)
    # The products are small: threads that wait for each other on a busy machine cost ten times what they save.
    with threadpool_limits(1):
        ngrams = fit_ngrams(texts)
        features = as_matrix(ngrams.transform(texts))
        held_out: list[tuple[Floats, Floats, Floats, NDArray[np.str_]]] = []
        for train, test in _splits(truth, seed):
            part = _fit_halves(ngrams, features[train], vectors[train], truth[train], oos_label)
            scores = part.embedding.scores(vectors[test]), part.ngram.scores(features[test])
            held_out.append((*scores, part.nearness(vectors[test]), truth[test]))
        firsts, seconds, near, truths = zip(*held_out, strict=True)
        model = _fit_halves(ngrams, features, vectors, truth, oos_label)
        return _calibrated(model, *map(np.concatenate, (firsts, seconds, near, truths)))


def fit_ngrams(texts: Sequence[str]) -> Ngrams:
    """Learn vocabulary and document frequencies; ``min_df`` gives way when the texts are few."""
    parts = {}
    for name, options in OPTIONS.items():
        rarest = options.get("min_df", 1) if len(texts) > FEW else 1
        learned = TfidfVectorizer(**{**options, "min_df": rarest}).fit(texts)
        vocabulary = {term: int(column) for term, column in learned.vocabulary_.items()}
        parts[name] = Part(vocabulary, np.asarray(learned.idf_, np.float64))
    return Ngrams(parts)


def as_matrix(rows: SparseRows) -> csr_matrix:
    """Return the rows as scikit-learn takes them."""
    return csr_matrix((rows.values, rows.columns, rows.starts), shape=(len(rows), rows.width))


def _half(fitted: Any) -> Half:
    """Take a fitted linear model; two classes get a row each."""
    weights, bias = fitted.coef_, fitted.intercept_
    if len(weights) == 1:
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return Half(weights.astype(np.float32), bias.astype(np.float32))


def _fit_halves(
    ngrams: Ngrams, features: csr_matrix, vectors: Floats, labels: NDArray[Any], oos_label: str
) -> TextModel:
    first = LogisticRegression(C=EMBEDDING_C, max_iter=200).fit(vectors, labels)
    second = LinearSVC(C=NGRAM_C).fit(features, labels)
    examples = vectors[labels != oos_label].astype(np.float32)
    names = [str(each) for each in first.classes_]
    return TextModel(names, _half(first), _half(second), ngrams, examples, oos_label=oos_label)


def _calibrated(model: TextModel, first: Floats, second: Floats, near: Floats, truth: NDArray[np.str_]) -> TextModel:
    targets = np.array([model.labels.index(str(each)) for each in truth])

    def loss(log_scales: NDArray[np.float64]) -> float:
        scale = np.exp(log_scales)
        logits = scale[0] * first + scale[1] * second
        return float(-log_softmax(logits, axis=1)[np.arange(len(targets)), targets].mean())

    scales = np.exp(minimize(loss, np.log([1.0, 3.0]), method="Nelder-Mead", options={"maxiter": 60}).x)
    weights = np.zeros(0, np.float32)
    if model.oos_label in model.labels:
        signals = model.signals(first, second, near, scales.astype(np.float32))
        fitted = LogisticRegression(C=1.0, max_iter=500).fit(signals, truth == model.oos_label)
        weights = np.append(fitted.coef_[0], fitted.intercept_).astype(np.float32)
    model = replace(model, scales=scales.astype(np.float32), scope_weights=weights)
    inside = model.predict_from(first, second, near).out_of_scope[truth != model.oos_label]
    return replace(model, scope_threshold=min(0.5, float(np.quantile(inside, 1 - REJECTED))))


def _splits(labels: NDArray[Any], seed: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    splitter: Any = (
        StratifiedShuffleSplit(1, test_size=0.2, random_state=seed)
        if len(labels) > MANY
        else StratifiedKFold(5, shuffle=True, random_state=seed)
    )
    return list(splitter.split(labels, labels))
