"""Generations of the index: one answers, the next may be built beside it, and one file says which one answers.

All processes look into that file at each call, so they change over together and without a restart. Who writes holds a
lock with the other writers; who changes over holds it alone, and so knows what is in the index at that moment.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from activities.knowledge.chroma import ChromaPlace
from activities.knowledge.shared_lock import LockTimeoutError, SharedLock
from activities.knowledge.stores import IndexStores, open_stores, store_paths
from activities.ports import KnowledgeUnavailableError

FOLDER = "index"
POINTER = "current"
FIRST = ""
"""The generation that a data folder begins with: its files are in the data folder itself."""
WRITE_SECONDS = 60.0


class RebuildRunningError(Exception):
    """Somebody else builds or removes generations now."""


class Generations:
    """The generations of one data folder and one embedding model; methods block for a file's reading, if at all."""

    def __init__(
        self, data_dir: Path, place: ChromaPlace, fingerprint: str, synonyms: Sequence[Sequence[str]] = ()
    ) -> None:
        """Remember where they are; nothing is opened yet."""
        self._data_dir = data_dir
        self._folder = data_dir / FOLDER
        self._place = place
        self._fingerprint = fingerprint
        self._synonyms = synonyms
        self._lock = SharedLock(self._folder, "write", WRITE_SECONDS)
        self._current: IndexStores | None = None

    @property
    def name(self) -> str:
        """The generation that answers."""
        try:
            return (self._folder / POINTER).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return FIRST

    def current(self) -> IndexStores:
        """Return the generation that answers now."""
        name = self.name
        current = self._current
        if current is None or current.name != name:
            self._current = current = self.open(name)
        return current

    def open(self, name: str) -> IndexStores:
        """Open a generation."""
        return open_stores(self._place_of(name), self._place, self._fingerprint, name, self._synonyms)

    def others(self) -> list[str]:
        """Return the generations that do not answer: one that is being built, or what a crash has left."""
        current = self.name
        found = [path.name for path in self._folder.iterdir() if path.is_dir()] if self._folder.exists() else []
        left = current != FIRST and any(path.exists() for path in store_paths(self._data_dir, self._fingerprint))
        return [name for name in [*sorted(found), *([FIRST] if left else [])] if name != current]

    def begin(self) -> str:
        """Make room for another generation and return its name."""
        name = uuid4().hex[:12]
        (self._folder / name).mkdir(parents=True)
        return name

    def switch(self, name: str) -> None:
        """Let a generation answer, for all processes at once."""
        draft = self._folder / f"{POINTER}.new"
        with draft.open("w", encoding="ascii") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / POINTER)

    def remove(self, name: str) -> None:
        """Remove a generation that does not answer. Raises ``KnowledgeUnavailableError``."""
        if name == self.name:
            raise ValueError(f"the generation {name!r} answers: it cannot be removed")
        stores = self.open(name)
        stores.chroma.clear()
        paths = store_paths(self._data_dir, self._fingerprint) if name == FIRST else [self._folder / name]
        for path in paths:
            with suppress(FileNotFoundError):
                shutil.rmtree(path)

    @contextmanager
    def writing(self) -> Iterator[IndexStores]:
        """Hold off a change of generations; yield the one to write to. Raises ``KnowledgeUnavailableError``."""
        with _explained(), self._lock.shared():
            yield self.current()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Let nobody write. Raises ``KnowledgeUnavailableError``."""
        turn = self._lock.alone()
        with _explained():
            await asyncio.to_thread(turn.__enter__)
        try:
            yield
        finally:
            turn.__exit__(None, None, None)

    @contextmanager
    def building(self) -> Iterator[None]:
        """Be the only one that builds and removes generations. Raises ``RebuildRunningError``."""
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / "build.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise RebuildRunningError("the index is being made anew or checked already: wait for its end") from error
        try:
            yield
        finally:
            lock.release()

    def close(self) -> None:
        """Let go of Chroma."""
        self._place.close()

    def _place_of(self, name: str) -> Path:
        return self._folder / name if name else self._data_dir


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except LockTimeoutError as error:
        raise KnowledgeUnavailableError(f"The index cannot be written now: {error}") from error
