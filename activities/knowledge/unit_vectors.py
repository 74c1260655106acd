"""Vectors of the pieces that answers are made of, on disk by passage: no question waits until they are made again.

A passage is one row: its pieces' vectors in half precision, about 6 kB, with a digest of the texts that they are of.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from activities.knowledge.derived_file import DerivedFile, used_bytes
from activities.knowledge.entries import document_of

UNITS_FILE = "units.db"
IDS_AT_ONCE = 500
"""Ids in one statement: SQLite takes some thousand variables."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS passages (
  chunk_id TEXT PRIMARY KEY, document_id TEXT NOT NULL, basis BLOB NOT NULL, texts BLOB NOT NULL,
  vectors BLOB NOT NULL, crc INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_passages_document_id ON passages (document_id);
"""
Vectors = NDArray[np.float32]


class UnitVectors:
    """A bounded file that the workers on one data folder share; its methods block and may be called from threads."""

    def __init__(self, path: Path, basis: str, max_bytes: int) -> None:
        """Keep what was made by ``basis``: a name of the model and of how passages are taken apart.

        With a bound of 0 nothing is kept, and what was kept before is forgotten.
        """
        self._file = DerivedFile(path, SCHEMA)
        self._basis = sha256(basis.encode()).digest()
        self._max_bytes = max_bytes
        if not max_bytes:
            self._file.clear()

    def read(self, texts: Mapping[str, Sequence[str]]) -> dict[str, Vectors]:
        """Return what is kept of passages, by their ids: ``[texts, 384]``, if it was made of these very texts."""
        found: dict[str, Vectors] = {}
        with self._file.tolerant() as opened:
            for part in _parts(list(texts) if self._max_bytes else ()):
                query = f"SELECT chunk_id, texts, vectors, crc FROM passages WHERE chunk_id IN ({_marks(part)})"
                for chunk_id, digest, vectors, crc in opened().execute(query, part):
                    if digest == self._digest(texts[chunk_id]) and zlib.crc32(vectors) == crc:
                        halves = np.frombuffer(vectors, np.float16)
                        found[chunk_id] = halves.reshape(len(texts[chunk_id]), -1).astype(np.float32)
        return found

    def write(self, chunk_id: str, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep the vectors of a passage's texts, in their order."""
        data = np.ascontiguousarray(vectors, np.float16).tobytes()
        row = (chunk_id, document_of(chunk_id), self._basis, self._digest(texts), data, zlib.crc32(data))
        with self._file.tolerant() as opened:
            opened().execute("INSERT OR REPLACE INTO passages VALUES (?, ?, ?, ?, ?, ?)", row)

    def missing(self, chunk_ids: Sequence[str]) -> list[str]:
        """Return those of some passages of which nothing of this basis is kept; none when the file cannot be used."""
        known: set[str] = set()
        with self._file.tolerant() as opened:
            for part in _parts(chunk_ids):
                query = f"SELECT chunk_id FROM passages WHERE basis = ? AND chunk_id IN ({_marks(part)})"
                known.update(chunk_id for (chunk_id,) in opened().execute(query, [self._basis, *part]))
            return [each for each in chunk_ids if each not in known]
        return []

    def chunk_ids(self) -> list[str]:
        """Return the ids of all passages of which something is kept."""
        with self._file.tolerant() as opened:
            return [chunk_id for (chunk_id,) in opened().execute("SELECT chunk_id FROM passages")]
        return []

    def full(self) -> bool:
        """Return whether there is no room for more; what was made by another basis leaves first."""
        with self._file.tolerant() as opened:
            if used_bytes(opened()) >= self._max_bytes:
                opened().execute("DELETE FROM passages WHERE basis != ?", [self._basis])
            return used_bytes(opened()) >= self._max_bytes
        return True

    def forget(self, chunk_ids: Sequence[str]) -> None:
        """Remove what is kept of passages."""
        with self._file.tolerant() as opened:
            for part in _parts(chunk_ids):
                opened().execute(f"DELETE FROM passages WHERE chunk_id IN ({_marks(part)})", part)

    def forget_document(self, document_id: str) -> None:
        """Remove what is kept of a document, of all its versions. Raises ``KnowledgeUnavailableError``."""
        with self._file.strict() as opened:
            opened().execute("DELETE FROM passages WHERE document_id = ?", [document_id])
            # What was written before stands in the log beside the file until it is emptied.
            opened().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def count(self, document_id: str) -> int:
        """Return of how many passages of a document something is kept. Raises ``KnowledgeUnavailableError``."""
        query = "SELECT count(*) FROM passages WHERE document_id = ?"
        with self._file.strict() as opened:
            return int(opened().execute(query, [document_id]).fetchone()[0])
        return 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _digest(self, texts: Sequence[str]) -> bytes:
        digest = sha256(self._basis)
        for text in texts:
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
        return digest.digest()


def _parts(ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield list(ids[start : start + IDS_AT_ONCE])


def _marks(part: Sequence[str]) -> str:
    return ",".join("?" * len(part))
