"""A file in parts: a document of real size is one, tiny ones share one; each part is taken in by a workflow of its own.

Reckoned for articles of about 5 kB on two cores: a workflow with its four activities costs some 60 ms of processor
time, a commit of full text and a request to Chroma as much again, whatever is in them; embedding such an article 130.
One workflow for each of them would spend half of the machine on itself; together they are a small part of the work.
"""

from collections.abc import Sequence

from pydantic import BaseModel

from activities.knowledge.reports import IngestionReport

ALONE_BYTES = 32 * 1024
"""A document of this size has a workflow of its own: about ten pages."""
TOGETHER_BYTES = 128 * 1024
TOGETHER_DOCUMENTS = 64
PARTS = 500
"""A file of more parts than this gets larger ones: it is opened once for each."""
PARTS_AT_ONCE = 200
"""Parts in one answer, and in one run of the ingestion's workflow: bounds its history."""
PORTION_CHUNKS = 512
PORTIONS = 64
"""A document of more portions than this gets larger ones: an activity is three events of history."""


class Part(BaseModel):
    """Documents ``start`` to ``start + count`` of a file, counted from 0, and their size."""

    start: int
    count: int
    size_bytes: int = 0

    def halves(self) -> list["Part"]:
        """Return the first and the second half of the documents; their sizes are not known."""
        first = self.count // 2
        return [Part(start=self.start, count=first), Part(start=self.start + first, count=self.count - first)]


class Plan(BaseModel):
    """What is in a file: the parts from the one that was asked for on, and the document that the next plan begins with.

    ``size_bytes`` is that of all documents of the file.
    """

    total: int
    size_bytes: int
    parts: list[Part]
    next_start: int | None = None


class StagedPart(BaseModel):
    """A part whose documents are in records, not published yet; ``chunks`` are to be embedded and indexed."""

    chunks: int = 0


class Portion(BaseModel):
    """Chunks ``start`` to ``end`` of a part, counted from 0."""

    start: int
    end: int


class PartReport(BaseModel):
    """What became of a part."""

    report: IngestionReport = IngestionReport()
    size_bytes: int = 0
    cancelled: bool = False
    spoilt: bool = False
    """Something failed that patience does not help: perhaps one of its documents, and the others are well."""


def plan_parts(sizes: Sequence[int], first: int = 0) -> Plan:
    """Return the parts of a file whose documents have these sizes in bytes, at most ``PARTS_AT_ONCE``, from ``first``.

    ``first`` is the start of a part: plans of the same file agree.
    """
    whole = sum(sizes)
    alone, together = max(ALONE_BYTES, whole // PARTS), max(TOGETHER_BYTES, whole // PARTS)
    limit = max(TOGETHER_DOCUMENTS, len(sizes) // PARTS)
    parts: list[Part] = []
    open_part: Part | None = None
    for number in range(first, len(sizes)):
        size = sizes[number]
        fits = open_part and size < alone and open_part.count < limit and open_part.size_bytes + size <= together
        if open_part and fits:
            open_part.count += 1
            open_part.size_bytes += size
            continue
        if len(parts) == PARTS_AT_ONCE:
            return Plan(total=len(sizes), size_bytes=whole, parts=parts, next_start=number)
        parts.append(Part(start=number, count=1, size_bytes=size))
        open_part = parts[-1] if size < alone else None
    return Plan(total=len(sizes), size_bytes=whole, parts=parts)


def portions_of(chunks: int) -> list[Portion]:
    """Return the portions of a part of so many chunks."""
    size = max(PORTION_CHUNKS, -(-chunks // PORTIONS))
    return [Portion(start=start, end=min(start + size, chunks)) for start in range(0, chunks, size)]
