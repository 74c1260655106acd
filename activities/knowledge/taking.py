"""A part of a file, step by step: staged, embedded, indexed, published; each step may be repeated or run elsewhere.

What a step needs of the one before is kept in memory, so the next one is quick where it runs in the same process. In
another process, or after a crash, it is made again: a version staged twice is the same version, and vectors are kept
on disk.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from activities import metrics
from activities.knowledge.chunks import CHUNKS_AT_ONCE, ChunkWriter, PlacedChunk, place_chunks
from activities.knowledge.classification import Judge
from activities.knowledge.limited_parsing import LimitedParsing
from activities.knowledge.names import named_one_by_one
from activities.knowledge.outcomes import report_of, settled
from activities.knowledge.parts import Part, Portion, StagedPart
from activities.knowledge.preparation import prepare
from activities.knowledge.reports import IngestionReport, IngestionRequest, RefusedDocument
from activities.knowledge.rules import NO_LIMITS
from activities.knowledge.split import ChunkSizes
from activities.knowledge.uploads import Uploads
from activities.records.database import Database
from activities.records.document_access import DocumentAccess
from activities.records.documents import Documents
from activities.records.file_names import FileNames
from activities.records.staging import Staged
from activities.records.twins import Twins

KEPT_BYTES = 48 * 1024 * 1024
"""Documents between two of their steps that are kept in memory, by the size of their files."""
UPLOADER = "upload"
"""Who has changed the rights of a document, when nobody is known to have sent it."""
UNKNOWN_RULE = "?"
"""No key of an access rule: where a document stands in the index has to be looked up."""
Key = tuple[str, int, int]
Matrix = NDArray[np.float32]


@dataclass
class _Open:
    """A part between two steps."""

    staged: list[Staged]
    refused: list[RefusedDocument]
    placed: list[PlacedChunk]
    size_bytes: int
    vectors: dict[int, Matrix] = field(default_factory=dict)
    """By the start of their portion."""
    rules: dict[str, str] = field(default_factory=dict)
    """Under which access rule each document is in the index, where this process put it there."""


class PartTaking:
    """The steps of a part; each raises ``DatabaseUnavailableError`` or ``KnowledgeUnavailableError``: worth a retry."""

    def __init__(
        self,
        uploads: Uploads,
        database: Database,
        chunks: ChunkWriter,
        sizes: ChunkSizes,
        judge: Judge | None,
        parsing: LimitedParsing | None = None,
    ) -> None:
        """Read files from ``uploads``; write to ``database`` and by ``chunks``; ``judge`` guesses classes.

        What may take long to read is read by ``parsing``; without one it is read here, for as long as it takes.
        """
        self._parsing = parsing
        self._judge = judge
        self._twins = Twins(database)
        self._sizes = sizes
        self._uploads = uploads
        self._documents = Documents(database)
        self._access = DocumentAccess(database)
        self._names = FileNames(database)
        self._chunks = chunks
        self._kept: OrderedDict[Key, _Open] = OrderedDict()

    async def stage(self, request: IngestionRequest, part: Part) -> StagedPart:
        """Parse, split and classify the documents, and write them beside those that answer."""
        found = await self._stage(request, part)
        return StagedPart(chunks=len(found.placed))

    async def embed(self, request: IngestionRequest, part: Part, portion: Portion) -> None:
        """Compute the vectors of some chunks, for ``index``."""
        found = await self._open(request, part)
        found.vectors[portion.start] = await self._vectors(found, portion)

    async def index(self, request: IngestionRequest, part: Part, portion: Portion) -> None:
        """Put some chunks into the index, where nobody finds them before they are published."""
        found = await self._open(request, part)
        vectors = found.vectors.get(portion.start)
        if vectors is None:
            vectors = await self._vectors(found, portion)
        for start in range(portion.start, portion.end, CHUNKS_AT_ONCE):
            end = min(start + CHUNKS_AT_ONCE, portion.end)
            part_of = vectors[start - portion.start : end - portion.start]
            found.rules |= await self._chunks.put(found.placed[start:end], part_of)
        found.vectors.pop(portion.start, None)

    async def publish(self, request: IngestionRequest, part: Part) -> IngestionReport:
        """Let the documents answer, each in one step, and remove what they replace; return what became of them."""
        found = await self._open(request, part)
        with metrics.ingestion_step("publish"):
            outcomes = await self._publish(found.staged)
            await self._follow(outcomes, found.rules, limited=request.limits != NO_LIMITS)
            await self._chunks.clean([item.new.document_id for item in outcomes])
            for item in outcomes:
                if item.outcome == "superseded":
                    await self._chunks.forget(item)
        self._kept.pop(_key(request, part), None)
        near = await self._twins.near([item.new.document_id for item in outcomes if item.outcome == "published"])
        report = report_of(outcomes, found.refused, near)
        report.chunks = sum(item.chunks for item in report.taken)
        return report

    async def withdraw(self, request: IngestionRequest, part: Part) -> None:
        """Take back what was staged of a part that will not be published."""
        found = await self._open(request, part)
        await self._chunks.withdraw([item.new.document_id for item in found.staged], request.requested_at)
        self._kept.pop(_key(request, part), None)

    async def take(self, request: IngestionRequest, part: Part, portions: Sequence[Portion]) -> IngestionReport:
        """Do all steps of a staged part after another."""
        for portion in portions:
            await self.embed(request, part, portion)
            await self.index(request, part, portion)
        return await self.publish(request, part)

    async def _follow(self, outcomes: Sequence[Staged], rules: dict[str, str], *, limited: bool) -> None:
        """Move documents whose access rule changed meanwhile, and any that another process put into the index.

        An upload that is ``limited`` gives a rule to documents too that answer already as they are.
        """
        kinds = {"published", "unchanged"} if limited else {"published"}
        placed = [item.new.document_id for item in outcomes if item.outcome in kinds]
        await self._chunks.follow({name: rules.get(name, UNKNOWN_RULE) for name in placed})

    async def _open(self, request: IngestionRequest, part: Part) -> _Open:
        kept = self._kept.get(_key(request, part))
        return kept or await self._stage(request, part)

    async def _stage(self, request: IngestionRequest, part: Part) -> _Open:
        found, entries = await self._uploads.open(request)
        chosen = entries[part.start : part.start + part.count]
        if self._parsing and self._parsing.is_wanted(chosen):
            data = await self._uploads.fetch(request)
            with metrics.ingestion_step("parse"):
                chosen = await asyncio.to_thread(self._parsing.read, request.filename, data, part.start, chosen)
        prepared = await asyncio.to_thread(prepare, request, found, chosen, self._sizes, self._judge)
        if request.sender:
            sources = [version.source for version in prepared.versions]
            held = await self._names.holders(sources, request.requested_at)
            prepared = named_one_by_one(prepared, request.sender, request.department, held)
        if request.limits != NO_LIMITS:  # before there is a document: it is never readable by others
            names = list(dict.fromkeys(version.document_id for version in prepared.versions))
            await self._access.limit(names, request.limits, request.created_by or UPLOADER, request.requested_at)
        staged = await self._documents.stage(prepared.versions)
        todo = [item for item in staged if item.outcome == "staged"]
        opened = _Open(staged, prepared.refused, place_chunks(todo), sum(len(entry.data) for entry in chosen))
        self._keep(_key(request, part), opened)
        return opened

    def _keep(self, key: Key, opened: _Open) -> None:
        self._kept[key] = opened
        while len(self._kept) > 1 and sum(each.size_bytes for each in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)

    async def _vectors(self, found: _Open, portion: Portion) -> Matrix:
        chunks = [chunk for *_, chunk in found.placed[portion.start : portion.end]]
        return await self._chunks.embed(chunks)

    async def _publish(self, staged: Sequence[Staged]) -> list[Staged]:
        todo = [item for item in staged if item.outcome == "staged"]
        done = iter(await self._documents.publish(todo))
        return [settled(item, next(done)) if item.outcome == "staged" else item for item in staged]


def _key(request: IngestionRequest, part: Part) -> Key:
    return request.ingestion_id, part.start, part.count
