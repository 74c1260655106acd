"""The index made anew from records while the present one answers: built beside it, brought up to date, changed over."""

import asyncio
import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from activities.counts import counted
from activities.knowledge.chunks import CHUNKS_AT_ONCE, embed_chunks
from activities.knowledge.entries import document_of
from activities.knowledge.folder_lock import LOCK_FILES, FolderLock
from activities.knowledge.generations import Generations
from activities.knowledge.repair import IndexRepair
from activities.knowledge.stores import IndexStores
from activities.ports import Embedder, IndexedChunk
from activities.records.database import Database
from activities.records.index_truth import IndexTruth, TrueChunk

ROUNDS = 5
"""How often the new index is brought up to date before writers have to wait for the last time."""
FEW_DOCUMENTS = 20


class IndexIncompleteError(Exception):
    """The index does not hold what records say, after all of it was put in."""


@dataclass(frozen=True)
class Rebuilt:
    """What the index holds now."""

    documents: int
    chunks: int


class IndexRebuild:
    """Builds the next generation of an index and lets it answer."""

    def __init__(
        self, database: Database, embedder: Embedder, generations: Generations, *, chunks_at_once: int = CHUNKS_AT_ONCE
    ) -> None:
        """Build among ``generations`` from ``database``, some chunks at a time."""
        self._truth = IndexTruth(database)
        self._repair = IndexRepair(database, embedder)
        self._embedder = embedder
        self._generations = generations
        self._chunks_at_once = chunks_at_once

    async def run(self, advance: Callable[[int], object]) -> Rebuilt:
        """Rebuild, calling ``advance`` with the number of chunks of each portion that is done.

        Searches go on in the present generation until the next one is whole, and so does who writes. A run that was
        killed leaves the present one as it is, and what it has built to the next run, which removes it. Raises
        ``RebuildRunningError``, ``KnowledgeUnavailableError``, ``DatabaseUnavailableError`` and
        ``IndexIncompleteError``.
        """
        with self._generations.building():
            await self._remove_others()
            stores = self._generations.open(self._generations.begin())
            await self._fill(stores, advance)
            await self._follow(stores)
            async with self._generations.held():
                rebuilt = await self._complete(stores)
                self._generations.switch(stores.name)
            await self._remove_others()
        return rebuilt

    async def _fill(self, stores: IndexStores, advance: Callable[[int], object]) -> None:
        after = ""
        while chunks := await self._truth.chunks(after, self._chunks_at_once):
            after = chunks[-1].chunk.chunk_id
            await self._put(stores, chunks)
            await self._take_back(stores, chunks)
            advance(len(chunks))

    async def _put(self, stores: IndexStores, chunks: list[TrueChunk]) -> None:
        by_partition: dict[str, list[IndexedChunk]] = defaultdict(list)
        for each in chunks:
            by_partition[each.partition].append(each.chunk)
        for name, members in by_partition.items():
            vectors = await asyncio.to_thread(embed_chunks, self._embedder, members)
            await stores.index.put(name, members, vectors)

    async def _take_back(self, stores: IndexStores, chunks: list[TrueChunk]) -> None:
        """Take out at once what was deleted while it was put in: its deletion proves that nothing is left anywhere."""
        documents = sorted({each.chunk.document_id for each in chunks})
        expected = await self._truth.expected(documents)
        left = {chunk_id for side in (expected.answering, expected.coming) for ids in side.values() for chunk_id in ids}
        for each in chunks:
            if each.chunk.chunk_id not in left:
                await stores.index.remove([each.chunk.chunk_id], each.partition)

    async def _follow(self, stores: IndexStores) -> None:
        """Bring in what was published and deleted since, until so little is left that writers may wait for it."""
        for _ in range(ROUNDS):
            documents = await self._differing(stores)
            await self._repair.repair(stores, documents, coming=True)
            if len(documents) <= FEW_DOCUMENTS:
                return

    async def _complete(self, stores: IndexStores) -> Rebuilt:
        """Bring in the rest while nobody writes; return what the generation holds."""
        for _ in range(ROUNDS):  # rights change in records at once, whoever holds the index
            await self._repair.repair(stores, await self._differing(stores), coming=True)
            if not (wrong := await self._lacking(stores)):
                break
        else:
            raise IndexIncompleteError(f"not as records say: {counted(len(wrong), 'document')}; run it again")
        answering = (await self._truth.expected()).answering
        documents = {document_of(chunk_id) for ids in answering.values() for chunk_id in ids}
        return Rebuilt(len(documents), answering.size)

    async def _remove_others(self) -> None:
        async with self._generations.held():  # or who removes chunks everywhere would find half of one
            await asyncio.to_thread(remove_others, self._generations)

    async def _lacking(self, stores: IndexStores) -> set[str]:
        """Return the documents of which something that answers is not there, or is there twice.

        What came on its way in, or was deleted, since nobody writes is put in and taken out by who waits to write.
        """
        differences = await self._repair.compare(stores)
        missing = {chunk_id for each in differences for ids in each.missing.values() for chunk_id in ids}
        return set(map(document_of, missing.union(*(each.twice for each in differences))))

    async def _differing(self, stores: IndexStores) -> set[str]:
        differences = await self._repair.compare(stores, coming=True)
        return {name for each in differences for name in each.documents}


def remove_others(generations: Generations) -> None:
    """Remove all generations but the one that answers. Raises ``KnowledgeUnavailableError``."""
    for name in generations.others():
        generations.remove(name)


def empty_vector_folder(folder: Path) -> None:
    """Delete Chroma's files, which may be too damaged to be opened. Raises ``FolderInUseError`` and ``OSError``."""
    lock = FolderLock(folder)
    try:
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in LOCK_FILES:
                path.unlink()
    finally:
        lock.release()
