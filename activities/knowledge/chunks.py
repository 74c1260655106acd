"""Chunks into the index and out of it, as records say."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from activities import metrics, spans
from activities.knowledge.access import partition
from activities.knowledge.embedding_cache import CachingEmbedder
from activities.knowledge.preparation import embedded_text, indexed_chunks
from activities.ports import Embedder, IndexedChunk, Level
from activities.records.database import Database
from activities.records.documents import Documents, PublishedChunk
from activities.records.leftovers import Leftovers
from activities.records.publishing import ChunkPlace
from activities.records.staging import Staged, chunk_id

CHUNKS_AT_ONCE = 256
"""Chunks put in one go: bounds memory for a document of any size."""
RECENT_VERSIONS = 10
PlacedChunk = tuple[Level, str, IndexedChunk]
"""A chunk with the classification and the department of its version."""


class WritableIndex(Protocol):
    """The part of ``activities.knowledge.index.ChunkIndex`` that writes; each method may be repeated."""

    async def put(self, partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]) -> None:
        """Add or replace chunks by their ids."""
        ...

    async def leave(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks that were put into another partition since from their former one."""
        ...

    async def remove(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks from the home of a partition; unknown ids do nothing."""
        ...

    async def count(self, document_id: str) -> int:
        """Return how many entries of a document are left."""
        ...


def embed_chunks(embedder: Embedder, chunks: Sequence[IndexedChunk]) -> NDArray[np.float32]:
    """Return one vector a chunk, ``[len(chunks), 384]``, of its text under its title and headings. Blocks."""
    with spans.embedding():
        return embedder.embed([embedded_text(chunk.title, chunk.heading, chunk.text) for chunk in chunks])


def place_chunks(staged: Iterable[Staged]) -> list[PlacedChunk]:
    """Return the chunks of staged versions with their rights, in order."""
    return [(item.new.classification, item.new.department, chunk) for item in staged for chunk in indexed_chunks(item)]


class ChunkWriter:
    """Embeds and indexes staged versions, and removes what no longer answers."""

    def __init__(self, database: Database, embedder: Embedder, index: WritableIndex) -> None:
        """Write to ``index`` what the records of ``database`` have staged."""
        self._documents = Documents(database)
        self._leftovers = Leftovers(database)
        self._embedder = embedder
        self._index = index

    async def embed(self, chunks: Sequence[IndexedChunk]) -> NDArray[np.float32]:
        """Return one vector a chunk, ``[len(chunks), 384]``."""
        with metrics.ingestion_step("embed"):
            return await asyncio.to_thread(embed_chunks, self._embedder, chunks)

    async def put(self, placed: Sequence[PlacedChunk], vectors: NDArray[np.float32]) -> dict[str, str]:
        """Index chunks with their vectors, a partition at a time. Raises ``KnowledgeUnavailableError``.

        Returns under which access rule each document was indexed, for ``follow`` when it is published.
        """
        keys = await self._documents.rule_keys(sorted({chunk.document_id for *_, chunk in placed}))
        rules = {chunk.document_id: keys.get(chunk.document_id, "") for *_, chunk in placed}
        rows: dict[str, list[int]] = defaultdict(list)
        for row, (level, department, chunk) in enumerate(placed):
            rows[partition(level, department, rules[chunk.document_id])].append(row)
        with metrics.ingestion_step("index"):
            for name, chosen in rows.items():
                await self._index.put(name, [placed[row][-1] for row in chosen], vectors[chosen])
        return rules

    async def follow(self, rules: Mapping[str, str]) -> None:
        """Move the documents whose access rule changed between ``put`` and their publication."""
        now = await self._documents.rule_keys(list(rules))
        for document_id, key in rules.items():
            if now.get(document_id, "") != key:
                await self.place(document_id)

    async def index(self, partition: str, chunks: Sequence[IndexedChunk]) -> None:
        """Embed and index some chunks of one partition. Raises ``KnowledgeUnavailableError``."""
        await self._index.put(partition, chunks, await self.embed(chunks))

    async def place(self, document_id: str) -> int:
        """Move a document's passages to where its rights say, from wherever they were; return how many there are.

        Repeated until the rights are what they were at the beginning. Raises ``KnowledgeUnavailableError``.
        """
        await self.release([document_id])
        document = await self._documents.get(document_id)
        return 0 if document is None or document.merged_into else await self._move_all(document_id)

    async def _move_all(self, document_id: str) -> int:
        """Repeat until the rights are what they were at the beginning; a document that was deleted leaves nothing."""
        while True:
            key = (await self._documents.rule_keys([document_id])).get(document_id, "")
            former = [each for each in await self._documents.former_rule_keys(document_id) if each != key]
            moved, after = list[PublishedChunk](), ""
            while portion := await self._documents.published_chunks(after, CHUNKS_AT_ONCE, document_id):
                await self._move(portion, key, former)
                moved, after = [*moved, *portion], portion[-1].chunk_id
            if moved and not await self._documents.published_chunks("", 1, document_id):
                places = [ChunkPlace(each.chunk_id, each.classification, each.department) for each in moved]
                await self._take_out(places)
            if (await self._documents.rule_keys([document_id])).get(document_id, "") == key:
                return len(moved)

    async def _move(self, portion: Sequence[PublishedChunk], key: str, former: Sequence[str]) -> None:
        rights = portion[0].classification, portion[0].department
        chunks = [each.indexed for each in portion]
        await self.index(partition(*rights, key), chunks)
        for old in former:
            await self._index.leave([each.chunk_id for each in chunks], partition(*rights, old))

    async def clean(self, document_ids: Sequence[str]) -> None:
        """Take out of the index, then out of records, what these documents no longer answer with."""
        stale = await self._documents.stale_chunks(document_ids)
        await self._take_out([*stale, *await self._documents.idle_chunks(document_ids)])
        gone = [place.chunk_id for place in stale]
        if isinstance(self._embedder, CachingEmbedder):
            # While the rows are there: a run that is killed between the two finds the hashes again.
            await asyncio.to_thread(self._embedder.forget, await self._leftovers.unshared_hashes(gone))
        await self._documents.sweep(document_ids, gone)
        await self.release(document_ids)

    async def release(self, document_ids: Sequence[str]) -> None:
        """Index the documents that were merged into these, or with these into others, and have lost their twin."""
        while alone := await self._documents.settle_merged(document_ids):
            # One at a time: it may be the twin of the others.
            await self._move_all(alone[0])
            await self._documents.free_merged(alone[0])

    async def _take_out(self, places: Sequence[ChunkPlace]) -> None:
        by_partition: dict[str, list[str]] = defaultdict(list)
        for place in places:
            by_partition[partition(place.classification, place.department)].append(place.chunk_id)
        for name, chunk_ids in by_partition.items():
            await self._index.remove(chunk_ids, name)

    async def withdraw(self, document_ids: Sequence[str], requested_at: datetime) -> None:
        """Take back what a request staged and did not publish, everywhere."""
        await self._leftovers.withdraw(document_ids, requested_at)
        await self.clean(document_ids)
        for document_id in document_ids:
            await self._documents.clear_tombstone(document_id)

    async def forget(self, staged: Staged) -> None:
        """Remove what an earlier, killed run of a superseded request may have put after the newer one had cleaned."""
        live = await self._documents.live_versions(staged.new.document_id)
        recent = range(max(1, staged.version - RECENT_VERSIONS), staged.version + 1)
        gone = [version for version in recent if version not in live]
        positions = range(len(staged.new.chunks))
        ids = [chunk_id(staged.new.document_id, version, position) for version in gone for position in positions]
        await self._index.remove(ids, partition(staged.new.classification, staged.new.department))
