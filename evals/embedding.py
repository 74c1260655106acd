"""The embedding model of evaluations, which can remember vectors on disk: repeated runs then cost seconds.

Off by default, so that times are honest. ``HOLDFAST_EVAL_CACHE`` names a folder that keeps the vectors.
"""

import hashlib
import os
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from activities.models.embedding import MiniLmEmbedder
from activities.settings import Settings

VARIABLE = "HOLDFAST_EVAL_CACHE"
PORTION = 500
"""Hashes in one query: SQLite takes some thousand variables."""


class RememberingEmbedder(MiniLmEmbedder):
    """The product's embedder, asked once for each text."""

    def __init__(self, cache_dir: Path, folder: Path) -> None:
        """Keep vectors in a database of ``folder``, which several processes may share."""
        super().__init__(cache_dir)
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._store = sqlite3.connect(
            folder / f"vectors-{self.fingerprint}.db", timeout=60, isolation_level=None, check_same_thread=False
        )
        self._store.execute("PRAGMA journal_mode=WAL")
        self._store.execute("PRAGMA synchronous=OFF")
        self._store.execute("CREATE TABLE IF NOT EXISTS vectors (hash BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors ``[len(texts), 384]``, known ones from disk."""
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        known = self._read(list(dict.fromkeys(keys)))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            made = dict(zip(missing, super().embed(list(missing.values())), strict=True))
            known |= made
            with self._lock:
                rows = [(key, vector.tobytes()) for key, vector in made.items()]
                self._store.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
        return np.array([known[key] for key in keys], np.float32).reshape(len(keys), self.dimensions)

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        found: dict[bytes, NDArray[np.float32]] = {}
        for start in range(0, len(keys), PORTION):
            part = keys[start : start + PORTION]
            marks = ",".join("?" * len(part))
            with self._lock:
                rows = self._store.execute(f"SELECT hash, vector FROM vectors WHERE hash IN ({marks})", part).fetchall()
            found |= {key: np.frombuffer(vector, np.float32) for key, vector in rows}
        return found


def cache_folder() -> Path | None:
    """Return the folder that ``HOLDFAST_EVAL_CACHE`` names, None without it."""
    folder = os.environ.get(VARIABLE)
    return Path(folder) if folder else None


def evaluation_embedder() -> MiniLmEmbedder:
    """Return the product's embedder, a remembering one where ``HOLDFAST_EVAL_CACHE`` names a folder."""
    cache_dir = Settings().cache_dir
    folder = cache_folder()
    return RememberingEmbedder(cache_dir, folder) if folder else MiniLmEmbedder(cache_dir)
