"""The rivals: search as LangChain's documentation builds it, over the same chunks and vectors."""

import json
from collections.abc import Iterable, Sequence

import chromadb
import numpy as np
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from activities.ports import IndexedChunk

BATCH = 500
COSINE = {"hnsw": {"space": "cosine"}}
CHARACTERS, OVERLAP = 1_000, 200
"""Of a passage: what LangChain's tutorials use."""


class ChromaWithFilter:
    """One collection with texts, ``similarity_search`` with a metadata filter for rights."""

    def __init__(
        self,
        client: chromadb.ClientAPI,
        embedding: Embeddings,
        chunks: Sequence[IndexedChunk],
        vectors: NDArray[np.float32],
        partitions: Sequence[str],
    ) -> None:
        """Fill the collection; ``partitions`` names each chunk's readers."""
        self._store = Chroma("baseline", embedding, client=client, collection_configuration=COSINE)
        collection = client.get_collection("baseline", embedding_function=None)
        for start in range(0, len(chunks), BATCH):
            rows = slice(start, start + BATCH)
            collection.add(
                ids=[chunk.chunk_id for chunk in chunks[rows]],
                embeddings=vectors[rows],
                documents=[chunk.text for chunk in chunks[rows]],
                metadatas=[{"partition": name} for name in partitions[rows]],
            )

    def search(self, query: str, partitions: Sequence[str], k: int) -> list[str]:
        """Return the texts found."""
        readable = {"partition": {"$in": list(partitions)}}
        return [page.page_content for page in self._store.similarity_search(query, k=k, filter=readable)]

    def search_ids(self, query: str, partitions: Sequence[str], k: int) -> list[str]:
        """Return the ids of what ``search`` finds."""
        readable = {"partition": {"$in": list(partitions)}}
        return [str(page.id) for page in self._store.similarity_search(query, k=k, filter=readable)]


class Bm25Retriever:
    """What LangChain's ``BM25Retriever`` does: words split at spaces, every chunk scored for each question."""

    def __init__(self, chunks: Sequence[IndexedChunk]) -> None:
        """Hold all chunks in memory."""
        self._texts = [chunk.text for chunk in chunks]
        self._bm25 = BM25Okapi([text.split() for text in self._texts])

    def search(self, query: str, k: int) -> list[str]:
        """Return the best texts; rights are not looked at."""
        best: list[str] = self._bm25.get_top_n(query.split(), self._texts, n=k)
        return best


class PlainLoop:
    """Taking articles in one after another: parsed, split at characters, added to a collection."""

    def __init__(self, client: chromadb.ClientAPI, embedding: Embeddings) -> None:
        """Write to a collection of its own."""
        self._store = Chroma("plain-loop", embedding, client=client, collection_configuration=COSINE)
        self._splitter = RecursiveCharacterTextSplitter(chunk_size=CHARACTERS, chunk_overlap=OVERLAP)

    def add(self, lines: Iterable[bytes]) -> int:
        """Take in articles, each a line of JSON; return how many passages they have."""
        return sum(self._add(json.loads(line)) for line in lines)

    def _add(self, page: dict[str, str]) -> int:
        article = Document(page["body"], metadata={"source": page["_id"], "title": page["title"]})
        passages = self._splitter.split_documents([article])
        if passages:
            self._store.add_documents(passages)
        return len(passages)
