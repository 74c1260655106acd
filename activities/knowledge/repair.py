"""One generation of the index brought to what records say, document by document, in each store that differs."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from activities.knowledge.chunks import CHUNKS_AT_ONCE, embed_chunks
from activities.knowledge.comparison import StoreDifference, compare
from activities.knowledge.entries import document_of
from activities.knowledge.stores import STORES, IndexStores, StoreName
from activities.ports import Embedder, IndexedChunk
from activities.records.database import Database
from activities.records.index_truth import Expected, IndexTruth, TrueChunk

DOCUMENTS_AT_ONCE = 20
VECTOR_STORES: tuple[StoreName, ...] = ("chroma", "exact")
Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Altered:
    """Chunks that are in their place with something else than what belongs there: to be put in anew."""

    vectors: Collection[str] = ()
    texts: Collection[str] = ()

    def of(self, store: StoreName) -> Collection[str]:
        """Return those of one store."""
        return self.texts if store == "fulltext" else self.vectors


AS_THEY_ARE = Altered()


class IndexRepair:
    """Compares stores with records and repairs them.

    Each method raises ``KnowledgeUnavailableError`` and ``DatabaseUnavailableError``.
    """

    def __init__(self, database: Database, embedder: Embedder) -> None:
        self._truth = IndexTruth(database)
        self._embedder = embedder

    async def compare(
        self, stores: IndexStores, documents: Sequence[str] | None = None, *, coming: bool = False
    ) -> list[StoreDifference]:
        """Return how each store differs from records; with ``documents`` only in these.

        Stores are listed before records are read: what is put or taken out meanwhile is known to records then. With
        ``coming`` chunks on their way in have to be there already: those of documents that a writer has put elsewhere.
        """
        partitions = _partitions(await self._truth.expected(documents))
        listed = {name: await asyncio.to_thread(stores.entries, name, partitions, documents) for name in STORES}
        expected = await self._truth.expected(documents)
        return [compare(name, expected, listed[name], coming=coming) for name in STORES]

    async def changed_texts(self, stores: IndexStores) -> set[str]:
        """Return the chunks that answer and have other words in full text than in records."""
        altered, after = set[str](), ""
        while chunks := await self._truth.chunks(after, CHUNKS_AT_ONCE):
            answering = [each.chunk for each in chunks if each.answers]
            altered |= await asyncio.to_thread(stores.fulltext.altered, answering)
            after = chunks[-1].chunk.chunk_id
        return altered

    async def differing(self, stores: IndexStores) -> set[str]:
        """Return the documents that differ in entries or in words."""
        differences = await self.compare(stores)
        texts = await self.changed_texts(stores)
        return {name for each in differences for name in each.documents} | set(map(document_of, texts))

    async def repair(
        self, stores: IndexStores, documents: Collection[str], *, coming: bool = False, again: Altered = AS_THEY_ARE
    ) -> int:
        """Put in what is missing of some documents, take out what is too much; return how many entries were wrong.

        What is altered is put in ``again``. Nobody else may write to these stores meanwhile.
        """
        ordered, wrong = sorted(documents), 0
        for start in range(0, len(ordered), DOCUMENTS_AT_ONCE):
            part = ordered[start : start + DOCUMENTS_AT_ONCE]
            differences = await self.compare(stores, part, coming=coming)
            wrong += sum(_size(each) for each in differences)
            after = ""
            while chunks := await self._truth.chunks(after, CHUNKS_AT_ONCE, part):
                wrong += sum(
                    each.chunk.chunk_id in altered for each in chunks for altered in (again.vectors, again.texts)
                )
                await self._put(stores, chunks, differences, again)
                after = chunks[-1].chunk.chunk_id
            await asyncio.to_thread(_take_out, stores, differences)
        return wrong

    async def embed(self, documents: Collection[str]) -> None:
        """Compute the vectors of some documents ahead, for an embedder that keeps them: a repair is short then."""
        ordered = sorted(documents)
        for start in range(0, len(ordered), DOCUMENTS_AT_ONCE):
            after, part = "", ordered[start : start + DOCUMENTS_AT_ONCE]
            while chunks := await self._truth.chunks(after, CHUNKS_AT_ONCE, part):
                await asyncio.to_thread(embed_chunks, self._embedder, [each.chunk for each in chunks])
                after = chunks[-1].chunk.chunk_id

    async def _put(
        self,
        stores: IndexStores,
        chunks: Sequence[TrueChunk],
        differences: Sequence[StoreDifference],
        again: Altered,
    ) -> None:
        lacking = {each.store: _lacking(each, chunks, again) for each in differences}
        # Full text needs no vectors, and its words alone may be wrong of many documents at once.
        wanted = {each.chunk.chunk_id: each.chunk for name in VECTOR_STORES for each in lacking[name]}
        vectors: dict[str, Vector] = {}
        if wanted:
            made = await asyncio.to_thread(embed_chunks, self._embedder, list(wanted.values()))
            vectors = dict(zip(wanted, made, strict=True))
        await asyncio.to_thread(_put_in, stores, lacking, vectors)


def _lacking(difference: StoreDifference, chunks: Sequence[TrueChunk], again: Altered) -> list[TrueChunk]:
    anew = {*difference.twice, *again.of(difference.store)}
    return [
        each
        for each in chunks
        if each.chunk.chunk_id in difference.missing.get(each.partition, ()) or each.chunk.chunk_id in anew
    ]


def _put_in(
    stores: IndexStores, lacking: Mapping[StoreName, Sequence[TrueChunk]], vectors: Mapping[str, Vector]
) -> None:
    for store, found in lacking.items():
        for partition in sorted({each.partition for each in found}):
            chunks = [each.chunk for each in found if each.partition == partition]
            if store == "fulltext":
                stores.fulltext.put(partition, chunks)
            else:
                _put_vectors(stores, store, partition, chunks, np.array([vectors[each.chunk_id] for each in chunks]))


def _put_vectors(
    stores: IndexStores, store: StoreName, partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]
) -> None:
    if store == "chroma":
        stores.chroma.put(partition, chunks, vectors)
    else:
        stores.exact.put(partition, [chunk.chunk_id for chunk in chunks], vectors)


def _take_out(stores: IndexStores, differences: Sequence[StoreDifference]) -> None:
    for each in differences:
        # In full text a chunk is in one place: one that was put elsewhere has left this one.
        moved = {chunk_id for ids in each.missing.values() for chunk_id in ids}
        for partition, ids in each.surplus.items():
            if each.store == "chroma":
                stores.chroma.leave(sorted(ids), partition)
            elif each.store == "exact":
                stores.exact.leave(sorted(ids), partition)
            elif gone := sorted(ids - moved):
                stores.fulltext.purge(gone)


def _partitions(expected: Expected) -> list[str]:
    return sorted({*expected.answering, *expected.coming})


def _size(difference: StoreDifference) -> int:
    sets = [*difference.missing.values(), *difference.surplus.values()]
    return sum(map(len, sets)) + len(difference.twice)
