"""Taking documents in and removing them: what the workflows' activities and the offline command both call.

A version is staged in records, put into the index, published by one SQL update, and then what it replaces leaves the
index. A run that is killed anywhere is simply run again: ids are derived, writes repeat without harm, and what a
half-done run left behind is found in records. Search answers from published versions only.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from activities.knowledge.chunks import ChunkWriter, WritableIndex
from activities.knowledge.classification import Judge
from activities.knowledge.deletion import Deletion
from activities.knowledge.formats.document import Entry, Format
from activities.knowledge.outcomes import report_of, settled
from activities.knowledge.preparation import prepare
from activities.knowledge.reports import (
    DeletionProof,
    IngestionReport,
    IngestionRequest,
    refusal,
)
from activities.knowledge.split import DEFAULT_SIZES, ChunkSizes
from activities.knowledge.validate import DocumentRefusedError, check_file, check_name, find_format
from activities.ports import Embedder, Level
from activities.records.database import Database, utc_now
from activities.records.documents import Documents
from activities.records.ingestions import Ingestions
from activities.records.kept_answers import KeptAnswers
from activities.records.staging import Staged
from activities.records.twins import Twins

BATCH_DOCUMENTS = 16
MAX_BYTES = 25 * 1024 * 1024


class UploadMissingError(Exception):
    """The file of an ingestion is not kept any more: the ingestion has ended."""


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
    ) -> None:
        """Write to these; ``max_bytes`` bounds a file, ``sizes`` its passages; ``judge`` guesses classes."""
        self._documents = Documents(database)
        self._ingestions = Ingestions(database)
        self._index = index
        self._chunks = ChunkWriter(self._documents, embedder, index)
        self.deletion = Deletion(database, self._chunks, index, [KeptAnswers(database)])
        self._max_bytes = max_bytes
        self._sizes = sizes
        self._judge = judge
        self._twins = Twins(database)

    async def accept(
        self,
        filename: str,
        data: bytes,
        *,
        title: str = "",
        department: str = "",
        classification: Level = "public",
        created_by: str | None = None,
        ingestion_id: str = "",
    ) -> IngestionRequest:
        """Keep an upload and write its ingestion as running; return what to start the workflow with.

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
            created_by=created_by,
            requested_at=at,
        )

    async def plan(self, request: IngestionRequest) -> int:
        """Validate the file and return how many documents it has. Raises ``DocumentRefusedError``."""
        data = await self._read(request)
        found = await asyncio.to_thread(check_file, request.filename, data, self._max_bytes)
        entries = await asyncio.to_thread(found.entries, data, request.filename)
        if not entries:
            raise DocumentRefusedError("it holds no documents")
        return len(entries)

    async def take(self, request: IngestionRequest, start: int, count: int) -> IngestionReport:
        """Take documents ``start`` to ``start + count`` of the file. Raises ``KnowledgeUnavailableError``."""
        found, entries = await asyncio.to_thread(_open, request, await self._read(request))
        part = entries[start : start + count]
        prepared = await asyncio.to_thread(prepare, request, found, part, self._sizes, self._judge)
        staged = await self._documents.stage(prepared.versions)
        rules = await self._chunks.put([item for item in staged if item.outcome == "staged"])
        outcomes = await self._publish(staged)
        await self._chunks.follow(rules)
        await self._chunks.clean([item.new.document_id for item in outcomes])
        for item in outcomes:
            if item.outcome == "superseded":
                await self._chunks.forget(item)
        near = await self._twins.near([item.new.document_id for item in outcomes if item.outcome == "published"])
        return report_of(outcomes, prepared.refused, near)

    async def finish(self, request: IngestionRequest, report: IngestionReport) -> None:
        """Write how the ingestion ended."""
        await self._ingestions.finish(request.ingestion_id, report.status, report.model_dump(mode="json"))

    async def ingest(self, request: IngestionRequest) -> IngestionReport:
        """Do the whole of an accepted ingestion here and now; the report is in records too."""
        report = IngestionReport()
        try:
            total = await self.plan(request)
            for start in range(0, total, BATCH_DOCUMENTS):
                report.add(await self.take(request, start, BATCH_DOCUMENTS))
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

    async def _read(self, request: IngestionRequest) -> bytes:
        data = await self._ingestions.read_blob(request.blob_sha256)
        if data is None:
            raise UploadMissingError(f"the file of ingestion {request.ingestion_id!r} is gone; upload it again")
        return data

    async def _publish(self, staged: Sequence[Staged]) -> list[Staged]:
        todo = [item for item in staged if item.outcome == "staged"]
        done = iter(await self._documents.publish(todo))
        return [settled(item, next(done)) if item.outcome == "staged" else item for item in staged]


def _open(request: IngestionRequest, data: bytes) -> tuple[Format, list[Entry]]:
    found = find_format(request.filename, data)
    return found, found.entries(data, request.filename)
