"""What a gzip archive holds, read no further than a limit."""

import gzip
import io
import zlib

from activities.knowledge.formats.document import DocumentRefusedError

GZIP = b"\x1f\x8b"


def is_gzipped(data: bytes) -> bool:
    """Whether ``data`` begins as a gzip archive does."""
    return data.startswith(GZIP)


def inflate(data: bytes, limit: int) -> bytes:
    """Return what ``data`` holds when it is a gzip archive, else ``data`` itself.

    Raises ``DocumentRefusedError`` for a damaged archive, and for one of more than ``limit`` bytes before it is
    inflated further than that.
    """
    if not is_gzipped(data):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as archive:
            inflated = archive.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DocumentRefusedError(f"the gzip archive is damaged: {error}") from error
    if len(inflated) > limit:
        raise DocumentRefusedError(f"the gzip archive inflates to more than {limit:,} bytes")
    return inflated
