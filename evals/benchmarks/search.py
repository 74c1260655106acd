"""Search with rights over a large knowledge base, against LangChain's own way, in one run."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from activities.knowledge.access import read_scope
from activities.knowledge.chroma import ChromaServer
from activities.knowledge.open import OpenedKnowledge, open_knowledge
from activities.models.embedding import MiniLmEmbedder
from activities.ports import Principal
from activities.records.database import Database
from activities.settings import Settings
from evals.beir import read_queries
from evals.benchmarks.chroma_server import chroma_server
from evals.benchmarks.corpus import Corpus, Right, make_corpus
from evals.benchmarks.langchain_style import Bm25Retriever, ChromaWithFilter
from evals.benchmarks.published import publish
from evals.benchmarks.timing import alternate, milliseconds
from evals.shared_data import shared_data

K = 10
DEPARTMENTS = tuple(f"d{number:02}" for number in range(15))
RIGHTS: list[Right] = [
    *(("public", DEPARTMENTS[0]),) * 4,
    *(("internal", department) for department in DEPARTMENTS[:6]),
    *(("restricted", department) for department in DEPARTMENTS for _ in range(6)),
]
"""Readers of a hundred documents in turn: 4 for everybody, 6 for colleagues, 90 for supervisors of 15 departments."""
CUSTOMER = read_scope(Principal("c", "customer"), ())
AGENT = read_scope(Principal("a", "agent"), DEPARTMENTS)
"""Reads 10 % of the passages, in 7 partitions that hold some of them and 9 that hold none."""
WORDS = 12
WARMUP = 10
SECRET, NOWHERE = "zebrafinch", "zebrafisch"


async def run(rounds: int = 100, chunks: int = 100_000, embedded: int = 2_000) -> dict[str, Any]:
    """Return p50 and p95 in milliseconds of each contestant, ratios to ours, and how much of the truth each found.

    Ours is the whole search of a person who may read 10 % of the passages: embedding, both halves, fusion and texts
    from SQLite, with a Chroma server as ``holdfast up`` runs one. Every contestant has questions of its own, and each
    is new: neither a ranking nor a vector is remembered. The target: at most 0.2 of langchain-chroma with a metadata
    filter, p95 under 60 ms, recall 1; words alone at most 0.01 of LangChain's BM25. ``hidden_to_absent`` compares
    questions with a word that only hidden passages have to questions with one that none has.
    Raises ``DataSetMissingError``.
    """
    embedder = MiniLmEmbedder(Settings().cache_dir)
    corpus = with_secrets(make_corpus(embedder, chunks, embedded, RIGHTS), rounds + WARMUP)
    question = questions()
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as name, chroma_server(Path(name, "chroma")) as url:
        database = Database(f"sqlite+aiosqlite:///{Path(name, 'records.db')}")
        await database.migrate()
        with open_knowledge(Path(name), database.query, embedder, chroma_url=url) as knowledge:
            await publish(database, knowledge, corpus)
            chroma = ChromaWithFilter(
                ChromaServer(url).client(), embedder, corpus.chunks, corpus.vectors, corpus.partitions
            )
            bm25 = Bm25Retriever(corpus.chunks)
            search, words = knowledge.search, knowledge.generations.current().fulltext.search
            seconds = await alternate(
                {
                    "holdfast": lambda n: search.find(question(6 * n), AGENT, k=K),
                    "holdfast_customer": lambda n: search.find(question(6 * n + 1), CUSTOMER, k=K),
                    "chroma_filter": lambda n: asyncio.to_thread(
                        chroma.search, question(6 * n + 2), AGENT.partitions, K
                    ),
                    "holdfast_words": lambda n: asyncio.to_thread(words, question(6 * n + 3), AGENT.partitions, K),
                    "hidden_words": lambda n: search.find(f"{question(6 * n + 4)} {SECRET}{n}", AGENT, k=K),
                    "absent_words": lambda n: search.find(f"{question(6 * n + 5)} {NOWHERE}{n}", AGENT, k=K),
                },
                rounds,
                WARMUP,
            )
            slow = await alternate({"bm25": lambda n: asyncio.to_thread(bm25.search, question(n), K)}, 10, warmup=1)
            found = recalls(embedder, knowledge, chroma, corpus, [question(n) for n in range(50)])
        await database.close()
    return report({**seconds, **slow}, found, corpus)


def with_secrets(corpus: Corpus, count: int) -> Corpus:
    """Return the corpus with ``count`` words that no other passage has in passages that only supervisors read."""
    hidden = (row for row, (level, _) in enumerate(corpus.rights) if level == "restricted")
    chunks = list(corpus.chunks)
    for number, row in zip(range(count), hidden, strict=False):
        chunks[row] = replace(chunks[row], text=f"{chunks[row].text} {SECRET}{number}")
    return replace(corpus, chunks=chunks)


def questions() -> Callable[[int], str]:
    """Return a function that makes a question of each number, another for each: windows into symptom texts."""
    texts = [
        text.split() for text in read_queries(shared_data("ms_office_support_kb/symptom_queries_dev.jsonl")).values()
    ]

    def question(number: int) -> str:
        words = texts[number % len(texts)]
        start = number // len(texts) % max(len(words) - WORDS, 1)
        return " ".join(words[start : start + WORDS])

    return question


def recalls(
    embedder: MiniLmEmbedder,
    knowledge: OpenedKnowledge,
    chroma: ChromaWithFilter,
    corpus: Corpus,
    asked: Sequence[str],
) -> dict[str, float]:
    """Return which share of the ``K`` nearest readable passages each finds, compared with a plain loop over all."""
    readable = np.flatnonzero([name in AGENT.partitions for name in corpus.partitions])
    ours, theirs = 0, 0
    for text, vector in zip(asked, embedder.embed(asked), strict=True):
        scores = corpus.vectors[readable].astype(np.float64) @ vector.astype(np.float64)
        nearest = {corpus.chunks[readable[row]].chunk_id for row in np.argsort(-scores)[:K]}
        ours += len(
            nearest
            & {hit.chunk_id for hit in knowledge.generations.current().dense.search(vector, AGENT.partitions, K)}
        )
        theirs += len(nearest & set(chroma.search_ids(text, AGENT.partitions, K)))
    total = K * len(asked)
    return {"holdfast_recall": round(ours / total, 4), "chroma_filter_recall": round(theirs / total, 4)}


def report(seconds: dict[str, list[float]], found: dict[str, float], corpus: Corpus) -> dict[str, Any]:
    """Return the figures of all contestants."""
    readable = sum(name in AGENT.partitions for name in corpus.partitions)
    figures: dict[str, Any] = {
        "chunks": len(corpus.chunks),
        "embedded": corpus.embedded,
        "readable_share": round(readable / len(corpus.chunks), 3),
        "rounds": len(seconds["holdfast"]),
    }
    for name, values in seconds.items():
        figures[f"{name}_p50_ms"] = milliseconds(values)
        figures[f"{name}_p95_ms"] = milliseconds(values, 0.95)

    def ratio(name: str, other: str) -> float:
        return round(float(figures[f"{name}_p50_ms"]) / float(figures[f"{other}_p50_ms"]), 4)

    return {
        **figures,
        **found,
        "ratio_to_chroma_filter": ratio("holdfast", "chroma_filter"),
        "words_ratio_to_bm25": ratio("holdfast_words", "bm25"),
        "hidden_to_absent": ratio("hidden_words", "absent_words"),
    }
