"""One process for one folder: Chroma's files are not made for two, and would be damaged silently."""

import os
from pathlib import Path

from filelock import FileLock, Timeout

LOCK_FILES = (".lock", ".owner")
"""Files in the folder that are ours and not Chroma's."""


class FolderInUseError(Exception):
    """Another process has the folder open."""


class FolderLock:
    """An exclusive lock on a folder, held until ``release`` or the end of the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises ``FolderInUseError`` at once when somebody else, here or elsewhere, has it."""
        folder.mkdir(parents=True, exist_ok=True)
        lock, owner = (folder / name for name in LOCK_FILES)
        self._lock = FileLock(lock, timeout=0)
        try:
            self._lock.acquire()
        except Timeout:
            raise FolderInUseError(explain(folder, read_owner(owner))) from None
        owner.write_text(str(os.getpid()), encoding="ascii")

    def release(self) -> None:
        """Let the next process in."""
        self._lock.release()


def read_owner(path: Path) -> str:
    """Return the process id noted by the folder's owner; empty when it has not written it yet."""
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


def explain(folder: Path, pid: str) -> str:
    """Say who has the folder and what to do."""
    return (
        f"The vector folder {str(folder)!r} is in use by {f'process {pid}' if pid else 'another process'}: stop it, "
        f"or let processes share the vectors: `chroma run --path {folder}` and HOLDFAST_CHROMA_URL=http://host:port."
    )
