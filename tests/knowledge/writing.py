"""A writer with an index in memory, and a way to kill it at any of its steps."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from activities.knowledge.access import home_of
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.reports import IngestionReport
from activities.ports import IndexedChunk, Level
from activities.records.database import Database
from activities.records.models import Chunk, Document

Result = TypeVar("Result")


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Fuse:
    """Burns down by one at each step; the step that finds it at zero never returns."""

    left: int = -1
    steps: int = 0

    def burn(self) -> None:
        self.steps += 1
        if self.left == 0:
            raise Killed
        self.left -= 1


class FusedDatabase(Database):
    """Dies before or after a transaction commits."""

    def __init__(self, database: Database, fuse: Fuse) -> None:
        self.__dict__.update(database.__dict__)
        self._fuse = fuse

    async def transact(self, work: Callable[[Connection], Result]) -> Result:
        self._fuse.burn()
        result = await super().transact(work)
        self._fuse.burn()
        return result


@dataclass
class MemoryIndex:
    """The index's contract in a dictionary: ``partitions[name][chunk_id]``."""

    fuse: Fuse = field(default_factory=Fuse)
    partitions: dict[str, dict[str, IndexedChunk]] = field(default_factory=lambda: defaultdict(dict))
    meanwhile: Callable[[], Awaitable[object]] | None = None
    """Runs once, in the middle of the next ``put``."""

    async def put(self, partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]) -> None:
        assert len(chunks) == len(vectors)
        self.fuse.burn()
        half = len(chunks) // 2
        self.partitions[partition].update({chunk.chunk_id: chunk for chunk in chunks[:half]})
        self.fuse.burn()
        if self.meanwhile:
            run, self.meanwhile = self.meanwhile, None
            await run()
        self.partitions[partition].update({chunk.chunk_id: chunk for chunk in chunks})
        self.fuse.burn()

    async def leave(self, chunk_ids: Sequence[str], partition: str) -> None:
        self.fuse.burn()
        for chunk_id in chunk_ids:
            self.partitions[partition].pop(chunk_id, None)
        self.fuse.burn()

    async def remove(self, chunk_ids: Sequence[str], partition: str) -> None:
        self.fuse.burn()
        for name in [name for name in self.partitions if home_of(name) == home_of(partition)]:
            for chunk_id in chunk_ids:
                self.partitions[name].pop(chunk_id, None)
        self.fuse.burn()

    async def count(self, document_id: str) -> int:
        return sum(chunk.document_id == document_id for chunks in self.partitions.values() for chunk in chunks.values())

    def ids(self) -> dict[str, set[str]]:
        return {name: set(chunks) for name, chunks in self.partitions.items() if chunks}


class FlatEmbedder:
    """One vector for all texts, which it remembers."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += texts
        return np.ones((len(texts), 384), np.float32)


class Bench:
    """A database, an index, and writers on them that may be killed."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.index = MemoryIndex()
        self.embedder = FlatEmbedder()

    def writer(self, fuse: Fuse | None = None) -> KnowledgeWriter:
        self.index.fuse = fuse or Fuse()
        return KnowledgeWriter(FusedDatabase(self.database, self.index.fuse), self.embedder, self.index)

    async def ingest(
        self, filename: str, data: bytes, department: str = "", classification: Level = "public"
    ) -> IngestionReport:
        writer = self.writer()
        request = await writer.accept(filename, data, department=department, classification=classification)
        return await writer.ingest(request)

    async def answering(self) -> dict[str, list[str]]:
        """What search could answer now: texts of indexed chunks of published versions, by source."""
        query = (
            select(Document.source, Chunk.id, Chunk.text)
            .join(Document, Document.id == Chunk.document_id)
            .where(Document.status == "published", Document.version == Chunk.version)
            .order_by(Document.source, Chunk.position)
        )
        indexed = {chunk_id for chunks in self.index.partitions.values() for chunk_id in chunks}
        found = defaultdict(list)
        async with self.database.read() as session:
            for source, chunk_id, text in await session.execute(query):
                if chunk_id in indexed:
                    found[source].append(text)
        return dict(found)

    async def chunk_ids(self) -> set[str]:
        async with self.database.read() as session:
            return set(await session.scalars(select(Chunk.id)))
