"""Vectors in Chroma: rights choose collections; only documents with access rules of their own need a ``where``.

Each home (``internal.legal``) is a collection; those of its documents that have a rule are in a second one
(``internal.legal~``) with the rule's key beside each vector.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import chromadb
import httpx
import numpy as np
from chromadb.errors import ChromaError, NotFoundError
from numpy.typing import NDArray

from activities.knowledge.chroma import ChromaPlace
from activities.knowledge.entries import Entries
from activities.knowledge.hits import Hit
from activities.knowledge.shelves import home_shelves, partition_of, shelf_of, shelves_of
from activities.ports import IndexedChunk, KnowledgeUnavailableError

if TYPE_CHECKING:
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

Result = TypeVar("Result")

SUFFIX = ".v1"
WIDTH = 384
COSINE = {"hnsw": {"space": "cosine"}}
BATCH = 500
"""Vectors in one request: 750 kB."""
PAGE = 5000
"""Entries in one answer when all are listed."""
PARALLEL_QUERIES = 8
ABSENT_SECONDS = 1.0
"""How long a partition that had no collection is believed to have none, instead of asking at each search."""


class Vectors:
    """Ids and vectors, no text; methods block and may be called from threads.

    Each raises ``KnowledgeUnavailableError`` when Chroma cannot do it now.
    """

    def __init__(self, place: ChromaPlace, fingerprint: str, generation: str = "") -> None:
        """Use the collections of one embedding model: ``fingerprint`` names it, and keeps others' vectors apart.

        So does the name of a ``generation`` of the index; the first one has none.
        """
        self._place = place
        self._prefix = f"chunks{generation and '-'}{generation}.{fingerprint[:12]}."
        self._guard = threading.Lock()
        self._collections: dict[str, chromadb.Collection] = {}
        self._absent_until: dict[str, float] = {}
        self._pool = ThreadPoolExecutor(PARALLEL_QUERIES, thread_name_prefix="vectors")

    def search(
        self,
        vector: NDArray[np.float32],
        partitions: Sequence[str],
        limit: int,
        documents: Sequence[str] | None = None,
    ) -> list[Hit]:
        """Return the ``limit`` nearest chunks of ``partitions`` to a unit vector, best first; scores are cosines.

        With ``documents`` only chunks of these.
        """
        shelves = list(shelves_of(partitions).items())
        run = map if len(shelves) == 1 else self._pool.map
        found = run(lambda shelf: self._search_shelf(shelf[0], where_of(shelf[1], documents), vector, limit), shelves)
        hits = [hit for part in found for hit in part]
        return sorted(hits, key=lambda hit: hit.score, reverse=True)[:limit]

    def put(self, partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]) -> None:
        """Add chunks with their vectors ``[len(chunks), 384]``, replacing those with the same ids."""
        for start in range(0, len(chunks), BATCH):
            self._put_batch(partition, chunks[start : start + BATCH], vectors[start : start + BATCH])

    def remove(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks from the home of a partition, whatever their rule; unknown ids do nothing."""
        for shelf in home_shelves(partition) if chunk_ids else ():
            self._use(shelf, lambda store: store.delete(ids=list(chunk_ids)))

    def leave(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks that were put into another partition since, if they still are in this one."""
        shelf, key = shelf_of(partition)
        where: chromadb.Where | None = {"rule": key} if key else None
        if chunk_ids:
            self._use(shelf, lambda store: store.delete(ids=list(chunk_ids), where=where))

    def clear(self) -> None:
        """Delete the collections of this embedding model."""
        with explained(), self._guard:
            for store in self._all():
                self._place.client().delete_collection(store.name)
            self._collections.clear()

    def count(self, document_id: str) -> int:
        """Return how many chunks of a document can be found, in any partition."""
        owned = {"document_id": document_id}
        with explained():
            return sum(len(store.get(where=owned, include=[])["ids"]) for store in self._all())

    def held(self, shelf: str) -> int:
        """Return how many vectors a shelf holds."""
        return self._use(shelf, lambda store: int(store.count())) or 0

    def size(self) -> int:
        """Return the number of vectors."""
        with explained():
            return sum(store.count() for store in self._all())

    def entries(self, documents: Sequence[str] | None = None) -> Entries:
        """Return all chunks by their partition; with ``documents`` only those of these."""
        found = Entries()
        with explained():
            for store in self._all():
                shelf = self._shelf(store.name)
                for page in _pages(store, where_of([], documents)):
                    for chunk_id, owner in zip(page["ids"], page["metadatas"] or [], strict=True):
                        found.add(partition_of(shelf, str(owner.get("rule", ""))), [chunk_id])
        return found

    def vectors(self, documents: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of some documents by their chunks."""
        found: dict[str, NDArray[np.float32]] = {}
        with explained():
            for store in self._all():
                got = store.get(where=where_of([], documents), include=["embeddings"])
                found |= zip(got["ids"], np.array(got["embeddings"], np.float32), strict=True)
        return found

    def try_all(self, *, thorough: bool) -> None:
        """Ask each collection a question, when ``thorough`` list it too: that fails when Chroma's files are damaged."""
        if thorough:
            self.entries()
        with explained():
            for store in self._all():
                if found := store.get(limit=1, include=["embeddings"])["ids"]:
                    store.query(query_embeddings=np.eye(1, WIDTH, dtype=np.float32), n_results=len(found))

    def forget(self) -> None:
        """Look every collection up once more: they were made anew."""
        with self._guard:
            self._collections.clear()

    def open_in_langchain(self, partition: str, embedding: "Embeddings") -> "Chroma":
        """Return a partition as LangChain's vector store, for chains of one's own; a page's content is its chunk id."""
        # No process of ours needs it, and it is a twentieth of a worker's import.
        from langchain_chroma import Chroma

        with explained():
            return Chroma(
                client=self._place.client(),
                collection_name=self._name(partition),
                collection_configuration=COSINE,
                embedding_function=embedding,
            )

    def close(self) -> None:
        """Let go of Chroma."""
        self._pool.shutdown(cancel_futures=True)
        self._place.close()

    def _search_shelf(
        self, shelf: str, where: chromadb.Where | None, vector: NDArray[np.float32], limit: int
    ) -> list[Hit]:
        found = self._use(
            shelf,
            lambda store: store.query(
                query_embeddings=vector[None], n_results=limit, where=where, include=["distances"]
            ),
        )
        if found is None:
            return []
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [Hit(chunk_id, min(max(1 - distance, 0.0), 1.0)) for chunk_id, distance in pairs]

    def _put_batch(self, partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]) -> None:
        shelf, key = shelf_of(partition)
        ids = [chunk.chunk_id for chunk in chunks]
        rule = {"rule": key} if key else {}
        owners = [{"document_id": chunk.document_id, **rule} for chunk in chunks]
        self._use(
            shelf,
            lambda store: store.upsert(ids=ids, embeddings=vectors, documents=ids, metadatas=owners),
            create=True,
        )

    def _use(
        self, partition: str, action: Callable[[chromadb.Collection], Result], *, create: bool = False
    ) -> Result | None:
        """Run ``action`` on a partition's collection, or return ``None`` when it has none.

        The collection that was known may have been made anew by another process: then it is looked up once more.
        """
        with explained():
            for last in (False, True):
                collection = self._find(partition, create=create)
                if collection is None:
                    return None
                try:
                    return action(collection)
                except NotFoundError:
                    self._collections.pop(partition, None)
                    if last:
                        raise
        return None

    def _find(self, partition: str, *, create: bool) -> chromadb.Collection | None:
        with self._guard:
            known = self._collections.get(partition)
            if known is None and (create or time.monotonic() >= self._absent_until.get(partition, 0)):
                known = self._look_up(partition, create=create)
            return known

    def _look_up(self, partition: str, *, create: bool) -> chromadb.Collection | None:
        client, name = self._place.client(), self._name(partition)
        try:
            if create:
                found = client.get_or_create_collection(name, configuration=COSINE, embedding_function=None)
            else:
                found = client.get_collection(name, embedding_function=None)
        except NotFoundError:
            self._absent_until[partition] = time.monotonic() + ABSENT_SECONDS
            return None
        self._collections[partition] = found
        return found

    def _all(self) -> list[chromadb.Collection]:
        return [store for store in self._place.client().list_collections() if store.name.startswith(self._prefix)]

    def _name(self, partition: str) -> str:
        """Return the collection's name: Chroma takes few characters, so others become ``_<hex>_``."""
        safe = re.sub(r"[^A-Za-z0-9.-]", lambda found: f"_{ord(found.group()):x}_", partition)
        return f"{self._prefix}{safe}{SUFFIX}"

    def _shelf(self, name: str) -> str:
        """Return the shelf of a collection's name."""
        safe = name.removeprefix(self._prefix).removesuffix(SUFFIX)
        return re.sub(r"_([0-9a-f]+)_", lambda found: chr(int(found[1], 16)), safe)


def _pages(store: chromadb.Collection, where: chromadb.Where | None) -> Iterator[chromadb.GetResult]:
    """Yield ids and metadata of a collection, some thousand at a time."""
    start = 0
    while (page := store.get(where=where, limit=PAGE, offset=start, include=["metadatas"]))["ids"]:
        yield page
        start += PAGE


def where_of(rules: Sequence[str], documents: Sequence[str] | None) -> chromadb.Where | None:
    """Return the condition for rules and documents on a shelf: values in lists, never keys of anybody's choice."""
    conditions: list[chromadb.Where] = []
    if rules:
        conditions.append({"rule": {"$in": list(rules)}})
    if documents is not None:
        conditions.append({"document_id": {"$in": list(documents)}})
    return {"$and": conditions} if len(conditions) > 1 else conditions[0] if conditions else None


@contextmanager
def explained() -> Iterator[None]:
    """Turn what Chroma and its connection raise into ``KnowledgeUnavailableError``."""
    try:
        yield
    except (ChromaError, httpx.HTTPError, OSError, ValueError) as error:
        raise KnowledgeUnavailableError(
            f"Chroma cannot be used: {type(error).__name__}: {error}. Is the server of HOLDFAST_CHROMA_URL running?"
        ) from error
