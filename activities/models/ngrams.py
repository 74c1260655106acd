"""Word and character n-grams weighted by TF-IDF, from plain arrays; ``part_fit`` learns them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from activities.grams import letter_grams, word_grams
from activities.sparse import Row, SparseRows, join, unit_length

Arrays = dict[str, NDArray[Any]]
TOKEN = r"(?u)\b\w+\b"
_TOKEN = re.compile(TOKEN)
REMEMBERED = 4096
"""Pieces of text whose terms are remembered: words come again, and several classifiers read the same message."""


@dataclass(frozen=True)
class Analyser:
    """Cuts a text into pieces and each piece into terms; no term spans two pieces."""

    pieces: Callable[[str], Sequence[str]]
    grams: Callable[[str], Sequence[str]]


ANALYSERS = {
    "word": Analyser(lambda text: (text,), lambda text: word_grams(text, _TOKEN, 2)),
    "char": Analyser(str.split, lambda word: letter_grams(word, 3, 5)),
}
"""Words carry the topic; characters within words forgive typos. ``part_fit.OPTIONS`` is the same for scikit-learn."""


class Part:
    """One vocabulary and the inverse document frequency of each of its terms."""

    def __init__(self, name: str, vocabulary: Mapping[str, int], idf: NDArray[np.float64]) -> None:
        """Take what was learned with the ``ANALYSERS`` of that name."""
        self.vocabulary = vocabulary
        self.idf = idf
        self._analyser = ANALYSERS[name]
        self._columns = lru_cache(REMEMBERED)(self._known)

    def row(self, text: str) -> Row:
        """Return a text's n-grams, weighted (1 + ln(count)) * idf (sublinear TF) and scaled to length 1."""
        known = chain.from_iterable(map(self._columns, self._analyser.pieces(text)))
        columns, counts = np.unique(np.fromiter(known, np.int64), return_counts=True)
        return columns, unit_length((1 + np.log(counts)) * self.idf[columns])

    def _known(self, piece: str) -> tuple[int, ...]:
        return tuple(self.vocabulary[gram] for gram in self._analyser.grams(piece) if gram in self.vocabulary)


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
        return join([(part.row(text), len(part.idf)) for part in self._parts.values()])

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
            parts[name] = Part(name, vocabulary, arrays[f"{name}_idf"].astype(np.float64))
        return cls(parts)
