"""Search with rights over a knowledge base of real size, against LangChain's own way, in one run."""

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from activities.knowledge.access import partition, read_scope
from activities.knowledge.chroma import ChromaServer
from activities.knowledge.open import OpenedKnowledge, open_knowledge
from activities.knowledge.preparation import embedded_text
from activities.models.embedding import MiniLmEmbedder
from activities.ports import IndexedChunk, Level, Principal
from activities.records.database import Database
from activities.records.models import Chunk, Document
from activities.settings import Settings
from evals.beir import CorpusDocument, read_queries, read_records
from evals.benchmarks.chroma_server import chroma_server
from evals.benchmarks.langchain_style import Bm25Retriever, ChromaWithFilter
from evals.benchmarks.timing import alternate, milliseconds
from evals.retrieval import split
from evals.shared_data import shared_data

K = 8
NOW = datetime(2026, 1, 1, tzinfo=UTC)
DEPARTMENTS = ("billing", "support", "technical")
RIGHTS: tuple[tuple[Level, str], ...] = (
    *((("public", "support"),) * 6),
    *(("internal", department) for department in DEPARTMENTS),
    ("confidential", "support"),
)
"""Readers of every tenth article in turn: 6 for everybody, 3 for colleagues, 1 for one department."""
CUSTOMER = read_scope(Principal("c", "customer"), DEPARTMENTS)
AGENT = read_scope(Principal("a", "agent", "support"), DEPARTMENTS)


@dataclass(frozen=True)
class Library:
    """All chunks with their vectors and readers."""

    chunks: list[IndexedChunk]
    vectors: NDArray[np.float32]
    rights: list[tuple[Level, str]]

    @property
    def partitions(self) -> list[str]:
        """The partition of each chunk."""
        return [partition(*right) for right in self.rights]


async def run(rounds: int = 200, articles: int | None = None) -> dict[str, Any]:
    """Return p50 and p95 in milliseconds of each contestant, its ratio to ours, and the size of the index.

    Ours is the whole search: embedding, both halves, fusion and texts from SQLite, with a Chroma server as
    ``holdfast up`` runs one. The questions are 100 symptom texts of about 50 words, and 5-word beginnings of them.
    ``articles`` takes that many only. The target: p95 under 60 ms. Raises ``DataSetMissingError``.
    """
    queries = list(read_queries(shared_data("ms_office_support_kb/symptom_queries_dev.jsonl")).values())
    embedder = MiniLmEmbedder(Settings().cache_dir)
    library = load_library(embedder, articles)
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as name, chroma_server(Path(name, "chroma")) as url:
        database = Database(f"sqlite+aiosqlite:///{Path(name, 'records.db')}")
        with open_knowledge(Path(name), database.read, embedder, chroma_url=url) as knowledge:
            await fill(database, knowledge, library)
            client = ChromaServer(url).client()
            chroma = ChromaWithFilter(client, embedder, library.chunks, library.vectors, library.partitions)
            bm25 = Bm25Retriever(library.chunks)

            def question(number: int) -> str:
                text = queries[number % len(queries)]
                return text if number % 2 else " ".join(text.split()[:5])

            seconds = await alternate(
                {
                    "holdfast_customer": lambda n: knowledge.search.search(question(n), CUSTOMER, k=K),
                    "holdfast_agent": lambda n: knowledge.search.search(question(n), AGENT, k=K),
                    "chroma_filter": lambda n: asyncio.to_thread(chroma.search, question(n), CUSTOMER.partitions, K),
                    "bm25": lambda n: asyncio.to_thread(bm25.search, question(n), K),
                },
                rounds,
            )
        await database.close()
    return report(seconds, library)


def load_library(embedder: MiniLmEmbedder, articles: int | None) -> Library:
    """Split and embed the articles."""
    path = shared_data("ms_office_support_kb/pages.jsonl.gz")
    documents = [CorpusDocument(page["_id"], page["title"], page["body"]) for page in read_records(path)][:articles]
    chunks, rights = [], []
    for number, document in enumerate(documents):
        passages = split(document)
        chunks += passages
        rights += [RIGHTS[number % len(RIGHTS)]] * len(passages)
    vectors = embedder.embed([embedded_text(each.title, each.heading, each.text) for each in chunks])
    return Library(chunks, vectors, rights)


async def fill(database: Database, knowledge: OpenedKnowledge, library: Library) -> None:
    """Publish the library: rows in records, chunks in the index."""
    await database.migrate()
    async with database.write() as session:
        rights = {chunk.document_id: right for chunk, right in zip(library.chunks, library.rights, strict=True)}
        titles = {chunk.document_id: chunk.title for chunk in library.chunks}
        session.add_all(document_row(each, titles[each], *right) for each, right in rights.items())
        await session.flush()
        session.add_all(chunk_row(chunk) for chunk in library.chunks)
    for right in dict.fromkeys(RIGHTS):
        rows = [row for row, each in enumerate(library.rights) if each == right]
        await knowledge.index.put(partition(*right), [library.chunks[row] for row in rows], library.vectors[rows])


def document_row(document_id: str, title: str, classification: Level, department: str) -> Document:
    """Return a published document of one version."""
    return Document(
        id=document_id,
        source=document_id,
        title=title,
        department=department,
        classification=classification,
        media_type="text/markdown",
        version=1,
        created_at=NOW,
        updated_at=NOW,
    )


def chunk_row(chunk: IndexedChunk) -> Chunk:
    """Return a chunk of version 1."""
    return Chunk(
        id=chunk.chunk_id,
        document_id=chunk.document_id,
        version=1,
        position=int(chunk.chunk_id.rpartition(":")[2]),
        heading=chunk.heading,
        text=chunk.text,
        start=0,
        end=len(chunk.text),
        content_hash="",
    )


def report(seconds: dict[str, list[float]], library: Library) -> dict[str, Any]:
    """Return the figures of all contestants."""
    figures: dict[str, Any] = {"chunks": len(library.chunks), "rounds": len(seconds["bm25"])}
    for name, values in seconds.items():
        figures[f"{name}_p50_ms"] = milliseconds(values)
        figures[f"{name}_p95_ms"] = milliseconds(values, 0.95)
    both = [chroma + bm25 for chroma, bm25 in zip(seconds["chroma_filter"], seconds["bm25"], strict=True)]
    ours = figures["holdfast_customer_p50_ms"]
    return {
        **figures,
        "ratio_to_chroma_filter": round(ours / figures["chroma_filter_p50_ms"], 3),
        "ratio_to_bm25": round(ours / figures["bm25_p50_ms"], 3),
        "ratio_to_both_as_an_ensemble": round(ours / milliseconds(both), 3),
    }
