"""JSON: a list of documents, or data shown as sections, rows and lists."""

import json
from functools import partial
from typing import Any

from activities.knowledge.formats import jsonl
from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.records import load_json, parse_record, text_of

MAX_DEPTH = 50
Scalar = str | int | float | bool | None


class JsonFormat:
    """JSON files. Objects with ``body`` or ``text`` in a list are documents of their own, as in JSON lines."""

    name = "JSON"
    media_type = "application/json"
    suffixes = (".json",)
    binary = False

    def matches(self, data: bytes) -> bool:
        """Text may begin with a bracket, too: JSON is known by its name."""
        return False

    def check(self, data: bytes) -> None:
        """Refuse what is not JSON or nests too deep for its parser."""
        if not _is_lines(data):
            load_json(data)

    def entries(self, data: bytes, filename: str) -> list[Entry]:
        """List the documents when it is a list of them, or an object with such a list; else the file is one."""
        if _is_lines(data):
            return jsonl.FORMAT.entries(data, filename)
        value = load_json(data)
        if not (records := _documents(value)):
            return [Entry("", data, lambda: parse_json(value, filename))]
        return [
            Entry(f"item {number}", json.dumps(record).encode(), partial(_parse, record, f"item {number}"))
            for number, record in enumerate(records, 1)
        ]


def parse_json(value: Any, filename: str) -> ParsedDocument:
    """Show data as a document. Raises ``DocumentRefusedError`` when there is nothing in it."""
    builder = DocumentBuilder()
    _add(builder, value, 1)
    title = value.get("title") if isinstance(value, dict) else ""
    return builder.build(filename, title=title if isinstance(title, str) else "")


def _is_lines(data: bytes) -> bool:
    """Tell JSON lines under the name of JSON: a document alone on the first line, and more after it."""
    return b"\n" in data.strip() and jsonl.FORMAT.matches(data)


def _documents(value: Any) -> list[Any]:
    lists = [value] if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    found = [each for each in lists if isinstance(each, list) and any(map(text_of, each))]
    return max(found, key=len, default=[])


def _parse(record: Any, label: str) -> ParsedDocument:
    if not isinstance(record, dict):
        raise DocumentRefusedError("it is not a JSON object")
    return parse_record(record, label)


def _add(builder: DocumentBuilder, value: Any, level: int) -> None:
    if level > MAX_DEPTH:
        raise DocumentRefusedError(f"its JSON nests deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        _add_object(builder, value, level)
    elif isinstance(value, list):
        _add_list(builder, value, level)
    else:
        builder.paragraph(_shown(value))


def _add_object(builder: DocumentBuilder, value: dict[str, Any], level: int) -> None:
    plain = {name: item for name, item in value.items() if not isinstance(item, dict | list)}
    if plain:
        builder.table(list(plain), [[_shown(item) for item in plain.values()]])
    for name, item in value.items():
        if name not in plain and item:
            builder.heading(level, name)
            _add(builder, item, level + 1)


def _add_list(builder: DocumentBuilder, items: list[Any], level: int) -> None:
    if all(not isinstance(item, dict | list) for item in items):
        builder.bullets(map(_shown, items))
    elif all(isinstance(item, dict) and _is_row(item) for item in items):
        names = list(dict.fromkeys(name for item in items for name in item))
        builder.table(names, [[_shown(item.get(name)) for name in names] for item in items])
    else:
        for item in items:
            _add(builder, item, level + 1)


def _is_row(item: dict[str, Any]) -> bool:
    return not any(isinstance(value, dict | list) for value in item.values())


def _shown(value: Scalar) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
    return str(value)


FORMAT = JsonFormat()
