"""The learned half of the screen: logistic regression on the meaning of a text and on its words.

The embedding carries an attack over to wordings never seen, hashed words and word pairs keep "your previous
instructions" apart from "the previous invoice", hashed runs of letters see through endings, compounds and slips
in any language. Trained by ``python -m evals.guard_training``; the features are those of scikit-learn's
``HashingVectorizer`` (MurmurHash3, 32 bits, seed 0, no alternating sign), which takes 100 MB to import.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import mmh3
import numpy as np
from numpy.typing import NDArray

from activities.grams import letter_grams, word_grams
from activities.ports import Embedder
from activities.sparse import Row, SparseRows, join, unit_length

WEIGHTS = Path(__file__).parent / "head.npz"
WORD_BUCKETS, LETTER_BUCKETS = 2**13, 2**14
SCALE = 1.5
"""Length of each of the three blocks of a row; regularisation weighs on shorter rows more."""
TOKEN = re.compile(r"(?u)\w+|[<>#\[\]{}|:\"]+")


@dataclass(frozen=True)
class Head:
    """Weights of the features and the bias, shifted so that log-odds of 0 are the threshold."""

    weights: NDArray[np.float32]
    bias: float

    def logits(self, features: SparseRows) -> NDArray[np.float64]:
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


def features(texts: Sequence[str], embedder: Embedder) -> SparseRows:
    """Return one row a text: 384 numbers of its embedding, then buckets of its words and of its letters."""
    vectors = np.asarray(embedder.embed(texts), np.float64)
    rows = [_row(text, vector) for text, vector in zip(texts, vectors, strict=True)]
    return SparseRows.of(rows, vectors.shape[1] + WORD_BUCKETS + LETTER_BUCKETS)


def _row(text: str, vector: NDArray[np.float64]) -> Row:
    meaning = (np.arange(len(vector)), vector)
    words = hash_grams(word_grams(text, TOKEN, 2), WORD_BUCKETS)
    letters = hash_grams(letter_grams(text, 3, 5), LETTER_BUCKETS)
    columns, values = join([(meaning, len(vector)), (words, WORD_BUCKETS), (letters, LETTER_BUCKETS)])
    return columns, values * SCALE


def hash_grams(grams: Sequence[str], buckets: int) -> Row:
    """Count n-grams in ``buckets``, a power of two, and scale the counts to length 1."""
    hashes = np.array([mmh3.hash(gram) for gram in grams], np.int64)
    columns, counts = np.unique(np.abs(hashes) % buckets, return_counts=True)
    return columns, unit_length(counts.astype(np.float64))
