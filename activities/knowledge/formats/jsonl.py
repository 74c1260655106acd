"""JSON lines: many documents in one file, plain or compressed with gzip."""

from functools import partial
from typing import Any

from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.gzipped import inflate, is_gzipped
from activities.knowledge.formats.records import load_json, parse_record, text_of

MAX_INFLATED_BYTES = 256 * 1024 * 1024
MAX_RATIO = 200
"""Text compresses 3 to 20 times; gzip can do 1,030 times, which only a bomb does."""

SMALL_BYTES = 1_000_000
"""What may come of any archive, whatever its ratio."""


class JsonLinesFormat:
    """One JSON object a line: ``_id`` (or ``id``), ``body`` (Markdown) or ``text``, and ``title``.

    ``language`` (or ``lang``), ``department`` and ``classification`` are honoured when they are there.
    """

    name = "JSON lines"
    media_type = "application/jsonl"
    suffixes = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
    binary = False

    def matches(self, data: bytes) -> bool:
        """The first line is a JSON object with a text, alone on its line, compressed or not."""
        if is_gzipped(data):
            return True
        try:
            return bool(text_of(_load(data.lstrip().split(b"\n", 1)[0])))
        except DocumentRefusedError:
            return False

    def check(self, data: bytes) -> None:
        """Refuse a damaged archive, one that inflates beyond all measure, and one of something else."""
        _load(_inflate(data).lstrip().split(b"\n", 1)[0])

    def entries(self, data: bytes, filename: str) -> list[Entry]:
        """List the lines; a line is parsed, and refused, on its own."""
        lines = [(number, line) for number, line in enumerate(_inflate(data).split(b"\n"), 1) if line.strip()]
        return [Entry(f"line {number}", line, partial(_parse, line, number)) for number, line in lines]


def _inflate(data: bytes) -> bytes:
    return inflate(data, min(MAX_INFLATED_BYTES, max(len(data) * MAX_RATIO, SMALL_BYTES)))


def _parse(line: bytes, number: int) -> ParsedDocument:
    return parse_record(_load(line), f"line {number}")


def _load(line: bytes) -> dict[str, Any]:
    try:
        record = load_json(line)
    except DocumentRefusedError as error:
        raise DocumentRefusedError("it is not a JSON object on one line") from error
    if not isinstance(record, dict):
        raise DocumentRefusedError("it is not a JSON object on one line")
    return record


FORMAT = JsonLinesFormat()
