"""A folder: walked for its listing, watched by watchfiles in between; moves and deletes are followed."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from watchfiles import awatch

from activities.sources.connector import (
    Change,
    Content,
    Item,
    Json,
    Known,
    Skipped,
    SourceRefusedError,
    SourceUnavailableError,
    Tools,
    Whole,
)

LINK = "it is a link; links are not followed, put the folder behind it in as a source of its own"


class FolderConfig(BaseModel):
    """``path`` on the worker's machine, below one of ``HOLDFAST_SOURCE_FOLDERS``."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    path: str = Field(min_length=1, max_length=1_000)


class Folder:
    """An open folder; hidden files are left out, links are named and not followed, so that loops end nothing."""

    def __init__(self, root: Path, max_bytes: int) -> None:
        self._root = root
        self._max_bytes = max_bytes

    async def changes(self, cursor: Json, known: Known) -> AsyncIterator[Change]:
        """List everything; a file is the same while its size, time and inode are."""
        for change in await asyncio.to_thread(list, self._walk()):
            yield change
        yield Whole()

    async def fetch(self, key: str) -> Content | None:
        """Read a file."""
        return await asyncio.to_thread(self._read, key)

    async def readers(self, key: str) -> None:
        """Whoever may read the source."""
        return

    async def watch(self, since: str) -> str:
        """Wait for a change; one that came before the watch began is noticed at once."""
        watcher = awatch(self._root, step=200, recursive=True, force_polling=None)
        waiting = asyncio.ensure_future(anext(watcher, None))
        try:
            state = await asyncio.to_thread(self._state)
            while since and state == since:
                await waiting
                waiting = asyncio.ensure_future(anext(watcher, None))
                state = await asyncio.to_thread(self._state)
            return state
        finally:
            waiting.cancel()

    def _walk(self) -> Iterator[Item | Skipped]:
        if not self._root.is_dir():
            raise SourceUnavailableError(f"there is no folder {self._root}; is its disk there?")

        def fail(error: OSError) -> None:
            raise SourceUnavailableError(f"the folder {error.filename} cannot be read: {error.strerror}")

        for folder, below, files in os.walk(self._root, followlinks=False, onerror=fail):
            links = [name for name in below if os.path.islink(os.path.join(folder, name))]
            below[:] = sorted(name for name in below if not name.startswith(".") and name not in links)
            for name in sorted([*files, *links]):
                if not name.startswith("."):
                    yield from self._look(Path(folder) / name)

    def _look(self, path: Path) -> Iterator[Item | Skipped]:
        key = path.relative_to(self._root).as_posix()
        try:
            key.encode()
            found = path.lstat()
        except UnicodeEncodeError:
            yield Skipped(key.encode("utf-8", "replace").decode(), "its name is not readable as UTF-8")
            return
        except OSError:  # gone since the folder was listed
            return
        if path.is_symlink():
            yield Skipped(key, LINK)
        elif not path.is_file():
            yield Skipped(key, "it is no plain file")
        elif found.st_size > self._max_bytes:
            yield Skipped(key, f"it has {found.st_size:,} bytes; at most {self._max_bytes:,} are taken")
        else:
            yield Item(key, f"{found.st_size}:{found.st_mtime_ns}:{found.st_ino}")

    def _read(self, key: str) -> Content | None:
        path = self._root / key
        if not path.resolve().is_relative_to(self._root):
            raise SourceRefusedError(f"{key!r} leaves its folder")
        try:
            # Without following a link that took the file's place since it was listed.
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                return Content(key, file.read(self._max_bytes + 1))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SourceUnavailableError(f"{key!r} cannot be read: {error.strerror}") from error

    def _state(self) -> str:
        digest = sha256()
        for found in self._walk():
            digest.update(repr(found).encode())
        return digest.hexdigest()


class FolderKind:
    """Folders on the worker's machine."""

    name = "folder"
    config = FolderConfig
    has_readers = False
    watched = True

    @asynccontextmanager
    async def open(self, config: FolderConfig, tools: Tools, source_id: str) -> AsyncIterator[Folder]:
        """Open a folder. Raises ``SourceRefusedError`` for one outside of those that the operator allows."""
        yield Folder(allowed_folder(config.path, tools.folders), tools.max_bytes)


def allowed_folder(path: str, folders: tuple[Path, ...]) -> Path:
    """Return the real path of a folder that sources may read. Raises ``SourceRefusedError``."""
    real = Path(path).expanduser().resolve()
    if not any(real.is_relative_to(folder.expanduser().resolve()) for folder in folders):
        raise SourceRefusedError(f"sources may not read {real}: name it, or a folder above, in HOLDFAST_SOURCE_FOLDERS")
    return real


KIND = FolderKind()
