"""Vectors of the questions that sections are known to answer: made once for a company, some seconds, and kept."""

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from activities.models.asked import Asked
from activities.models.model_store import Vectors, write_whole


class AskedVectors:
    """An embedder that knows the vectors of ``asked`` by heart, as they stand and without names of products."""

    def __init__(self, embedder: Vectors, asked: Asked, cache_dir: Path) -> None:
        """Embed with ``embedder`` what is not known; vectors are kept in ``cache_dir``."""
        self._embedder = embedder
        self._cache_dir = cache_dir
        self._lock = Lock()
        questions = [each for known in asked.questions.values() for each in known]
        texts = dict.fromkeys([*questions, *map(asked.names.replaced, questions)])
        self._rows = {text: row for row, text in enumerate(texts)}

    @property
    def fingerprint(self) -> str:
        """What the vectors are made with."""
        return str(getattr(self._embedder, "fingerprint", type(self._embedder).__name__))

    def known(self) -> NDArray[np.float32]:
        """Return all known vectors ``[n, 384]``: at once when they are kept, else after some seconds."""
        with self._lock:
            return self._vectors

    def rows(self, texts: Sequence[str]) -> list[int]:
        """Return the rows of ``known`` that these texts have. Raises ``KeyError`` for another text."""
        return [self._rows[each] for each in texts]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts ``[n, 384]``."""
        others = [text for text in texts if text not in self._rows]
        if len(others) == len(texts):
            return self._embedder.embed(texts)
        known = self.known()
        made = dict(zip(others, self._embedder.embed(others), strict=True)) if others else {}
        return np.stack([made[text] if text in made else known[self._rows[text]] for text in texts])

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        texts = list(self._rows)
        address = sha256("\n".join([self.fingerprint, *texts]).encode()).hexdigest()[:32]
        path = self._cache_dir / "asked" / f"{address}.npy"
        try:
            return np.asarray(np.load(path, allow_pickle=False), np.float32)
        except (OSError, ValueError, EOFError):
            made = self._embedder.embed(texts)
            write_whole(path, lambda temporary: np.save(temporary, made))
            return made
