"""From an item's key at its source to the name that its document is known by here."""

import re
from hashlib import sha256
from pathlib import PurePosixPath

from activities.knowledge.formats.encoding import INVISIBLE

LONGEST = 200
"""Characters; document ids of many-document files come behind it."""
UNFIT = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\\:*?\"<>|#%]+")


def document_name(source: str, name: str) -> str:
    """Return ``<source>/<name>`` as ``validate.check_name`` takes it; different names stay different.

    A name that has to be changed to fit carries a part of its own hash.
    """
    parts = [part for part in name.split("/") if part not in {"", ".", ".."}]
    plain = UNFIT.sub("_", "/".join(part.strip() for part in parts if part.strip()))
    plain = INVISIBLE.sub("_", plain)
    if plain and plain == name and len(plain) <= LONGEST:
        return f"{source}/{plain}"
    suffix = "".join(PurePosixPath(plain).suffixes[-2:])[-12:]
    stem = plain[: len(plain) - len(suffix)] if suffix else plain
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{source}/{stem[: LONGEST - 24] or 'item'}-{digest}{suffix}"
