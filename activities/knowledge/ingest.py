"""Taking documents in and removing them: what the workflows' activities and the offline command both call.

A version is staged in records, put into the index, published by one SQL update, and then what it replaces leaves the
index. A run that is killed anywhere is simply run again: ids are derived, writes repeat without harm, and what a
half-done run left behind is found in records. Search answers from published versions only.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from activities.knowledge.chunks import ChunkWriter, WritableIndex
from activities.knowledge.classification import Judge
from activities.knowledge.deletion import Deletion, DocumentCache
from activities.knowledge.embedding_cache import CachingEmbedder
from activities.knowledge.kept_vectors import KeptVectors
from activities.knowledge.limited_parsing import LimitedParsing
from activities.knowledge.parts import Part, Plan, plan_parts, portions_of
from activities.knowledge.reports import DeletionProof, IngestionReport, IngestionRequest, refusal
from activities.knowledge.rules import NO_LIMITS, Limits
from activities.knowledge.split import DEFAULT_SIZES, ChunkSizes
from activities.knowledge.taking import PartTaking
from activities.knowledge.uploads import UploadMissingError, Uploads
from activities.knowledge.validate import DocumentRefusedError, check_name
from activities.ports import Embedder, Level, Principal
from activities.records.database import Database, utc_now
from activities.records.documents import Documents
from activities.records.ingestions import Ingestions
from activities.records.kept_answers import KeptAnswers

__all__ = ["KnowledgeWriter", "UploadMissingError"]

MAX_BYTES = 25 * 1024 * 1024


class KnowledgeWriter:
    """Takes documents into records and index, and removes them."""

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        index: WritableIndex,
        *,
        max_bytes: int = MAX_BYTES,
        sizes: ChunkSizes = DEFAULT_SIZES,
        judge: Judge | None = None,
        parts_at_once: int = 2,
        queue: str = "",
        caches: Sequence[DocumentCache] = (),
        parsing: LimitedParsing | None = None,
    ) -> None:
        """Write to these; ``max_bytes`` bounds a file, ``sizes`` its passages; ``judge`` guesses classes.

        ``caches`` are further ones that a deletion empties; ``parsing`` reads what may take long.

        ``parts_at_once`` and ``queue`` go into the requests of ``accept``: how the workflow takes the file in.
        """
        self._documents = Documents(database)
        self._ingestions = Ingestions(database)
        self._index = index
        self._chunks = ChunkWriter(database, embedder, index)
        self._uploads = Uploads(self._ingestions, max_bytes)
        self.parts = PartTaking(self._uploads, database, self._chunks, sizes, judge, parsing)
        kept = [KeptVectors(database, embedder.cache)] if isinstance(embedder, CachingEmbedder) else []
        self.deletion = Deletion(database, self._chunks, index, [KeptAnswers(database), *kept, *caches])
        self._max_bytes = max_bytes
        self._parts_at_once = parts_at_once
        self._queue = queue

    async def accept(
        self,
        filename: str,
        data: bytes,
        *,
        title: str = "",
        department: str = "",
        classification: Level = "public",
        limits: Limits = NO_LIMITS,
        created_by: str | None = None,
        sender: Principal | None = None,
        department_stands: bool = False,
        ingestion_id: str = "",
    ) -> IngestionRequest:
        """Keep an upload and write its ingestion as running; return what to start the workflow with.

        By the rights of ``sender`` its documents get their names; without one all are the company's.

        Raises ``DocumentRefusedError`` for a bad name, an empty or too large file: the rest is found out later.
        """
        check_name(filename)
        if not data or len(data) > self._max_bytes:
            raise DocumentRefusedError(f"the file has {len(data):,} bytes; 1 to {self._max_bytes:,} are taken")
        at, name = utc_now(), ingestion_id or uuid4().hex
        digest = await self._ingestions.start(name, filename, data, created_by=created_by, at=at)
        return IngestionRequest(
            ingestion_id=name,
            blob_sha256=digest,
            filename=filename,
            title=title,
            department=department,
            classification=classification,
            limits=limits,
            created_by=created_by,
            sender=sender,
            department_stands=department_stands,
            requested_at=at,
            parts_at_once=self._parts_at_once,
            queue=self._queue,
        )

    async def plan(self, request: IngestionRequest, first: int = 0) -> Plan:
        """Validate the file and say what is in it, from document ``first`` on. Raises ``DocumentRefusedError``."""
        entries = await self._uploads.check(request)
        return plan_parts([len(entry.data) for entry in entries], first)

    async def take(self, request: IngestionRequest, start: int, count: int) -> IngestionReport:
        """Take documents ``start`` to ``start + count`` of the file. Raises ``KnowledgeUnavailableError``."""
        part = Part(start=start, count=count)
        staged = await self.parts.stage(request, part)
        return await self.parts.take(request, part, portions_of(staged.chunks))

    async def finish(self, request: IngestionRequest, report: IngestionReport) -> None:
        """Write how the ingestion ended."""
        self._uploads.close(request)
        await self._ingestions.finish(request.ingestion_id, report.status, report.model_dump(mode="json"))

    async def ingest(self, request: IngestionRequest) -> IngestionReport:
        """Do the whole of an accepted ingestion here and now; the report is in records too."""
        report = IngestionReport()
        try:
            first: int | None = 0
            while first is not None:
                plan = await self.plan(request, first)
                await self._take_side_by_side(request, iter(plan.parts), report)
                first = plan.next_start
        except DocumentRefusedError as error:
            report.add(refusal(request.filename, str(error)))
        await self.finish(request, report)
        return report

    async def delete(self, document_id: str, requested_at: datetime) -> DeletionProof:
        """Remove a document everywhere and prove it by queries. Raises what the steps of ``Deletion`` raise."""
        return await self.deletion.run(document_id, requested_at)

    async def place(self, document_id: str) -> int:
        """Move a document in the index to where its rights say; return its passages. Worth a retry when it fails."""
        return await self._chunks.place(document_id)

    async def _take_side_by_side(
        self, request: IngestionRequest, parts: Iterator[Part], report: IngestionReport
    ) -> None:
        """Embed one part while others are parsed and written."""

        async def take() -> None:
            for part in parts:
                report.add(await self.take(request, part.start, part.count))

        lanes = [asyncio.ensure_future(take()) for _ in range(self._parts_at_once)]
        try:
            await asyncio.gather(*lanes)
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)
