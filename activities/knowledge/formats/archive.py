"""Looks into a ZIP-based document before its parser does: bombs, passwords, damage, XML entity tricks."""

import io
import re
import zlib
from zipfile import BadZipFile, ZipFile, ZipInfo

from activities.knowledge.formats.document import DocumentRefusedError

MAX_PARTS = 5_000
MAX_INFLATED_BYTES = 256 * 1024 * 1024
MAX_RATIO = 200
"""XML of real documents deflates 5 to 30 times; deflate reaches 1,032 times."""
SMALL_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024
ENCRYPTED_FLAG = 0x1
XML_SUFFIXES = (".xml", ".rels")
DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)|<\0!\0(?:D\0O\0C|E\0N\0T)|\0<\0!\0(?:D\0O\0C|E\0N\0T)", re.I)
"""A document type in UTF-8 or UTF-16; office documents have none, entity bombs and file readers need one."""


def open_archive(data: bytes) -> ZipFile:
    """Open a ZIP file. Raises ``DocumentRefusedError`` when its directory is damaged."""
    try:
        return ZipFile(io.BytesIO(data))
    # NotImplementedError is how zipfile refuses a packing that it does not know, here and below.
    except (BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise DocumentRefusedError("the file is damaged: its parts cannot be listed") from error


def check_archive(data: bytes) -> None:
    """Refuse by what the directory declares, then by what really comes out, part by part in small pieces.

    Raises ``DocumentRefusedError``.
    """
    with open_archive(data) as archive:
        parts = archive.infolist()
        _check_declared(parts)
        inflated = sum(_check_part(archive, part, MAX_INFLATED_BYTES) for part in parts)
    if inflated > MAX_INFLATED_BYTES:
        raise DocumentRefusedError(_too_big())


def _check_declared(parts: list[ZipInfo]) -> None:
    if len(parts) > MAX_PARTS:
        raise DocumentRefusedError(f"the file has more than {MAX_PARTS:,} parts inside")
    if any(part.flag_bits & ENCRYPTED_FLAG for part in parts):
        raise DocumentRefusedError("the file is protected by a password")
    if any(part.filename.startswith("/") or ".." in part.filename.split("/") for part in parts):
        raise DocumentRefusedError("the file is damaged: a part's name leaves the archive")
    if sum(part.file_size for part in parts) > MAX_INFLATED_BYTES or any(map(_is_bomb, parts)):
        raise DocumentRefusedError(_too_big())


def _is_bomb(part: ZipInfo) -> bool:
    return part.file_size > SMALL_BYTES and part.file_size > part.compress_size * MAX_RATIO


def _check_part(archive: ZipFile, part: ZipInfo, limit: int) -> int:
    size, tail = 0, b""
    try:
        with archive.open(part) as stream:
            while piece := stream.read(CHUNK_BYTES):
                size += len(piece)
                if size > limit:
                    raise DocumentRefusedError(_too_big())
                if part.filename.endswith(XML_SUFFIXES) and DECLARATION.search(tail + piece):
                    raise DocumentRefusedError("the file declares XML entities, which documents have no use for")
                tail = piece[-16:]
    except (BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise DocumentRefusedError(f"the file is damaged: {part.filename!r} cannot be read") from error
    return size


def _too_big() -> str:
    return f"the file inflates to more than a document can be (limits: {MAX_INFLATED_BYTES:,} bytes, {MAX_RATIO} times)"
