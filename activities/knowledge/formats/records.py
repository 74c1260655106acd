"""JSON objects that are documents: a text with its title, language and rights."""

import json
import re
from dataclasses import replace
from typing import Any

from activities.knowledge.formats.document import DocumentRefusedError, ParsedDocument
from activities.knowledge.formats.encoding import clean_line, decode
from activities.knowledge.formats.markdown import department_of, level_of, parse_markdown
from activities.knowledge.formats.plain import parse_plain

NAME_CHARACTERS = 300
MARKDOWN = re.compile(r"^#{1,6} |^ {0,3}(?:```|~~~)|^\|.*\|[ \t]*$|\[[^\]\n]+\]\([^)\n]+\)|\*\*\S", re.M)


def load_json(data: bytes) -> Any:
    """Return what ``data`` holds. Raises ``DocumentRefusedError`` when it is not JSON, or nests too deep."""
    try:
        return json.loads(decode(data))
    except RecursionError as error:
        raise DocumentRefusedError("its JSON nests too deep") from error
    except ValueError as error:
        raise DocumentRefusedError("it is not JSON") from error


def text_of(record: object) -> str:
    """Return the text of a document; empty when ``record`` is none."""
    text = (record.get("body") or record.get("text")) if isinstance(record, dict) else None
    return text if isinstance(text, str) else ""


def parse_record(record: dict[str, Any], label: str) -> ParsedDocument:
    """Parse one document, named by its ``_id`` or ``id``, else by ``label``. Raises ``DocumentRefusedError``."""
    name = clean_line(str(record.get("_id") or record.get("id") or label))
    if len(name) > NAME_CHARACTERS:
        raise DocumentRefusedError(f"its _id is longer than {NAME_CHARACTERS} characters")
    text = text_of(record)
    if not text:
        raise DocumentRefusedError("it has neither 'body' nor 'text'")
    parse = parse_markdown if "body" in record or MARKDOWN.search(text) else parse_plain
    language = str(record.get("language") or record.get("lang") or "")
    parsed = parse(text, name, title=str(record.get("title") or ""), language=language)
    return replace(
        parsed,
        name=name,
        department=department_of(record.get("department")) or parsed.department,
        classification=level_of(record.get("classification")) or parsed.classification,
    )
