"""What office documents have in common: ZIP archives of XML parts, known by their main part."""

import io
from zipfile import BadZipFile, ZipFile


def has_part(data: bytes, part: str) -> bool:
    """Tell whether ``data`` is a ZIP archive with ``part`` in it."""
    if not data.startswith(b"PK"):
        return False
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            return part in archive.namelist()
    # NotImplementedError is how zipfile refuses a packing that it does not know.
    except (BadZipFile, ValueError, OSError, NotImplementedError):
        return False
