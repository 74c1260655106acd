"""Vectors of texts that were embedded before, on disk by content hash: what is taken in again is not computed again.

The cache is derived and may vanish at any time: a damaged file is made anew, a vector whose checksum is wrong is a
miss, a disk that is full keeps nothing. None of it ends an ingestion.
"""

import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from activities import metrics
from activities.knowledge.derived_file import DerivedFile, used_bytes
from activities.ports import Embedder

CACHE_FILE = "embeddings.db"
HASHES_AT_ONCE = 500
"""Hashes in one statement: SQLite takes some thousand variables."""
KEPT_SHARE = 0.9
"""A cache that is full forgets the vectors that were used longest ago, down to this share of its bound."""
TOUCH_SECONDS = 86_400
"""Reading notes the use of a vector at most once a day: a hit must not cost a write."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
  hash BLOB NOT NULL, model BLOB NOT NULL, vector BLOB NOT NULL, crc INTEGER NOT NULL, used_at INTEGER NOT NULL,
  PRIMARY KEY (hash, model)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_vectors_used_at ON vectors (used_at);
CREATE TABLE IF NOT EXISTS condemned (
  owner TEXT NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (owner, hash)
) WITHOUT ROWID;
"""
Vector = NDArray[np.float32]


def text_hash(text: str) -> str:
    """Return the key of a text: hex SHA-256, which is the ``content_hash`` of the chunk it is embedded for."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class EmbeddingCache:
    """A bounded file of vectors that several processes may share; its methods block and may be called from threads."""

    def __init__(self, path: Path, fingerprint: str, max_bytes: int) -> None:
        """Keep vectors of the model ``fingerprint``: another model's are never returned, and age away."""
        self._file = DerivedFile(path, SCHEMA)
        self._model = bytes.fromhex(fingerprint)
        self._max_bytes = max_bytes

    def read(self, hashes: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors that are kept, by their hashes; ``[384]`` each."""
        found: dict[str, Vector] = {}
        with self._file.tolerant() as opened:
            stale: list[bytes] = []
            for part in _parts(hashes):
                marks = ",".join("?" * len(part))
                query = f"SELECT hash, vector, crc, used_at FROM vectors WHERE model = ? AND hash IN ({marks})"
                for key, vector, crc, used_at in opened().execute(query, [self._model, *part]):
                    if zlib.crc32(vector) == crc:
                        found[key.hex()] = np.frombuffer(vector, np.float32)
                        stale += [key] if used_at < time.time() - TOUCH_SECONDS else []
            touched = [(int(time.time()), key, self._model) for key in stale]
            opened().executemany("UPDATE vectors SET used_at = ? WHERE hash = ? AND model = ?", touched)
        return found

    def write(self, vectors: Mapping[str, Vector]) -> None:
        """Keep vectors by their hashes, forgetting the oldest where there is no room."""
        now = int(time.time())
        rows = []
        for key, vector in vectors.items():
            data = np.ascontiguousarray(vector, np.float32).tobytes()
            rows.append((bytes.fromhex(key), self._model, data, zlib.crc32(data), now))
        with self._file.tolerant() as opened:
            opened().executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)", rows)
            _trim(opened(), self._max_bytes)

    def forget(self, hashes: Sequence[str]) -> None:
        """Remove the vectors of texts, of every model."""
        with self._file.tolerant() as opened:
            for part in _parts(hashes):
                opened().execute(f"DELETE FROM vectors WHERE hash IN ({','.join('?' * len(part))})", part)

    def condemn(self, owner: str, hashes: Sequence[str]) -> None:
        """Note whose vectors are to go, so that it can be proved later. Raises ``KnowledgeUnavailableError``."""
        rows = [(owner, bytes.fromhex(key)) for key in hashes]
        with self._file.strict() as opened:
            opened().executemany("INSERT OR IGNORE INTO condemned VALUES (?, ?)", rows)

    def condemned(self, owner: str) -> list[str]:
        """Return the hashes noted for an owner whose vectors are still kept, of any model.

        Raises ``KnowledgeUnavailableError``.
        """
        query = "SELECT DISTINCT hash FROM condemned JOIN vectors USING (hash) WHERE owner = ?"
        with self._file.strict() as opened:
            return [key.hex() for (key,) in opened().execute(query, [owner])]
        return []

    def acquit(self, owner: str) -> None:
        """Drop the notes about an owner. Raises ``KnowledgeUnavailableError``."""
        with self._file.strict() as opened:
            opened().execute("DELETE FROM condemned WHERE owner = ?", [owner])

    def clear(self) -> None:
        """Forget everything, whatever state the file is in."""
        self._file.clear()

    def used_bytes(self) -> int:
        """Return how many bytes of the file hold something."""
        with self._file.tolerant() as opened:
            return used_bytes(opened())
        return 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class CachingEmbedder:
    """An ``Embedder`` that asks the model only for texts whose vectors are not kept."""

    def __init__(self, embedder: Embedder, cache: EmbeddingCache) -> None:
        """Put ``cache`` before ``embedder``."""
        self._embedder = embedder
        self._cache = cache

    def embed(self, texts: Sequence[str]) -> Vector:
        """Return one vector a text, in order: ``[len(texts), 384]``. Blocks."""
        keys = [text_hash(text) for text in texts]
        known = self._cache.read(list(dict.fromkeys(keys)))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        metrics.EMBEDDING_CACHE.labels("hit").inc(len(keys) - len(missing))
        metrics.EMBEDDING_CACHE.labels("miss").inc(len(missing))
        if missing:
            made = dict(zip(missing, self._embedder.embed(list(missing.values())), strict=True))
            self._cache.write(made)
            known |= made
        return np.array([known[key] for key in keys], np.float32).reshape(len(keys), -1)

    @property
    def cache(self) -> EmbeddingCache:
        """Where the vectors are kept."""
        return self._cache

    def forget(self, hashes: Sequence[str]) -> None:
        """Remove the vectors of texts that no document holds any more."""
        self._cache.forget(hashes)


def _parts(hashes: Sequence[str]) -> Iterator[list[bytes]]:
    for start in range(0, len(hashes), HASHES_AT_ONCE):
        yield [bytes.fromhex(key) for key in hashes[start : start + HASHES_AT_ONCE]]


def _trim(file: sqlite3.Connection, max_bytes: int) -> None:
    used = used_bytes(file)
    if used <= max_bytes:
        return
    held = file.execute("SELECT count(*) FROM vectors").fetchone()[0]
    surplus = held - int(held * max_bytes * KEPT_SHARE / used)
    oldest = "SELECT hash, model FROM vectors ORDER BY used_at LIMIT ?"
    file.execute(f"DELETE FROM vectors WHERE (hash, model) IN ({oldest})", [surplus])
