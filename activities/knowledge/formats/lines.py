"""Structure in plain lines: lists, underlined headings, wrapped paragraphs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from activities.knowledge.formats.builder import DocumentBuilder

NUMBERED = re.compile(r"^\s{0,8}(\d{1,3})[.)]\s+(?=\S)")
BULLET = re.compile(r"^\s{0,8}[-*•‣▪●–·]\s+(?=\S)")
UNDERLINE = re.compile(r"^(={3,}|-{3,}|~{3,})\s*$")
HYPHENATED = re.compile(r"[a-z]-$")
WRAP_CHARACTERS = 50
"""A line at least this long goes on in the next one; a shorter one ended where its author ended it."""
HEADING_CHARACTERS = 80


class Item:
    """A paragraph or list item while its lines come: kept in pieces, so that a long one costs what its lines cost."""

    def __init__(self, line: str) -> None:
        self._pieces = [line]
        self._width = len(line)
        """Of its last line, in characters."""

    def __str__(self) -> str:
        return "".join(self._pieces)

    def add(self, line: str) -> None:
        """Join a further line; ``-`` between letters at the end of the one before is a hyphenated word."""
        if HYPHENATED.search(self._pieces[-1][-2:]) and line.lstrip()[:1].islower():
            self._pieces[-1] = self._pieces[-1][:-1]
            self._put(line.lstrip(), self._width - 1)
        elif self._width >= WRAP_CHARACTERS:
            self._put(f" {line.strip()}", self._width)
        else:
            self._put(f"\n{line}", -1)

    def _put(self, piece: str, width: int) -> None:
        self._pieces.append(piece)
        self._width = width + len(piece)


@dataclass
class LineReader:
    """Reads lines one by one and writes what they make to ``builder``; call ``end`` after the last."""

    builder: DocumentBuilder
    _kind: Literal["", "text", "steps", "bullets"] = ""
    _items: list["Item"] = field(default_factory=list)
    _start: int = 1
    _gap: bool = False

    def read(self, line: str) -> None:
        """Take the next line; an empty one ends a paragraph, but not a list."""
        if not line.strip():
            self.pause()
        elif UNDERLINE.match(line) and self._kind == "text" and len(self._items) == 1:
            self._underlined(1 if line.startswith("=") else 2)
        elif UNDERLINE.match(line):
            self.end()
        elif found := NUMBERED.match(line):
            self._numbered(int(found.group(1)), line[found.end() :])
        elif found := BULLET.match(line):
            self._open("bullets")
            self._items.append(Item(line[found.end() :]))
        else:
            self._running(line)

    def pause(self) -> None:
        """Mark a gap: what follows is a new paragraph, or the next item of the same list."""
        if self._kind == "text":
            self.end()
        self._gap = True

    def end(self) -> None:
        """Write what is open."""
        match self._kind:
            case "text":
                self.builder.paragraph("\n".join(map(str, self._items)))
            case "steps":
                self.builder.steps(map(str, self._items), self._start)
            case "bullets":
                self.builder.bullets(map(str, self._items))
        self._kind, self._items, self._gap = "", [], False

    def _open(self, kind: Literal["text", "steps", "bullets"]) -> None:
        if self._kind != kind:
            self.end()
            self._kind = kind
        self._gap = False

    def _numbered(self, number: int, text: str) -> None:
        if self._kind != "steps" or number != self._start + len(self._items):
            self.end()
            self._open("steps")
            self._start = number
        self._gap = False
        self._items.append(Item(text))

    def _running(self, line: str) -> None:
        if self._kind in {"steps", "bullets"} and (not self._gap or line.startswith("  ")):
            self._items[-1].add(line)
        else:
            self._open("text")
            if self._items:
                self._items[-1].add(line)
            else:
                self._items.append(Item(line))
        self._gap = False

    def _underlined(self, level: int) -> None:
        title = str(self._items[0])
        self._kind, self._items = "", []
        if "\n" in title or len(title) > HEADING_CHARACTERS:
            self.builder.paragraph(title)
        else:
            self.builder.heading(level, title)


def add_lines(builder: DocumentBuilder, lines: Iterable[str]) -> None:
    """Add plain ``lines`` to ``builder`` with the structure they show."""
    reader = LineReader(builder)
    for line in lines:
        reader.read(line)
    reader.end()
