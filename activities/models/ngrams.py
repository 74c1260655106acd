"""Word and character n-grams weighted by TF-IDF, which can be stored as plain arrays."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

Arrays = dict[str, NDArray[Any]]
PARTS: dict[str, dict[str, Any]] = {
    "word": {"analyzer": "word", "ngram_range": (1, 2), "sublinear_tf": True, "token_pattern": r"(?u)\b\w+\b"},
    "char": {"analyzer": "char_wb", "ngram_range": (3, 5), "sublinear_tf": True, "min_df": 2},
}
"""Words carry the topic; characters within words forgive typos."""


class Ngrams:
    """The two vectorizers side by side."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        """Take fitted vectorizers by the names in ``PARTS``."""
        self._parts = parts

    @classmethod
    def fit(cls, texts: Sequence[str]) -> Self:
        """Learn vocabulary and document frequencies; ``min_df`` gives way when the texts are few."""
        options = {
            name: {**each, "min_df": each.get("min_df", 1) if len(texts) > 100 else 1} for name, each in PARTS.items()
        }
        return cls({name: TfidfVectorizer(**each).fit(texts) for name, each in options.items()})

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return the features ``[len(texts), vocabulary]``, each half of length 1."""
        return hstack([part.transform(texts) for part in self._parts.values()]).tocsr()

    def arrays(self) -> Arrays:
        """Return what ``from_arrays`` needs."""
        found: Arrays = {}
        for name, part in self._parts.items():
            terms = sorted(part.vocabulary_, key=part.vocabulary_.__getitem__)
            found[f"{name}_terms"] = np.array("\n".join(terms))
            found[f"{name}_idf"] = np.asarray(part.idf_, np.float32)
        return found

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Rebuild what ``arrays`` gave."""
        parts = {}
        for name, options in PARTS.items():
            part = TfidfVectorizer(**options, vocabulary=str(arrays[f"{name}_terms"]).split("\n"))
            part.idf_ = arrays[f"{name}_idf"].astype(np.float64)
            parts[name] = part
        return cls(parts)
