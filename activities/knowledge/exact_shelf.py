"""Vectors of one shelf in two files of fixed rows, mapped into memory: all processes of a machine share one copy."""

import os
import re
import threading
from collections.abc import Collection, Hashable, Mapping, Sequence
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

ID_BYTES = 128
KEY_BYTES = 24
ROW = np.dtype([("id", f"S{ID_BYTES}"), ("rule", f"S{KEY_BYTES}")])
"""A row without an id is free: its vector is zeros, and the next new chunk takes it."""
WRITE_SECONDS = 60.0
CHUNK_ID = re.compile(rb"[^\x00-\x20:]+(:[^\x00-\x20:]+)*:\d+:\d+")
KEY = re.compile(rb"[\x21-\x7e]*")
LENGTH_ERROR = 1e-3
"""How far a vector's squared length may be from 1."""
PORTION_ROWS = 10_000
NAMES = ("rows", "vectors")
Stamp = tuple[bytes, int, int, int]
Rows = NDArray[np.int64]
Near = tuple[float, bytes]
"""A cosine with its sign turned, so that the nearest come first when sorted, and a chunk's id."""


class ShelfDamagedError(ValueError):
    """The files hold what was never written."""


class ExactShelf:
    """Compares a question with every row of the rules it is asked for, and touches no other row."""

    def __init__(self, folder: Path, width: int) -> None:
        """Remember the folder; ``width`` is the number of floats of a vector."""
        self._folder = folder
        self._counter = folder / "counter"
        self._width = width
        self._guard = threading.Lock()
        self._seen: Stamp | None = None
        self._sound: list[int] | None = None
        self._rows: NDArray[np.void] = np.zeros(0, ROW)
        self._vectors = np.zeros((0, width), np.float32)
        self._of_rule: Mapping[bytes, Rows] = {}

    def nearest(
        self, vector: NDArray[np.float32], rules: Sequence[str], limit: int, documents: Collection[str] | None = None
    ) -> list[Near]:
        """Return the ``limit`` rows of these rules (an empty list: those without one) nearest to a unit vector.

        In any order; with ``documents`` only rows of these. Raises ``ShelfDamagedError``.
        """
        rows, vectors, of_rule = self._look()
        wanted = [key.encode() for key in rules] or [b""]
        chosen = [of_rule[key] for key in wanted if key in of_rule]
        if not chosen or limit < 1:
            return []
        places = chosen[0] if len(chosen) == 1 else np.concatenate(chosen)
        if documents is not None:
            places = _owned(rows, places, documents)
            if not len(places):
                return []
        whole = len(chosen) == 1 and len(places) == len(rows)  # rows of several rules stand in another order
        scores = (vectors if whole else vectors[places]) @ vector
        if not float(np.abs(scores).max()) <= 1 + LENGTH_ERROR:  # nor when one is no number
            raise ShelfDamagedError("vectors are damaged")
        best = np.argpartition(-scores, limit - 1)[:limit] if limit < len(scores) else np.arange(len(scores))
        found = zip(rows[places[best]].tolist(), scores[best].tolist(), strict=True)
        # A row may have been taken by another chunk since it was mapped: then it may be another reader's.
        return [(-score, name) for (name, rule), score in found if name and rule in wanted]

    def count(self, rules: Sequence[str] | None = None) -> int:
        """Return how many rows of these rules (an empty list: without one; ``None``: of all) there are."""
        of_rule = self._look()[2]
        wanted = list(of_rule) if rules is None else [key.encode() for key in rules] or [b""]
        return sum(len(of_rule[key]) for key in wanted if key in of_rule)

    def entries(self, documents: Collection[str] | None = None) -> dict[str, list[str]]:
        """Return the ids of all rows by their rule (an empty one: without); with ``documents`` only of these."""
        rows, _, of_rule = self._look()
        chosen = {
            rule: places if documents is None else _owned(rows, places, documents) for rule, places in of_rule.items()
        }
        return {rule.decode(): [name.decode() for name in rows["id"][places]] for rule, places in chosen.items()}

    def vectors(self, documents: Collection[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of some documents by their rows' ids."""
        rows, vectors, of_rule = self._look()
        places = [place for taken in of_rule.values() for place in _owned(rows, taken, documents)]
        return {rows["id"][place].decode(): np.array(vectors[place]) for place in places}

    def count_document(self, document_id: str) -> int:
        """Return how many rows belong to a document."""
        return int(np.char.startswith(self._look()[0]["id"], f"{document_id}:".encode()).sum())

    def fault(self, *, thorough: bool) -> str:
        """Return what in the files cannot be what was written, or nothing.

        A row holds a chunk's id and a vector of length 1. What is merely missing is none: it is compared with records.
        Files that were sound and are as old as then are read again only when ``thorough``.
        """
        written = [(self._folder / name).stat().st_mtime_ns for name in NAMES if (self._folder / name).exists()]
        if thorough or written != self._sound:
            try:
                self._try_all()
            except ShelfDamagedError as error:
                return str(error)
            self._sound = written
        return ""

    @property
    def mark(self) -> Hashable:
        """What differs when the files were set aside and begun anew."""
        try:
            return self._folder.stat().st_ino
        except FileNotFoundError:
            return None

    def put(self, ids: Sequence[str], rule: str, vectors: NDArray[np.float32]) -> None:
        """Write rows, replacing those with the same ids. Raises ``ValueError`` for an id that is too long."""
        keys = [each.encode() for each in ids]
        if any(len(key) > ID_BYTES for key in keys):
            raise ValueError(f"a chunk id is longer than {ID_BYTES} bytes")
        with self._write_turn():
            row_of, free = self._addresses()
            size = len(self._rows)
            for key in keys:
                if key not in row_of:
                    row_of[key] = free.pop() if free else size
                    size = max(size, row_of[key] + 1)
            places = [row_of[key] for key in keys]
            values = np.array([(key, rule.encode()) for key in keys], ROW)
            self._write(places, values, vectors, size)

    def remove(self, ids: Sequence[str], rule: str | None = None) -> None:
        """Overwrite rows with zeros, those under ``rule`` only when it is given; unknown ids do nothing."""
        with self._write_turn():
            row_of, _ = self._addresses()
            places = [row_of[key] for key in (each.encode() for each in ids) if key in row_of]
            if rule is not None:
                places = [place for place in places if self._rows[place]["rule"] == rule.encode()]
            if places:
                blank = np.zeros((len(places), self._width), np.float32)
                self._write(places, np.zeros(len(places), ROW), blank, len(self._rows))

    def _try_all(self) -> None:
        rows, vectors, of_rule = self._look()
        taken = np.concatenate(list(of_rule.values())) if of_rule else np.zeros(0, np.int64)
        if not all(CHUNK_ID.fullmatch(name) for name in rows["id"][taken].tolist()):
            raise ShelfDamagedError("rows hold what is no passage")
        for start in range(0, len(taken), PORTION_ROWS):
            part = vectors[taken[start : start + PORTION_ROWS]]
            with np.errstate(all="ignore"):
                lengths = np.einsum("ij,ij->i", part, part)
            if not (np.abs(lengths - 1) <= LENGTH_ERROR).all():  # a NaN is not near anything
                raise ShelfDamagedError("vectors are damaged")

    def _look(self) -> tuple[NDArray[np.void], NDArray[np.float32], Mapping[bytes, Rows]]:
        """Return the rows as the last finished write of any process left them."""
        with self._guard:
            stamp = self._stamp()
            if stamp != self._seen:
                self._map()
                self._seen = stamp
            return self._rows, self._vectors, self._of_rule

    def _stamp(self) -> Stamp:
        """Return what changes with each write, and when a file is another or was cut: its end is never read then."""
        try:
            with open(self._counter, "rb", buffering=0) as file:
                sizes = [os.stat(self._folder / name).st_size for name in NAMES]
                return file.read(), os.fstat(file.fileno()).st_ino, sizes[0], sizes[1]
        except FileNotFoundError:
            return b"", 0, 0, 0

    def _map(self) -> None:
        size = self._size()
        if size:
            self._rows = np.memmap(self._folder / "rows", ROW, "r", shape=(size,))
            self._vectors = np.memmap(self._folder / "vectors", np.float32, "r", shape=(size, self._width))
        else:
            self._rows, self._vectors = np.zeros(0, ROW), np.zeros((0, self._width), np.float32)
        taken = np.flatnonzero(self._rows["id"] != b"")
        rules = self._rows["rule"][taken]
        # Most shelves have no rule: to sort their empty keys took most of the time of the first search after a write.
        keys = np.unique(rules) if (rules != b"").any() else rules[:1]
        if not all(KEY.fullmatch(key) for key in keys.tolist()):
            raise ShelfDamagedError("rows hold what is no passage")
        self._of_rule = {bytes(key): taken[rules == key] for key in keys}

    def _size(self) -> int:
        """Return the number of whole rows: a write that was cut off may have left a piece of one."""
        widths = {"rows": ROW.itemsize, "vectors": 4 * self._width}
        paths = {name: self._folder / name for name in widths}
        return min(path.stat().st_size // widths[name] if path.exists() else 0 for name, path in paths.items())

    def _addresses(self) -> tuple[dict[bytes, int], list[int]]:
        """Return the row of each id, and the free rows. Only for who has the turn to write."""
        with self._guard:
            self._map()
        ids = self._rows["id"].tolist()
        return {key: row for row, key in enumerate(ids) if key}, [row for row, key in enumerate(ids) if not key]

    def _write(self, places: list[int], values: NDArray[np.void], vectors: NDArray[np.float32], size: int) -> None:
        for name, width in (("vectors", 4 * self._width), ("rows", ROW.itemsize)):
            with (self._folder / name).open("ab") as file:
                if file.tell() < size * width:
                    # With its blocks: on a full disk writing into a hole of a mapped file would end the process.
                    os.posix_fallocate(file.fileno(), 0, size * width)
                file.truncate(size * width)
        rows = np.memmap(self._folder / "rows", ROW, "r+", shape=(size,))
        numbers = np.memmap(self._folder / "vectors", np.float32, "r+", shape=(size, self._width))
        rows[places] = np.zeros(len(places), ROW)
        numbers[places] = vectors
        rows[places] = values
        numbers.flush()
        rows.flush()
        self._counter.write_bytes((int.from_bytes(self._stamp()[0], "little") + 1).to_bytes(8, "little"))

    def _write_turn(self) -> FileLock:
        self._folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self._folder / "write.lock", WRITE_SECONDS)


def _owned(rows: NDArray[np.void], places: Rows, documents: Collection[str]) -> Rows:
    """Return those of some rows that belong to documents."""
    owners = {each.encode() for each in documents}
    mine = [name.rsplit(b":", 2)[0] in owners for name in rows["id"][places].tolist()]
    owned: Rows = places[np.array(mine, bool)]
    return owned
