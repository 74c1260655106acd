"""Whether the files of a tantivy index are as they were written: each has a checksum, which no search looks at.

A segment's file is never written again. It ends with a footer, ``{"version": ..., "crc": ...}``, the footer's length,
and a mark, the last two as 32 bits, little end first (tantivy, ``directory/footer.rs``).
"""

import json
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

ENDINGS = ("pos", "term", "idx", "fieldnorm", "store", "fast")
FOOTER_MARK = 1337
FOOTER_BYTES = 4096
"""A longer footer than this is none."""
PORTION_BYTES = 1024 * 1024
FRESH_SECONDS = 1.0
"""How long a look at the files counts: they are looked at in between searches, not by each."""
Stamp = tuple[int, int, int]


class Segments:
    """The files that the last commit in a folder consists of; methods may be called from threads."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder, nothing is read yet."""
        self._folder = folder
        self._guard = threading.Lock()
        self._sound: dict[str, Stamp] = {}
        self._looked_at = float("-inf")
        self._fault = ""

    def fault(self, *, thorough: bool = False) -> str:
        """Return which file is not as it was written and why, or nothing.

        A file that was sound is read again only when it was changed since, or for a ``thorough`` look.
        """
        with self._guard:
            if thorough:
                self._sound.clear()
            if thorough or time.monotonic() - self._looked_at > FRESH_SECONDS:
                self._fault = self._look()
                self._looked_at = time.monotonic()
            return self._fault

    def _look(self) -> str:
        while True:
            commit = self._commit()
            fault = self._fault_of(commit)
            # Another process may have committed meanwhile and removed what the former commit consisted of.
            if not fault or self._commit() == commit:
                return fault

    def _commit(self) -> bytes:
        try:
            return (self._folder / "meta.json").read_bytes()
        except FileNotFoundError:
            return b""

    def _fault_of(self, commit: bytes) -> str:
        if not commit:
            return "meta.json is missing or empty" if self._written() else ""
        try:
            names = list(_files_of(commit))
        except (ValueError, KeyError, TypeError, AttributeError):
            return "meta.json is damaged"
        self._sound = {name: self._sound[name] for name in names if name in self._sound}
        for name in names:
            if fault := self._fault_in(name):
                return f"{name} {fault}"
        return ""

    def _written(self) -> bool:
        return any(self._folder.glob("*.term"))

    def _fault_in(self, name: str) -> str:
        path = self._folder / name
        try:
            stat = path.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if self._sound.get(name) == stamp:
                return ""
            if not is_sound(path):
                return "is damaged"
        except FileNotFoundError:
            return "is missing"
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        self._sound[name] = stamp
        return ""


def is_sound(path: Path) -> bool:
    """Tell whether a file has the checksum that its footer says. Raises ``OSError``."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - FOOTER_BYTES, 0))
        end = file.read()
        length, mark = int.from_bytes(end[-8:-4], "little"), int.from_bytes(end[-4:], "little")
        if len(end) < 8 or mark != FOOTER_MARK or not 0 < length <= len(end) - 8:
            return False
        try:
            expected = json.loads(end[-8 - length : -8])["crc"]
        except (ValueError, KeyError, TypeError):
            return False
        file.seek(0)
        found, left = 0, size - 8 - length
        while left > 0 and (portion := file.read(min(left, PORTION_BYTES))):
            found, left = zlib.crc32(portion, found), left - len(portion)
    return left == 0 and found == expected


def _files_of(commit: bytes) -> Iterator[str]:
    for segment in json.loads(commit)["segments"]:
        name = segment["segment_id"].replace("-", "")
        yield from (f"{name}.{ending}" for ending in ENDINGS)
        if segment["deletes"]:
            yield f"{name}.{segment['deletes']['opstamp']}.del"
