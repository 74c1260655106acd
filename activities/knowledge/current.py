"""The index and the search as the product uses them: always on the generation that answers now."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from activities.knowledge.generations import Generations
from activities.knowledge.search import HybridSearch
from activities.knowledge.stores import IndexStores
from activities.ports import (
    Findings,
    IndexedChunk,
    KnowledgeUnavailableError,
    Passage,
    ReadScope,
    SearchMode,
    SearchResult,
)

Result = TypeVar("Result")


class CurrentIndex:
    """Writes to the generation that answers; what is removed is removed from every other one too.

    So nothing of a deleted document stays in one that is being built, or that a crash has left. Each method raises
    ``KnowledgeUnavailableError``.
    """

    def __init__(self, generations: Generations) -> None:
        self._generations = generations

    async def put(self, partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]) -> None:
        """Add chunks with their vectors ``[len(chunks), 384]``, replacing those with the same ids."""
        await self._write(lambda stores: stores.index.put_now(partition, chunks, vectors))

    async def leave(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Take chunks that were put into another partition of their home since out of their former one."""
        await self._write(lambda stores: stores.index.leave_now(chunk_ids, partition))

    async def remove(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks from the home of a partition, whatever their access rule; unknown ids do nothing."""

        def remove(stores: IndexStores) -> None:
            for each in [stores, *self._others()]:
                each.index.remove_now(chunk_ids, partition)

        await self._write(remove)

    async def count(self, document_id: str) -> int:
        """Return how many entries of a document are left in any generation: 0 proves that nothing of it answers."""

        def count() -> int:
            with self._generations.writing() as stores:
                return max(each.index.count_now(document_id) for each in [stores, *self._others()])

        return await asyncio.to_thread(count)

    async def size(self) -> int:
        """Return the number of chunks that full text and vectors hold, the smaller of the two."""
        return await self._generations.current().index.size()

    def _others(self) -> list[IndexStores]:
        return [self._generations.open(name) for name in self._generations.others()]

    async def _write(self, write: Callable[[IndexStores], None]) -> None:
        """Write in one thread, which keeps its turn to the end even when nobody waits for it any more."""

        def turn() -> None:
            with self._generations.writing() as stores:
                write(stores)

        await asyncio.to_thread(turn)


class CurrentSearch:
    """``ports.Knowledge``; a search during which the generation changed is made once more, on the new one.

    The old one may have been half removed under it. Each method raises what those of ``HybridSearch`` raise.
    """

    def __init__(self, generations: Generations, build: Callable[[IndexStores], HybridSearch]) -> None:
        """Search by what ``build`` makes of a generation's stores."""
        self._generations = generations
        self._build = build
        self._known: tuple[str, HybridSearch] | None = None

    async def search(self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid") -> SearchResult:
        """Return at most ``k`` passages that ``scope`` may read, best first, and how many better ones were denied."""
        return await self._ask(lambda search: search.search(query, scope, k=k, mode=mode))

    async def find(
        self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid", spelling: bool = True
    ) -> Findings:
        """Return at most ``k`` passages that ``scope`` may read, best first, with how they were found."""
        return await self._ask(lambda search: search.find(query, scope, k=k, mode=mode, spelling=spelling))

    def highlights(self, query: str, text: str) -> list[tuple[int, int]]:
        """Return where words of a question stand in a text, as characters from and to."""
        return self._of(self._generations.name).highlights(query, text)

    async def passages(self, chunk_ids: Sequence[str], scope: ReadScope) -> list[Passage]:
        """Return the texts of known passages, those still published and readable, in the order asked."""
        return await self._of(self._generations.name).passages(chunk_ids, scope)

    async def _ask(self, ask: Callable[[HybridSearch], Awaitable[Result]]) -> Result:
        while True:
            name = self._generations.name
            try:
                found = await ask(self._of(name))
            except KnowledgeUnavailableError:
                if self._generations.name == name:
                    raise
                continue
            if self._generations.name == name:
                return found

    def _of(self, name: str) -> HybridSearch:
        if self._known is None or self._known[0] != name:
            self._known = name, self._build(self._generations.open(name))
        return self._known[1]
