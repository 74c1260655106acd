"""Vectors of questions that do not change: made once, while nobody waits, and kept on disk."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from activities.models.model_store import write_whole
from activities.models.multilingual import BASIS, Encoder

AT_ONCE = 256
"""Questions that are encoded ahead in one go: a worker that is to end waits for them."""


class QuestionVectors:
    """The vectors of ``texts``; another list of texts has another file in ``cache_dir``."""

    def __init__(self, texts: Sequence[str], encoder: Encoder, cache_dir: Path) -> None:
        self.texts = list(texts)
        self._encoder = encoder
        address = hashlib.sha256("\n".join([BASIS, *self.texts]).encode()).hexdigest()[:32]
        self._path = cache_dir / "known_questions" / f"{address}.npy"
        self._lock = Lock()

    def all(self) -> NDArray[np.float32]:
        """Return the vectors ``[n, 512]``: at once when they are kept, else after some seconds."""
        with self._lock:
            return self._vectors

    async def prepare(self, encoder: Encoder, calm: Callable[[], Awaitable[None]]) -> None:
        """Make them with ``encoder`` and keep them, each part after ``calm``; nothing when they are kept."""
        if await asyncio.to_thread(self._path.exists):
            return
        made = []
        for start in range(0, len(self.texts), AT_ONCE):
            await calm()
            made.append(await asyncio.to_thread(encoder.embed, self.texts[start : start + AT_ONCE]))
        await asyncio.to_thread(self._keep, np.concatenate(made))

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        try:
            return np.asarray(np.load(self._path, allow_pickle=False), np.float32)
        except (OSError, ValueError, EOFError):
            made = self._encoder.embed(self.texts)
            self._keep(made)
            return made

    def _keep(self, made: NDArray[np.float32]) -> None:
        write_whole(self._path, lambda temporary: np.save(temporary, made.astype(np.float16)))
