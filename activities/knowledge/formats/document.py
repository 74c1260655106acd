"""What a parser makes of a file: one clean text, and blocks that point into it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from activities.ports import Level

BlockKind = Literal["text", "steps", "table", "heading"]
Span = tuple[int, int]


class DocumentRefusedError(Exception):
    """A file or one of its documents cannot be taken; the message is one line for the person who sent it."""


@dataclass(frozen=True)
class Block:
    """A piece of ``ParsedDocument.text[start:end]`` in one section; offsets are characters."""

    kind: BlockKind
    start: int
    end: int
    heading: tuple[str, ...] = ()
    """The headings above it, outermost first, without the document's title."""
    units: tuple[Span, ...] = ()
    """Steps, bullets, table rows or lines of code: pieces that are not cut; empty for a paragraph."""
    page: int | None = None
    """Page of a PDF or slide of a presentation, from 1."""


@dataclass(frozen=True)
class ParsedDocument:
    """A document ready to be split. Blocks are in order and do not overlap; between them is white space only."""

    title: str
    text: str
    blocks: tuple[Block, ...]
    language: str
    name: str = ""
    """Which document of its file this is; empty when the file is one document."""
    department: str | None = None
    classification: Level | None = None
    """What the document says about itself; it may raise what the sender set, never lower it."""
    margins: str = ""
    """Heads and feet of its pages, each line once: no text of the document, but often where its marking stands."""
    notes: tuple[str, ...] = ()
    """What was left out and why, each a line for the report: scanned pages, hidden text, hidden sheets."""


@dataclass(frozen=True)
class Entry:
    """One document of a file, not parsed yet."""

    label: str
    """How to name it in a report before it is parsed, e.g. ``line 17``; empty when the file is one document."""
    data: bytes
    """The document's own bytes."""
    read: Callable[[], ParsedDocument]
    """Parses it. Raises ``DocumentRefusedError``."""


class Format(Protocol):
    """A file type. One module of this package each, with an instance named ``FORMAT``."""

    name: str
    """As people call it, e.g. ``Markdown``."""
    media_type: str
    suffixes: tuple[str, ...]
    """Lower case, with the dot."""
    binary: bool
    """Whether the type is known by its content; a text type is known by its name."""

    def matches(self, data: bytes) -> bool:
        """Tell whether the content carries this type's own mark."""
        ...

    def check(self, data: bytes) -> None:
        """Look for damage and bombs before anything is parsed. Raises ``DocumentRefusedError``."""
        ...

    def entries(self, data: bytes, filename: str) -> list[Entry]:
        """List the documents of the file in order. Raises ``DocumentRefusedError``."""
        ...
