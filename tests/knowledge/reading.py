"""Parse a file the way an upload goes, and look at what came of it."""

from activities.knowledge.formats.document import ParsedDocument
from activities.knowledge.validate import check_file

LIMIT = 25_000_000


def parse(filename: str, data: bytes) -> ParsedDocument:
    (only,) = parse_all(filename, data)
    return only


def parse_all(filename: str, data: bytes) -> list[ParsedDocument]:
    return [entry.read() for entry in check_file(filename, data, LIMIT).entries(data, filename)]


def shown(document: ParsedDocument, kind: str) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind == kind]
