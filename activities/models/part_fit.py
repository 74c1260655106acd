"""Fits the three parts of the text classifier on some of its texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from activities.models.intent_model import Floats, Half, Parts, TextModel, part_weights
from activities.models.kernel import Kernel, nearness
from activities.models.ngrams import TOKEN, Ngrams, Part
from activities.sparse import SparseRows

OPTIONS: dict[str, dict[str, Any]] = {
    "word": {"analyzer": "word", "ngram_range": (1, 2), "sublinear_tf": True, "token_pattern": TOKEN},
    "char": {"analyzer": "char_wb", "ngram_range": (3, 5), "sublinear_tf": True, "min_df": 2},
}
FEW = 100
"""With so few texts a term that occurs once counts as well."""
EMBEDDING_C, NGRAM_C, KERNEL_RIDGE = 20.0, 1.0, 0.1
MOST_REMEMBERED, LANDMARKS = 12_000, 4_000
"""Of more texts the kernel remembers a sample. All 8,000 of a fold of BANKING77 are worth half a point over 2,000, and
10,000 take no longer than a sample of 4,000."""
GUESSED_WEIGHT = 0.3
"""Of a message with a guessed label, where one with a given label has 1: 0.15 and 1 were no better."""

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Guesses:
    """Labels that a model gave to texts without one: where they stand in the ``Material``, and the labels."""

    rows: Rows
    labels: NDArray[np.str_]


NO_GUESSES = Guesses(np.zeros(0, np.int64), np.zeros(0, np.str_))


@dataclass(frozen=True)
class Material:
    """Texts as the parts see them: those with a label first, then those without."""

    ngrams: Ngrams
    features: csr_matrix
    vectors: Floats
    truth: NDArray[Any]
    oos_label: str
    seed: int

    @classmethod
    def of(
        cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str], oos_label: str = "", seed: int = 0
    ) -> "Material":
        """Learn the n-grams of all texts; the first ``len(labels)`` have a label."""
        ngrams, features = fit_ngrams(texts)
        return cls(ngrams, features, vectors, np.asarray(labels), oos_label, seed)

    def unlabelled(self) -> Rows:
        """Return where the texts without a label stand."""
        return np.arange(len(self.truth), len(self.vectors))

    def learn(self, rows: Rows, guesses: Guesses = NO_GUESSES) -> TextModel:
        """Fit the parts on the ``rows``, which have labels, and on guesses, which weigh less."""
        given = self.truth[rows]
        everything, labels = np.append(rows, guesses.rows), np.append(given, guesses.labels)
        weights = np.ones(len(labels), np.float32) if len(guesses.rows) else None
        if weights is not None:
            weights[len(rows) :] = GUESSED_WEIGHT
        features, vectors = self.features[everything], self.vectors[everything]
        first = LogisticRegression(C=EMBEDDING_C, max_iter=100).fit(vectors, labels, weights)
        third = LinearSVC(C=NGRAM_C, random_state=self.seed).fit(features, labels, weights)
        names = [str(each) for each in first.classes_]
        targets = (labels[:, None] == np.array(names)).astype(np.float32)
        return TextModel(
            names,
            _half(first),
            fit_kernel(vectors, targets, self.seed, weights),
            _half(third),
            self.ngrams,
            vectors[labels != self.oos_label].astype(np.float32),
            scales=part_weights(list(given)).astype(np.float32),
            oos_label=self.oos_label,
        )

    def parts(self, model: TextModel, rows: Rows) -> Parts:
        """Return what each part of a model says of the rows."""
        vectors = self.vectors[rows]
        return model.embedding.scores(vectors), model.kernel.scores(vectors), model.ngram.scores(self.features[rows])


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
        parts[name] = Part(name, vocabulary, np.asarray(learned.idf_, np.float64))
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


def fit_kernel(vectors: Floats, targets: Floats, seed: int = 0, weights: Floats | None = None) -> Kernel:
    """Fit kernel ridge regression to ``targets`` ``[n, labels]``, exactly for few texts and by landmarks for more.

    The less a text weighs ``[n]``, the larger is its ridge; among many texts all weigh alike. In single precision: the
    ridge keeps the condition of the system below 10^5, and it takes half the time and memory.
    Landmarks: the subset of regressors, Rasmussen and Williams, Gaussian Processes for Machine Learning, 8.3.1.
    """
    count = len(vectors)
    if count <= MOST_REMEMBERED:
        kernel = nearness(vectors, vectors).astype(np.float32, copy=False)
        kernel[np.diag_indices(count)] += KERNEL_RIDGE if weights is None else KERNEL_RIDGE / weights
        # Column by column, as LAPACK wants it, and in place: 400 MB are not copied.
        factor = cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False)
        found = cho_solve(factor, targets, check_finite=False)
        return Kernel(vectors.astype(np.float32), found.astype(np.float32))
    chosen = vectors[np.random.default_rng(seed).choice(count, LANDMARKS, replace=False)]
    columns = nearness(vectors, chosen).astype(np.float32)
    system = (columns.T @ columns).astype(np.float64) + KERNEL_RIDGE * nearness(chosen, chosen)
    system[np.diag_indices(LANDMARKS)] += KERNEL_RIDGE / 100
    return Kernel(chosen.astype(np.float32), solve(system, columns.T @ targets, assume_a="pos").astype(np.float32))
