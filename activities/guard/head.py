"""The learned half of the screen: logistic regression on the meaning of a text and on its words.

The embedding carries an attack over to wordings never seen, hashed words and word pairs keep "your previous
instructions" apart from "the previous invoice", hashed runs of letters see through endings, compounds and slips
in any language. Trained by ``python -m evals.guard_training``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer

from activities.ports import Embedder

WEIGHTS = Path(__file__).parent / "head.npz"
WORD_BUCKETS, LETTER_BUCKETS = 2**13, 2**14
SCALE = 1.5
"""Length of each of the three blocks of a row; regularisation weighs on shorter rows more."""


@dataclass(frozen=True)
class Head:
    """Weights of the features and the bias, shifted so that log-odds of 0 are the threshold."""

    weights: NDArray[np.float32]
    bias: float

    def logits(self, features: csr_matrix) -> NDArray[np.float64]:
        """Return the log-odds of each row."""
        return np.asarray(features @ self.weights + self.bias, np.float64)


@cache
def load_head() -> Head:
    """Return the packaged weights. Raises ``OSError`` when the package is incomplete."""
    with np.load(WEIGHTS) as file:
        return Head(file["weights"].astype(np.float32), float(file["bias"]))


def save_head(head: Head, path: Path = WEIGHTS) -> None:
    """Write weights, halved in size: the rounding moves a score by less than 0.001."""
    np.savez_compressed(path, weights=head.weights.astype(np.float16), bias=np.float64(head.bias))


def features(texts: Sequence[str], embedder: Embedder) -> csr_matrix:
    """Return one row a text: 384 numbers of its embedding, then buckets of its words and of its letters."""
    vectors = csr_matrix(np.asarray(embedder.embed(texts), np.float32))
    blocks = [vectors, *(vectorizer.transform(texts) for vectorizer in _vectorizers())]
    return (hstack(blocks) * SCALE).tocsr()


@cache
def _vectorizers() -> tuple[HashingVectorizer, HashingVectorizer]:
    tokens = r"(?u)\w+|[<>#\[\]{}|:\"]+"
    return (
        HashingVectorizer(n_features=WORD_BUCKETS, ngram_range=(1, 2), alternate_sign=False, token_pattern=tokens),
        HashingVectorizer(n_features=LETTER_BUCKETS, ngram_range=(3, 5), alternate_sign=False, analyzer="char_wb"),
    )
