"""The documents of a drill: real articles where they are on this machine, else the sample company's."""

import gzip
import json
from pathlib import Path

from activities.settings import Settings
from evals.shared_data import DataSetMissingError, shared_data

ARTICLES = "ms_office_support_kb/pages.jsonl.gz"


def file_of(documents: int) -> bytes:
    """Return so many documents as one file of JSON lines; all that there are when they are fewer.

    Articles are taken from all parts of the collection, whose neighbours are about the same product.
    """
    try:
        lines = gzip.decompress(shared_data(ARTICLES).read_bytes()).splitlines()
    except DataSetMissingError:
        lines = _of_company(Settings().company_dir / "documents")
    step = max(len(lines) / documents, 1)
    return b"\n".join(lines[int(number * step)] for number in range(min(documents, len(lines))))


def _of_company(folder: Path) -> list[bytes]:
    return [
        json.dumps({"_id": path.relative_to(folder).as_posix(), "body": path.read_text(encoding="utf-8")}).encode()
        for path in sorted(folder.rglob("*.md"))
    ]
