"""A lock of processes that many may hold together, or one alone; the kernel takes it from a process that ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.01


class LockTimeoutError(OSError):
    """Somebody else holds the lock for longer than was waited."""


class SharedLock:
    """Two files in a folder: the lock, and a gate that whoever waits for the others to leave keeps shut.

    Methods block, and may be called from threads: each call opens the files for itself.
    """

    def __init__(self, folder: Path, name: str, seconds: float) -> None:
        """Remember the place; a turn is waited for up to ``seconds``."""
        self._lock, self._gate = folder / f"{name}.lock", folder / f"{name}.gate"
        self._seconds = seconds

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Hold it together with others. Raises ``LockTimeoutError`` and ``OSError``."""
        with self._held(self._gate, fcntl.LOCK_EX):
            file = self._take(self._lock, fcntl.LOCK_SH)
        try:
            yield
        finally:
            os.close(file)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold it alone: nobody new comes in from now on, and those who are in are waited for. Raises as ``shared``."""
        with self._held(self._gate, fcntl.LOCK_EX), self._held(self._lock, fcntl.LOCK_EX):
            yield

    @contextmanager
    def _held(self, path: Path, kind: int) -> Iterator[None]:
        file = self._take(path, kind)
        try:
            yield
        finally:
            os.close(file)

    def _take(self, path: Path, kind: int) -> int:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + self._seconds
        try:
            while not _locked(file, kind):
                if time.monotonic() > until:
                    raise LockTimeoutError(f"no turn at {path} within {self._seconds:g} seconds")
                time.sleep(POLL_SECONDS)
        except BaseException:
            os.close(file)
            raise
        return file


def _locked(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
