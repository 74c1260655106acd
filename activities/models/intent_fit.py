"""Fits the text classifier with scikit-learn. Nothing else of a running system imports it: 108 MB and a second.

The parts are mixed by fixed weights, and the mix is sharpened by log loss on predictions for held-out texts
(temperature scaling, Guo et al., 2017). What is out of scope is learned by ``scope_fit``. The same predictions say
which labels are doubtful (``fit_and_check``).
"""

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from scipy.special import log_softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from activities.models.intent_model import Floats, Half, TextModel, mixed, part_weights, softmax
from activities.models.kernel import Kernel, nearness
from activities.models.ngrams import TOKEN, Ngrams, Part
from activities.models.scope_fit import HeldOut, Split, foreign_splits, with_scope
from activities.sparse import SparseRows

OPTIONS: dict[str, dict[str, Any]] = {
    "word": {"analyzer": "word", "ngram_range": (1, 2), "sublinear_tf": True, "token_pattern": TOKEN},
    "char": {"analyzer": "char_wb", "ngram_range": (3, 5), "sublinear_tf": True, "min_df": 2},
}
SHARPNESS = (0.05, 5.0)
"""Between these the mix is sharpened or blurred."""
FEW = 100
"""With so few texts a term that occurs once counts as well."""
EMBEDDING_C, NGRAM_C, KERNEL_RIDGE = 20.0, 1.0, 0.1
MOST_REMEMBERED, LANDMARKS = 12_000, 4_000
"""Of more texts the kernel remembers a sample. All 8,000 of a fold of BANKING77 are worth half a point over 2,000, and
10,000 take no longer than a sample of 4,000."""
MANY = 5_000
"""With more texts than this one held-out fifth calibrates as well as five folds, in a fifth of the time."""
FOLDS = 5
AT_ONCE = 2
"""Fits side by side, each in a thread of its own; one of 10,000 texts holds a kernel of 400 MB."""

Say = Callable[[int, int], None]
"""Called with the steps done and the steps in all."""


def _silent(done: int, steps: int) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Checked:
    """A fitted model, and what models that had not seen a text said of it."""

    model: TextModel
    folds: list[HeldOut]
    """Each text that is not alone with its label is held out in one of them."""

    def held_out_labels(self, labels: Sequence[str]) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
        """Return what each text is called by a model that has not seen it, and how surely: ``[n]`` each.

        ``labels`` are the given ones: a text that is alone with its label is called by it.
        """
        found, sureness = np.array(labels), np.zeros(len(labels), np.float32)
        for fold in self.folds:
            logits = mixed(fold.parts, self.model.scales)
            found[fold.rows] = np.array(fold.model.labels)[logits.argmax(axis=1)]
            sureness[fold.rows] = softmax(logits).max(axis=1)
        return found, sureness


def fit(texts: Sequence[str], vectors: Floats, labels: Sequence[str], oos_label: str = "", seed: int = 0) -> TextModel:
    """Fit the parts on everything, and their sharpness on held-out predictions. ``vectors`` is ``[n, 384]``."""
    return _fit(texts, vectors, labels, oos_label, seed, _silent, every=False).model


def fit_and_check(
    texts: Sequence[str],
    vectors: Floats,
    labels: Sequence[str],
    oos_label: str = "",
    seed: int = 0,
    say: Say = _silent,
) -> Checked:
    """Return the model that ``fit`` returns, and predictions for all texts by models that have not seen them.

    ``say`` is told the steps done and in all.
    """
    return _fit(texts, vectors, labels, oos_label, seed, say, every=True)


def _fit(
    texts: Sequence[str], vectors: Floats, labels: Sequence[str], oos_label: str, seed: int, say: Say, *, every: bool
) -> Checked:
    truth = np.asarray(labels)
    # The products are small: threads that wait for each other on a busy machine cost ten times what they save.
    with threadpool_limits(1), ThreadPoolExecutor(AT_ONCE) as threads:
        ngrams, features = fit_ngrams(texts)

        def learn(rows: NDArray[np.int64]) -> TextModel:
            return _fit_parts(ngrams, features[rows], vectors[rows], truth[rows], oos_label, seed)

        def hold_out(split: Split) -> HeldOut:
            train, test = split
            part = learn(train)
            first, second = part.embedding.scores(vectors[test]), part.kernel.scores(vectors[test])
            third, near = part.ngram.scores(features[test]), part.nearness(vectors[test])
            return HeldOut(part, (first, second, third), near, truth[test], test)

        known, unseen = _splits(truth, seed)
        foreign = foreign_splits(truth, oos_label, seed)
        splits = [*known, *(unseen if every else []), *foreign]
        steps = len(splits) + 2
        say(1, steps)
        whole = threads.submit(learn, np.arange(len(truth)))
        found: list[HeldOut] = []
        for each in threads.map(hold_out, splits):
            found.append(each)
            say(len(found) + 1, steps)
        folds, others = found[: len(splits) - len(foreign)], found[len(splits) - len(foreign) :]
        model = _with_scales(whole.result(), folds[: len(known)], part_weights(labels))
        model = with_scope(model, folds[: len(known)], others)
        say(steps, steps)
        return Checked(model, folds)


def fit_parts(texts: Sequence[str], vectors: Floats, labels: Sequence[str], oos_label: str = "") -> TextModel:
    """Fit the parts alone, mixed as they are before anything is learned of the mix: what a comparison needs."""
    with threadpool_limits(1):
        ngrams, features = fit_ngrams(texts)
        return _fit_parts(ngrams, features, vectors, np.asarray(labels), oos_label, seed=0)


