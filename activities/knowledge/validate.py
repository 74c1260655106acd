"""The gate for files: what cannot or must not be taken is refused with one line that says why."""

import codecs
import re
from pathlib import PurePosixPath

from activities.knowledge.formats import load_formats
from activities.knowledge.formats.document import DocumentRefusedError, Format
from activities.knowledge.formats.encoding import INVISIBLE

__all__ = ["DocumentRefusedError", "TypeNotTakenError", "check_file", "check_name", "find_format", "taken_types"]

NAME_CHARACTERS = 255
HEAD_BYTES = 8192
FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\\:*?\"<>|#]")
"""Control characters, what other systems give a meaning in paths, and ``#``, which marks one document of a file."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""An office document with a password is an OLE file with this stream (MS-OFFCRYPTO 2.3.4.4)."""
UNICODE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


class TypeNotTakenError(DocumentRefusedError):
    """The file is of a type that is not taken, as its name and its content show; the message names those that are."""


def check_file(filename: str, data: bytes, max_bytes: int) -> Format:
    """Return the format of a file that may be parsed. Raises ``DocumentRefusedError``."""
    check_name(filename)
    if not data or not data.strip():
        raise DocumentRefusedError("the file is empty")
    if len(data) > max_bytes:
        raise DocumentRefusedError(f"the file has {len(data):,} bytes; at most {max_bytes:,} are taken")
    found = find_format(filename, data)
    found.check(data)
    return found


def check_name(filename: str) -> None:
    """Take a file's name or its relative path with ``/``. Raises ``DocumentRefusedError`` for any other."""
    parts = filename.split("/")
    if not filename.strip() or len(filename) > NAME_CHARACTERS:
        raise DocumentRefusedError(f"the file's name must have 1 to {NAME_CHARACTERS} characters")
    if FORBIDDEN.search(filename):
        raise DocumentRefusedError("the file's name has characters that are not allowed in one")
    if INVISIBLE.search(filename):
        raise DocumentRefusedError("the file's name has invisible characters and looks like another: rename it")
    if any(part in {"", ".", ".."} for part in parts):
        raise DocumentRefusedError("the file's name is not a plain name or a path below the current folder")


def find_format(filename: str, data: bytes) -> Format:
    """Return the format that content and name speak for; content wins.

    Raises ``TypeNotTakenError``, and ``DocumentRefusedError`` for one that is protected or damaged at its first bytes.
    """
    named = _named(filename)
    if marked := next((found for found in load_formats() if found.matches(data)), None):
        # A Markdown or CSV file may begin like a page or a JSON line and still be what its name says.
        return named if named and not named.binary and not marked.binary else marked
    if named and named.binary:
        raise _refuse_misnamed(named, data)
    if _is_binary(data[:HEAD_BYTES]):
        raise TypeNotTakenError(f"its content is not of a type that is taken: {taken_types()}")
    if named is None:
        suffix = PurePosixPath(filename).suffix or "without an ending"
        raise TypeNotTakenError(f"files {suffix} are not taken; taken are {taken_types()}")
    return named


def taken_types() -> str:
    """Return the endings that are taken, for people."""
    return ", ".join(sorted(suffix for found in load_formats() for suffix in found.suffixes))


def _named(filename: str) -> Format | None:
    lowered = filename.lower()
    return next((found for found in load_formats() if lowered.endswith(found.suffixes)), None)


def _refuse_misnamed(named: Format, data: bytes) -> DocumentRefusedError:
    if data.startswith(OLE) and OLE_ENCRYPTED in data:
        return DocumentRefusedError("the file is protected by a password")
    if data.startswith(OLE):
        return TypeNotTakenError(f"it is an old Office document; save it as {named.name}")
    return DocumentRefusedError(f"the file is damaged: its name says {named.name}, its content does not")


def _is_binary(head: bytes) -> bool:
    return b"\0" in head and not head.startswith(UNICODE_MARKS)
