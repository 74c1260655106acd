"""The text classifier: two models of sentence embeddings and one of n-grams, mixed and calibrated.

The parts are a logistic regression and a kernel machine on embeddings and a linear SVM on n-grams. The mix beats each
by 1 to 3 points on BANKING77 (5 folds): n-grams tell apart what embeddings blur, and the kernel needs few examples.
What is out of scope is scored by a logistic regression over ``TextModel.signals``. Predicting needs numpy only;
``intent_fit`` learns all the weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from activities.models.kernel import Kernel
from activities.models.ngrams import Arrays, Ngrams

Floats = NDArray[np.float32]
VERSION = 9
"""Part of the content hash of stored models: raise it when the method changes."""

NEIGHBOURS = 5
MIX = (0.5, 10.0, 3.0)
"""How much each part weighs. A temperature for all three is fitted; weights fitted by log loss are less often right."""
TRUSTED_FROM = 10
"""Messages a label with which the n-grams have half of their weight: they learn words one by one, and need more."""

Parts = tuple[Floats, Floats, Floats]
"""Scores of the logistic regression, the kernel machine and the n-grams, each ``[n, labels]``."""


@dataclass(frozen=True)
class Prediction:
    """Class probabilities ``[n, labels]`` and the probability of being out of scope ``[n]``."""

    probabilities: Floats
    out_of_scope: Floats


@dataclass(frozen=True)
class Unlabelled:
    """Texts whose labels are not known, and their vectors ``[n, 384]``."""

    texts: Sequence[str]
    vectors: Floats


@dataclass(frozen=True)
class Half:
    """One linear model: ``scores = features @ weights.T + bias``."""

    weights: Floats
    bias: Floats

    def scores(self, features: Any) -> Floats:
        """Return ``[n, labels]``."""
        return np.asarray(features @ self.weights.T + self.bias, np.float32)


@dataclass(frozen=True)
class TextModel:
    """A fitted classifier; make one with ``fit`` or ``from_arrays``."""

    labels: list[str]
    embedding: Half
    kernel: Kernel
    ngram: Half
    ngrams: Ngrams
    examples: Floats
    """Vectors of the in-scope training texts, with given or guessed labels, for novelty."""
    scales: Floats = field(default_factory=lambda: np.array(MIX, np.float32))
    """Weights of the parts: ``part_weights`` times the fitted sharpness."""
    scope_weights: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    """Weights of the out-of-scope signals, the bias last; empty when nothing could be learned of them."""
    oos_label: str = ""
    scope_threshold: float = 0.5
    """Out-of-scope scores from here on mean rejection: it costs ``REJECTED`` of the held-out in-scope texts at most."""

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        vectors: Floats,
        labels: Sequence[str],
        oos_label: str = "",
        seed: int = 0,
        unlabelled: Unlabelled | None = None,
    ) -> "TextModel":
        """Fit on texts, their vectors ``[n, 384]`` and labels; rows labelled ``oos_label`` are out of scope.

        ``unlabelled`` texts teach as well, with labels that a first model gives them.
        """
        # scikit-learn costs 108 MB and a second, and who only predicts does without it.
        from activities.models.intent_fit import fit

        return fit(texts, vectors, labels, oos_label, seed, unlabelled)

    def predict(self, texts: Sequence[str], vectors: Floats) -> Prediction:
        """Return calibrated probabilities for texts and their vectors ``[n, 384]``."""
        # Only what scores the scope looks at the nearest examples, which takes as long as all the rest.
        near = self.nearness(vectors) if len(self.scope_weights) else np.zeros((len(vectors), 2), np.float32)
        return self.predict_from(self.parts(texts, vectors), near)

    def predict_from(self, parts: Parts, near: Floats) -> Prediction:
        """Return what the scores of the ``parts`` and the ``nearness`` come to."""
        probabilities = softmax(mixed(parts, self.scales))
        outside = 1 - probabilities.max(axis=1)
        if len(self.scope_weights):
            signals = self.signals(parts, near, self.scales)
            outside = sigmoid(signals @ self.scope_weights[:-1] + self.scope_weights[-1])
        return Prediction(probabilities.astype(np.float32), outside.astype(np.float32))

    def parts(self, texts: Sequence[str], vectors: Floats) -> Parts:
        """Return the scores of each part."""
        grams = self.ngram.scores(self.ngrams.transform(texts))
        return self.embedding.scores(vectors), self.kernel.scores(vectors), grams

    def nearness(self, vectors: Floats) -> Floats:
        """Cosine to the nearest in-scope example and the mean of the nearest few: ``[n, 2]``."""
        similarity = vectors @ self.examples.T
        few = min(NEIGHBOURS, similarity.shape[1])
        nearest = -np.partition(-similarity, few - 1, axis=1)[:, :few]
        return np.column_stack([nearest.max(axis=1), nearest.mean(axis=1)]).astype(np.float32)

    def signals(self, parts: Parts, near: Floats, scales: Floats) -> Floats:
        """Log odds of the best in-scope class and of the out-of-scope class, raw scores, and nearness: ``[n, 7]``."""
        inside = np.array([label != self.oos_label for label in self.labels])
        probabilities = np.clip(softmax(mixed(parts, scales)), 1e-6, 1 - 1e-6)
        best = probabilities[:, inside].max(axis=1)
        outside = np.clip(probabilities[:, ~inside].sum(axis=1), 1e-6, 1 - 1e-6)
        highest = [part[:, inside].max(axis=1) for part in parts]
        odds = [np.log(best / (1 - best)), np.log(outside / (1 - outside))]
        return np.column_stack([*odds, highest[0] / 3, highest[1] * 5, highest[2] * 3, near * 10]).astype(np.float32)

    def arrays(self) -> Arrays:
        """Return everything ``from_arrays`` needs, without Python objects."""
        return {
            "labels": np.array(self.labels),
            "embedding_weights": self.embedding.weights,
            "embedding_bias": self.embedding.bias,
            "landmarks": self.kernel.landmarks,
            "kernel_weights": self.kernel.weights,
            "ngram_weights": self.ngram.weights,
            "ngram_bias": self.ngram.bias,
            "examples": self.examples,
            "scales": self.scales,
            "scope_weights": self.scope_weights,
            "oos_label": np.array(self.oos_label),
            "scope_threshold": np.array(self.scope_threshold),
            **self.ngrams.arrays(),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Rebuild a model from ``arrays``."""
        return cls(
            labels=[str(each) for each in arrays["labels"]],
            embedding=Half(arrays["embedding_weights"], arrays["embedding_bias"]),
            kernel=Kernel(arrays["landmarks"], arrays["kernel_weights"]),
            ngram=Half(arrays["ngram_weights"], arrays["ngram_bias"]),
            ngrams=Ngrams.from_arrays(arrays),
            examples=arrays["examples"],
            scales=arrays["scales"],
            scope_weights=arrays["scope_weights"],
            oos_label=str(arrays["oos_label"]),
            scope_threshold=float(arrays["scope_threshold"]),
        )


def part_weights(labels: Sequence[str]) -> NDArray[np.float64]:
    """Return how much each part weighs ``[3]`` in a model of these training labels, one entry a message."""
    each = len(labels) / len(set(labels))
    first, second, third = MIX
    return np.array([first, second, third * each / (each + TRUSTED_FROM)])


def mixed(parts: Parts, scales: NDArray[Any]) -> NDArray[Any]:
    """Return the logits ``[n, labels]``: the weighted sum of the parts' scores."""
    return np.asarray(sum(scale * part for scale, part in zip(scales, parts, strict=True)))


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    """Return probabilities of the same shape; each row sums to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def sigmoid(logits: NDArray[Any]) -> NDArray[Any]:
    """Return probabilities of log odds, of any size without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0, -logits)))