def fit_ngrams(texts: Sequence[str]) -> tuple[Ngrams, csr_matrix]:
    """Learn vocabulary and document frequencies, and return the texts' features ``[n, vocabulary]`` with them.

    ``min_df`` gives way when the texts are few.
    """
    parts, features = {}, []
    for name, options in OPTIONS.items():
        rarest = options.get("min_df", 1) if len(texts) > FEW else 1
        learned = TfidfVectorizer(**{**options, "min_df": rarest})
        features.append(learned.fit_transform(texts))
        vocabulary = {term: int(column) for term, column in learned.vocabulary_.items()}
        parts[name] = Part(vocabulary, np.asarray(learned.idf_, np.float64))
    together = csr_matrix(hstack(features))
    together.sort_indices()
    return Ngrams(parts), together


def as_matrix(rows: SparseRows) -> csr_matrix:
    """Return the rows as scikit-learn takes them."""
    return csr_matrix((rows.values, rows.columns, rows.starts), shape=(len(rows), rows.width))


def _half(fitted: Any) -> Half:
    """Take a fitted linear model; two classes get a row each."""
    weights, bias = fitted.coef_, fitted.intercept_
    if len(weights) == 1:
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return Half(weights.astype(np.float32), bias.astype(np.float32))


def _fit_parts(
    ngrams: Ngrams, features: csr_matrix, vectors: Floats, labels: NDArray[Any], oos_label: str, seed: int
) -> TextModel:
    first = LogisticRegression(C=EMBEDDING_C, max_iter=100).fit(vectors, labels)
    third = LinearSVC(C=NGRAM_C, random_state=seed).fit(features, labels)
    names = [str(each) for each in first.classes_]
    second = fit_kernel(vectors, (labels[:, None] == np.array(names)).astype(np.float32), seed)
    examples = vectors[labels != oos_label].astype(np.float32)
    return TextModel(
        names,
        _half(first),
        second,
        _half(third),
        ngrams,
        examples,
        scales=part_weights(list(labels)).astype(np.float32),
        oos_label=oos_label,
    )


def fit_kernel(vectors: Floats, targets: Floats, seed: int = 0) -> Kernel:
    """Fit kernel ridge regression to ``targets`` ``[n, labels]``, exactly for few texts and by landmarks for more.

    In single precision: the ridge keeps the condition of the system below 10^5, and it takes half the time and memory.
    Landmarks: the subset of regressors, Rasmussen and Williams, Gaussian Processes for Machine Learning, 8.3.1.
    """
    count = len(vectors)
    if count <= MOST_REMEMBERED:
        kernel = nearness(vectors, vectors).astype(np.float32, copy=False)
        kernel[np.diag_indices(count)] += KERNEL_RIDGE
        # Column by column, as LAPACK wants it, and in place: 400 MB are not copied.
        factor = cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False)
        weights = cho_solve(factor, targets, check_finite=False)
        return Kernel(vectors.astype(np.float32), weights.astype(np.float32))
    chosen = vectors[np.random.default_rng(seed).choice(count, LANDMARKS, replace=False)]
    columns = nearness(vectors, chosen).astype(np.float32)
    system = (columns.T @ columns).astype(np.float64) + KERNEL_RIDGE * nearness(chosen, chosen)
    system[np.diag_indices(LANDMARKS)] += KERNEL_RIDGE / 100
    return Kernel(chosen.astype(np.float32), solve(system, columns.T @ targets, assume_a="pos").astype(np.float32))


def _with_scales(model: TextModel, folds: Sequence[HeldOut], weights: NDArray[np.float64]) -> TextModel:
    """One temperature for the mix: a weight fitted to each part has a better log loss, and is right less often."""
    parts = [np.concatenate([fold.parts[index] for fold in folds]) for index in range(len(weights))]
    truth = np.concatenate([fold.truth for fold in folds])
    targets = np.array([model.labels.index(str(each)) for each in truth])
    logits = mixed((parts[0], parts[1], parts[2]), weights)

    def loss(sharpness: float) -> float:
        return float(-log_softmax(sharpness * logits, axis=1)[np.arange(len(targets)), targets].mean())

    found = minimize_scalar(loss, bounds=SHARPNESS, method="bounded")
    return replace(model, scales=(float(found.x) * weights).astype(np.float32))


def _splits(labels: NDArray[Any], seed: int) -> tuple[list[Split], list[Split]]:
    """Return the folds that calibrate, and those that hold out the rest of the texts."""
    folds = _folds(labels, FOLDS, seed)
    if len(labels) <= MANY:
        return folds, []
    everything = np.arange(len(labels))
    tests = [np.concatenate([test for _, test in folds[start : start + 2]]) for start in range(1, len(folds), 2)]
    return folds[:1], [(np.setdiff1d(everything, test), test) for test in tests]


def _folds(labels: NDArray[Any], count: int, seed: int) -> list[Split]:
    """Stratified folds; texts that are alone with their label are always learned from. Raises ``ValueError``."""
    names, counts = np.unique(labels, return_counts=True)
    alone = np.isin(labels, names[counts == 1])
    rows = np.flatnonzero(~alone)
    if not len(rows):
        raise ValueError("every label has one text only: two at least are needed")
    splitter = StratifiedKFold(min(count, int(counts.max())), shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # It warns of labels with fewer texts than folds: they are in some folds only, which is right here.
        warnings.simplefilter("ignore", UserWarning)
        parts = list(splitter.split(rows, labels[rows]))
    return [(np.append(rows[train], np.flatnonzero(alone)), rows[test]) for train, test in parts]
