"""From a document to passages: structure first, then size.

A passage stays in one section. Lists and tables are cut between their items only, paragraphs between sentences; the
order of preference follows recursive splitting as in LangChain's text splitters, on blocks instead of characters.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from activities.knowledge.formats.document import Block, ParsedDocument, Span
from activities.knowledge.tokens import TokenRuler

TARGET_TOKENS = 200
"""The embedding model sees 256 tokens, and title and headings need some of them; the estimate is 9 % high on support
articles, so that these are about 180."""
OVERLAP_TOKENS = 40
"""A sentence up to this long is repeated where a paragraph is cut."""
SENTENCE_END = re.compile(r"(?<=[.!?。！？])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[^\W_a-z])|\n|(?<=[。！？])")

PassageKind = Literal["text", "steps", "table"]


@dataclass(frozen=True)
class ChunkSizes:
    """How large passages become, in estimated tokens: what fills one, and the longest sentence that is repeated."""

    target: int = TARGET_TOKENS
    overlap: int = OVERLAP_TOKENS


DEFAULT_SIZES = ChunkSizes()


@dataclass(frozen=True)
class TextChunk:
    """A passage of a document: ``text`` equals ``document.text[start:end]``."""

    text: str
    start: int
    end: int
    kind: PassageKind
    heading: tuple[str, ...]
    page: int | None


@dataclass(frozen=True)
class _Part:
    """A block or a piece of one."""

    start: int
    end: int
    block: Block


def split_document(document: ParsedDocument, sizes: ChunkSizes = DEFAULT_SIZES) -> list[TextChunk]:
    """Return the passages in order; together they cover all text of all blocks but headings, which they carry."""
    ruler = TokenRuler(document.text)
    blocks = [block for block in document.blocks if block.kind != "heading"]
    chunks = []
    for _, section in groupby(blocks, key=lambda block: block.heading):
        packer = _Packer(document.text, ruler, sizes)
        for block in section:
            packer.add(block)
        chunks.extend(packer.finish())
    return chunks


class _Packer:
    """Fills passages with the blocks of one section."""

    def __init__(self, text: str, ruler: TokenRuler, sizes: ChunkSizes) -> None:
        self._sizes = sizes
        self._text = text
        self._ruler = ruler
        self._open: list[_Part] = []
        self._done: list[TextChunk] = []

    def add(self, block: Block) -> None:
        whole = _Part(block.start, block.end, block)
        if self._fits(self._open, whole):
            self._open.append(whole)
        elif self._fits([], whole):
            lead = self._take_lead(whole)
            self._close()
            self._open = [*lead, whole]
        else:
            self._add_pieces(block)

    def finish(self) -> list[TextChunk]:
        self._close()
        return self._done

    def _add_pieces(self, block: Block) -> None:
        for start, end in self._pieces(block):
            part = _Part(start, end, block)
            if not self._fits(self._open, part):
                overlap = self._overlap(part)
                self._close()
                self._open = overlap
            self._open.append(part)

    def _pieces(self, block: Block) -> Iterator[Span]:
        for span in block.units or [(block.start, block.end)]:
            yield from [span] if self._measure(*span) <= self._sizes.target else self._sentences(*span)

    def _sentences(self, start: int, end: int) -> Iterator[Span]:
        cuts = [found.end() for found in SENTENCE_END.finditer(self._text, start, end) if found.end() > start]
        for first, last in zip([start, *cuts], [*cuts, end], strict=True):
            yield from self._words(first, last)

    def _words(self, start: int, end: int) -> Iterator[Span]:
        while self._measure(start, end) > self._sizes.target:
            reached = self._ruler.reach(start, self._sizes.target)
            space = max(self._text.rfind(" ", start + 1, reached), self._text.rfind("\n", start + 1, reached))
            cut = space if space > start and self._measure(start, space) else reached
            yield start, cut
            start = cut
        yield start, end

    def _take_lead(self, whole: _Part) -> list[_Part]:
        """Take the sentence that introduces a list or table (it ends with a colon) out of the open passage."""
        if len(self._open) < 2 or not whole.block.units or not self._text[: self._open[-1].end].endswith(":"):
            return []
        return [self._open.pop()] if self._fits(self._open[-1:], whole) else []

    def _overlap(self, part: _Part) -> list[_Part]:
        """Return the sentence before ``part`` when both are of one paragraph and there is room for both."""
        if not self._open or part.block.units or self._open[-1].block is not part.block:
            return []
        last = self._open[-1]
        short = self._measure(last.start, last.end) <= self._sizes.overlap
        return [last] if short and len(self._open) > 1 and self._fits([last], part) else []

    def _fits(self, parts: Sequence[_Part], part: _Part) -> bool:
        start = parts[0].start if parts else part.start
        return self._measure(start, part.end) <= self._sizes.target

    def _measure(self, start: int, end: int) -> int:
        return self._ruler.measure(start, end)

    def _close(self) -> None:
        if not self._open:
            return
        first, last = self._open[0], self._open[-1]
        text = self._text[first.start : last.end]
        start = first.start + len(text) - len(text.lstrip())
        end = start + len(text.strip())
        if end > start:
            kinds = {part.block.kind for part in self._open}
            kind: PassageKind = "steps" if "steps" in kinds else "table" if "table" in kinds else "text"
            block = first.block
            self._done.append(TextChunk(self._text[start:end], start, end, kind, block.heading, block.page))
        self._open = []
