"""A SQLite file of something that can be computed again: damaged it is made anew, missing or full it ends nothing."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from activities.ports import KnowledgeUnavailableError

log = logging.getLogger(__name__)
Opening = Callable[[], sqlite3.Connection]
"""Opens the file if need be. Raises ``sqlite3.DatabaseError`` and ``OSError``, for the block around it."""


class DerivedFile:
    """One connection that threads take turns at; several processes may have the file open."""

    def __init__(self, path: Path, schema: str) -> None:
        """Open ``path`` at the first use, for its owner only, and make what ``schema`` says."""
        self._path = path
        self._schema = schema
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._failing = False

    @contextmanager
    def tolerant(self) -> Iterator[Opening]:
        """Yield what opens the file; what is left of the block is passed over when the file cannot be used."""
        try:
            with self._guard:
                yield self._open
        except (sqlite3.OperationalError, OSError) as error:
            if not self._failing:
                log.warning("nothing is kept in %s: %s", self._path, error)
            self._failing = True
        except sqlite3.DatabaseError as error:
            self._make_anew(error)
        else:
            self._failing = False

    @contextmanager
    def strict(self) -> Iterator[Opening]:
        """Yield what opens the file. Raises ``KnowledgeUnavailableError`` when the file cannot be used.

        Nobody could say then what is in it. A damaged one is made anew, and the rest of the block passed over.
        """
        try:
            with self._guard:
                yield self._open
        except (sqlite3.OperationalError, OSError) as error:
            raise KnowledgeUnavailableError(
                f"The kept vectors in {str(self._path)!r} cannot be used: {error}"
            ) from error
        except sqlite3.DatabaseError as error:
            self._make_anew(error)

    def clear(self) -> None:
        """Forget everything, whatever state the file is in."""
        with self._guard:
            self._remake()

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            opened = sqlite3.connect(self._path, timeout=10, isolation_level=None, check_same_thread=False)
            self._path.chmod(0o600)
            # What is forgotten is overwritten: a vector says something about its text.
            pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA secure_delete=ON;"
            opened.executescript(pragmas + self._schema)
            self._connection = opened
        return self._connection

    def _make_anew(self, error: Exception) -> None:
        log.warning("the damaged %s is made anew: %s", self._path, error)
        self.clear()

    def _remake(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)


def used_bytes(connection: sqlite3.Connection) -> int:
    """Return how many bytes of a file hold something."""
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size
