"""JSON lines: many documents in one file, plain or compressed with gzip."""

import gzip
import io
import json
import re
import zlib
from dataclasses import replace
from functools import partial
from typing import Any

from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.encoding import clean_line, decode
from activities.knowledge.formats.markdown import department_of, level_of, parse_markdown
from activities.knowledge.formats.plain import parse_plain

GZIP = b"\x1f\x8b"
MAX_INFLATED_BYTES = 256 * 1024 * 1024
MAX_RATIO = 200
"""Text compresses 3 to 20 times; gzip can do 1,030 times, which only a bomb does."""
NAME_CHARACTERS = 300
MARKDOWN = re.compile(r"^#{1,6} |^ {0,3}(?:```|~~~)|^\|.*\|[ \t]*$|\[[^\]\n]+\]\([^)\n]+\)|\*\*\S", re.M)


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
        if data.startswith(GZIP):
            return True
        try:
            return bool(_text_of(_load(data.lstrip().split(b"\n", 1)[0])))
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
    if not data.startswith(GZIP):
        return data
    limit = min(MAX_INFLATED_BYTES, max(len(data) * MAX_RATIO, 1_000_000))
    try:
        with gzip.open(io.BytesIO(data)) as archive:
            inflated = archive.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DocumentRefusedError(f"the gzip archive is damaged: {error}") from error
    if len(inflated) > limit:
        raise DocumentRefusedError(f"the gzip archive inflates to more than {limit:,} bytes")
    return inflated


def _parse(line: bytes, number: int) -> ParsedDocument:
    record = _load(line)
    name = clean_line(str(record.get("_id") or record.get("id") or f"line {number}"))
    if len(name) > NAME_CHARACTERS:
        raise DocumentRefusedError(f"its _id is longer than {NAME_CHARACTERS} characters")
    text = _text_of(record)
    parse = parse_markdown if "body" in record or MARKDOWN.search(text) else parse_plain
    language = str(record.get("language") or record.get("lang") or "")
    parsed = parse(text, name, title=str(record.get("title") or ""), language=language)
    return replace(
        parsed,
        name=name,
        department=department_of(record.get("department")) or parsed.department,
        classification=level_of(record.get("classification")) or parsed.classification,
    )


def _load(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(decode(line))
    except (ValueError, RecursionError) as error:
        raise DocumentRefusedError("it is not a JSON object on one line") from error
    if not isinstance(record, dict):
        raise DocumentRefusedError("it is not a JSON object on one line")
    return record


def _text_of(record: dict[str, Any]) -> str:
    text = record.get("body") or record.get("text")
    if not isinstance(text, str):
        raise DocumentRefusedError("it has neither 'body' nor 'text'")
    return text


FORMAT = JsonLinesFormat()
