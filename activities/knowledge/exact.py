"""Vectors compared one by one, in files beside Chroma: exact, and quick up to some hundred thousand."""

import threading
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
from filelock import Timeout
from numpy.typing import NDArray

from activities.knowledge.aside import is_aside, set_aside
from activities.knowledge.entries import Entries
from activities.knowledge.exact_shelf import ExactShelf
from activities.knowledge.hits import Hit
from activities.knowledge.shelves import home_shelves, partition_of, shelf_of, shelves_of
from activities.ports import KnowledgeUnavailableError

WIDTH = 384


class ExactVectors:
    """Shelves of rows in a folder; methods block and may be called from threads.

    Each raises ``KnowledgeUnavailableError`` when the files cannot be used.
    """

    def __init__(self, folder: Path, width: int = WIDTH) -> None:
        """Use a folder that belongs to one embedding model, whose vectors have ``width`` floats."""
        self._folder = folder
        self._width = width
        self._guard = threading.Lock()
        self._shelves: dict[str, ExactShelf] = {}

    @property
    def folder(self) -> Path:
        """Where the shelves are."""
        return self._folder

    def search(
        self,
        vector: NDArray[np.float32],
        partitions: Sequence[str],
        limit: int,
        documents: Sequence[str] | None = None,
    ) -> list[Hit]:
        """Return the ``limit`` nearest chunks of ``partitions`` to a unit vector, best first; scores are cosines.

        With ``documents`` only chunks of these.
        """
        with self._explained():
            near = [
                each
                for shelf, rules in shelves_of(partitions).items()
                for each in self._shelf(shelf).nearest(vector, rules, limit, documents)
            ]
        return [Hit(name.decode(), min(max(-score, 0.0), 1.0)) for score, name in sorted(near)[:limit]]

    def rows(self, partitions: Sequence[str]) -> int:
        """Return how many rows a search of ``partitions`` compares."""
        with self._explained():
            return sum(self._shelf(shelf).count(rules) for shelf, rules in shelves_of(partitions).items())

    def held(self, shelf: str) -> int:
        """Return how many chunks a shelf holds."""
        with self._explained():
            return self._shelf(shelf).count()

    def put(self, partition: str, chunk_ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Add chunks with their vectors, replacing those with the same ids."""
        shelf, key = shelf_of(partition)
        with self._explained():
            self._shelf(shelf).put(chunk_ids, key, vectors)

    def remove(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks from the home of a partition, whatever their rule; unknown ids do nothing."""
        with self._explained():
            for shelf in home_shelves(partition):
                if (self._folder / quote(shelf, "")).exists():
                    self._shelf(shelf).remove(chunk_ids)

    def leave(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks that were put into another partition since, if they still are in this one."""
        shelf, key = shelf_of(partition)
        with self._explained():
            if (self._folder / quote(shelf, "")).exists():
                self._shelf(shelf).remove(chunk_ids, key)

    def count(self, document_id: str) -> int:
        """Return how many chunks of a document can be found, in any partition."""
        with self._explained():
            return sum(self._shelf(name).count_document(document_id) for name in self._names())

    def size(self) -> int:
        """Return the number of vectors."""
        with self._explained():
            return sum(self._shelf(name).count() for name in self._names())

    def entries(self, documents: Sequence[str] | None = None) -> Entries:
        """Return all chunks by their partition; with ``documents`` only those of these."""
        found = Entries()
        with self._explained():
            for name in self._names():
                for key, chunk_ids in self._shelf(name).entries(documents).items():
                    found.add(partition_of(name, key), chunk_ids)
        return found

    def vectors(self, documents: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of some documents by their chunks."""
        with self._explained():
            shelves = [self._shelf(name).vectors(documents) for name in self._names()]
        return {chunk_id: vector for found in shelves for chunk_id, vector in found.items()}

    def fault(self, *, thorough: bool = False) -> str:
        """Return what is wrong with shelves that are damaged, or nothing.

        One that was sound is read again only when it was written since, or for a ``thorough`` look.
        """
        return ", ".join(f"{name}: {fault}" for name, fault in self._faults(thorough=thorough).items())

    def mark(self, shelf: str) -> Hashable:
        """Return what differs when a shelf was set aside and begun anew."""
        with self._explained():
            return self._shelf(shelf).mark

    def set_aside(self) -> Path:
        """Move the files of damaged shelves out of the way; return where they are."""
        shelves = list(self._faults(thorough=True))
        with self._explained():
            place = set_aside([self._folder / quote(name, "") for name in shelves], self._folder)
            with self._guard:
                for name in shelves:
                    self._shelves.pop(name, None)
            return place

    def _faults(self, *, thorough: bool) -> dict[str, str]:
        with self._explained():
            found = {name: self._shelf(name).fault(thorough=thorough) for name in self._names()}
        return {name: fault for name, fault in found.items() if fault}

    def _names(self) -> list[str]:
        if not self._folder.exists():
            return []
        return [unquote(path.name) for path in self._folder.iterdir() if path.is_dir() and not is_aside(path)]

    def _shelf(self, name: str) -> ExactShelf:
        with self._guard:
            if name not in self._shelves:
                self._shelves[name] = ExactShelf(self._folder / quote(name, ""), self._width)
            return self._shelves[name]

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, Timeout) as error:
            raise KnowledgeUnavailableError(
                f"The vectors in {str(self._folder)!r} cannot be used: {error}. "
                "Check the disk; damaged files are made anew by the running worker, or by `holdfast reindex`."
            ) from error
