"""Word and character n-grams weighted by TF-IDF, from plain arrays; ``part_fit`` learns them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from activities.grams import letter_grams, word_grams
from activities.sparse import Row, SparseRows, join, unit_length

Arrays = dict[str, NDArray[Any]]
TOKEN = r"(?u)\b\w+\b"
_TOKEN = re.compile(TOKEN)
REMEMBERED = 64
"""Texts whose grams are remembered: several classifiers read the same message."""
ANALYSERS: dict[str, Callable[[str], Sequence[str]]] = {
    "word": lru_cache(REMEMBERED)(lambda text: tuple(word_grams(text, _TOKEN, 2))),
    "char": lru_cache(REMEMBERED)(lambda text: tuple(letter_grams(text, 3, 5))),
}
"""Words carry the topic; characters within words forgive typos. ``part_fit.OPTIONS`` is the same for scikit-learn."""


@dataclass(frozen=True)
class Part:
    """One vocabulary and the inverse document frequency of each of its terms."""

    vocabulary: Mapping[str, int]
    idf: NDArray[np.float64]

    def row(self, grams: Sequence[str]) -> Row:
        """Return a text's n-grams, weighted (1 + ln(count)) * idf (sublinear TF) and scaled to length 1."""
        known = [self.vocabulary[gram] for gram in grams if gram in self.vocabulary]
        columns, counts = np.unique(np.array(known, np.int64), return_counts=True)
        return columns, unit_length((1 + np.log(counts)) * self.idf[columns])


class Ngrams:
    """The two vocabularies side by side."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        """Take learned parts by the names in ``ANALYSERS``."""
        self._parts = parts

    def transform(self, texts: Sequence[str]) -> SparseRows:
        """Return the features ``[len(texts), vocabulary]``, each half of length 1."""
        width = sum(len(part.idf) for part in self._parts.values())
        return SparseRows.of([self._row(text) for text in texts], width)

    def _row(self, text: str) -> Row:
        return join([(part.row(ANALYSERS[name](text)), len(part.idf)) for name, part in self._parts.items()])

    def arrays(self) -> Arrays:
        """Return what ``from_arrays`` needs."""
        found: Arrays = {}
        for name, part in self._parts.items():
            terms = sorted(part.vocabulary, key=part.vocabulary.__getitem__)
            found[f"{name}_terms"] = np.array("\n".join(terms))
            found[f"{name}_idf"] = part.idf.astype(np.float32)
        return found

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Rebuild what ``arrays`` gave."""
        parts = {}
        for name in ANALYSERS:
            terms = str(arrays[f"{name}_terms"]).split("\n")
            vocabulary = {term: column for column, term in enumerate(terms)}
            parts[name] = Part(vocabulary, arrays[f"{name}_idf"].astype(np.float64))
        return cls(parts)
