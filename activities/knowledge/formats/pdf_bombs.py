"""Looks for PDF streams that inflate beyond measure, before the parser inflates them all in memory."""

import re
import zlib

from activities.knowledge.formats.document import DocumentRefusedError

MAX_INFLATED_BYTES = 512 * 1024 * 1024
MAX_STREAM_BYTES = 64 * 1024 * 1024
PIECE_BYTES = 1024 * 1024
STREAM = re.compile(rb"\bstream\r?\n")
CHAINED = re.compile(rb"/(?:FlateDecode|Fl|LZWDecode|LZW)\s*/(?:FlateDecode|Fl|LZWDecode|LZW)\b")
"""Compression of compression: it squares what one layer can do, and no writer of documents uses it."""
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


def check_streams(data: bytes) -> None:
    """Inflate each stream in pieces and count. Raises ``DocumentRefusedError`` over 64 MiB for one, 512 for all."""
    if CHAINED.search(ESCAPE.sub(lambda found: bytes([int(found.group(1), 16)]), data)):
        raise DocumentRefusedError("the file compresses its parts twice, which documents have no use for")
    total = 0
    for found in STREAM.finditer(data):
        total += _inflated_size(memoryview(data)[found.end() :])
        if total > MAX_INFLATED_BYTES:
            raise DocumentRefusedError(f"the file inflates to more than {MAX_INFLATED_BYTES:,} bytes")


def _inflated_size(rest: memoryview) -> int:
    """Return how many bytes the zlib stream at the start of ``rest`` inflates to; 0 when there is none."""
    stream, size, pending = zlib.decompressobj(), 0, bytes(rest[:PIECE_BYTES])
    position = len(pending)
    try:
        while pending and not stream.eof:
            size += len(stream.decompress(pending, PIECE_BYTES))
            if size > MAX_STREAM_BYTES:
                raise DocumentRefusedError(f"a part of the file inflates to more than {MAX_STREAM_BYTES:,} bytes")
            pending = stream.unconsumed_tail
            if not pending and not stream.eof:
                pending = bytes(rest[position : position + PIECE_BYTES])
                position += len(pending)
    except zlib.error:
        return size
    return size
