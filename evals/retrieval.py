"""Retrieval on anybody's collection, with the product's own splitter, embeddings, index and fusion."""

import asyncio
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from statistics import fmean

from activities.knowledge.access import PUBLIC
from activities.knowledge.candidates import CandidateSearch
from activities.knowledge.chroma import ChromaFolder
from activities.knowledge.formats.document import DocumentRefusedError
from activities.knowledge.formats.markdown import parse_markdown
from activities.knowledge.formats.plain import parse_plain
from activities.knowledge.formats.records import MARKDOWN
from activities.knowledge.fulltext import FullText
from activities.knowledge.index import ChunkIndex
from activities.knowledge.preparation import HEADING_SEPARATOR, embedded_text
from activities.knowledge.split import split_document
from activities.knowledge.vectors import Vectors
from activities.models.embedding import MiniLmEmbedder
from activities.ports import IndexedChunk, SearchMode
from evals.beir import CollectionError, CorpusDocument, Qrels, read_corpus, read_qrels, read_queries
from evals.benchmarks.timing import milliseconds
from evals.embedding import evaluation_embedder
from evals.ranking import hit, ndcg, recall, reciprocal_rank

PORTION = 512
"""Chunks that are embedded and put into the index in one go."""
DEPTH = 100
CHUNKS = 400
"""Chunks that each half names for one question: enough for ``DEPTH`` documents."""

Figures = dict[str, float | int]
MEASURES = {
    "ndcg@10": (ndcg, 10),
    "recall@5": (recall, 5),
    "recall@10": (recall, 10),
    "recall@100": (recall, 100),
    "mrr@10": (reciprocal_rank, 10),
    "hit@1": (hit, 1),
    "hit@3": (hit, 3),
}


def evaluate_retrieval(corpus: Path, queries: Path, qrels: Path, mode: SearchMode = "hybrid") -> Figures:
    """Index a collection in BEIR's format in a temporary folder and ask each judged query.

    Returns the means of ``MEASURES``, ``docs_per_second`` (split, embed and index; a lexical search needs no
    vectors), ``query_p50_ms``, ``query_p95_ms`` and ``n``, the number of queries. Raises ``CollectionError``.
    """
    judgements = read_qrels(qrels)
    asked = {query: text for query, text in read_queries(queries).items() if query in judgements}
    if not asked:
        raise CollectionError(f"{qrels} judges none of the queries in {queries}")
    return asyncio.run(_evaluate(read_corpus(corpus), asked, judgements, mode))


async def _evaluate(
    documents: Sequence[CorpusDocument], queries: Mapping[str, str], qrels: Qrels, mode: SearchMode
) -> Figures:
    with tempfile.TemporaryDirectory(prefix="holdfast-eval-") as folder:
        embedder = evaluation_embedder()
        vectors, fulltext = Vectors(ChromaFolder(Path(folder, "vectors")), "eval"), FullText(Path(folder, "fulltext"))
        try:
            started = time.perf_counter()
            if mode == "lexical":
                await fill_lexical(fulltext, documents)
            else:
                await fill_index(ChunkIndex(vectors, fulltext), embedder, documents)
            docs_per_second = len(documents) / (time.perf_counter() - started)
            ranked, seconds = await ask_all(CandidateSearch(embedder, vectors, fulltext), queries, mode)
        finally:
            vectors.close()
    means = {
        name: fmean(measure(ranked[query], qrels[query], k) for query in queries)
        for name, (measure, k) in MEASURES.items()
    }
    return {
        **{name: round(mean, 4) for name, mean in means.items()},
        "docs_per_second": round(docs_per_second, 1),
        "query_p50_ms": milliseconds(seconds),
        "query_p95_ms": milliseconds(seconds, 0.95),
        "n": len(queries),
    }


async def fill_lexical(fulltext: FullText, documents: Iterable[CorpusDocument]) -> None:
    """Split documents and index their words alone: a lexical search needs no vectors, and these take all the time."""
    for portion in portions(documents):
        await asyncio.to_thread(fulltext.put, PUBLIC, portion)


async def fill_index(index: ChunkIndex, embedder: MiniLmEmbedder, documents: Iterable[CorpusDocument]) -> None:
    """Split, embed and index documents as an ingestion does, all of them public."""
    for portion in portions(documents):
        texts = [embedded_text(chunk.title, chunk.heading, chunk.text) for chunk in portion]
        await index.put(PUBLIC, portion, await asyncio.to_thread(embedder.embed, texts))


def portions(documents: Iterable[CorpusDocument]) -> Iterator[list[IndexedChunk]]:
    """Split documents, and group their passages for the index."""
    chunks = (chunk for document in documents for chunk in split(document))
    while portion := list(islice(chunks, PORTION)):
        yield portion


def split(document: CorpusDocument) -> list[IndexedChunk]:
    """Return a document's passages: its title when it has no text, none when it has neither."""
    parse = parse_markdown if MARKDOWN.search(document.text) else parse_plain
    try:
        parsed = parse(document.text.strip() or document.title, document.id, title=document.title)
    except DocumentRefusedError:
        return []
    return [
        IndexedChunk(
            f"{document.id}:{position}", document.id, document.title, HEADING_SEPARATOR.join(chunk.heading), chunk.text
        )
        for position, chunk in enumerate(split_document(parsed))
    ]


async def ask_all(
    search: CandidateSearch, queries: Mapping[str, str], mode: SearchMode
) -> tuple[dict[str, list[str]], list[float]]:
    """Return each query's documents, best first, and the seconds of each query, one at a time."""
    ranked, seconds = {}, []
    for query, text in queries.items():
        started = time.perf_counter()
        ranking = await search.rank(text, [PUBLIC], limit=CHUNKS, k=DEPTH, mode=mode)
        seconds.append(time.perf_counter() - started)
        documents = (candidate.chunk_id.rpartition(":")[0] for candidate in ranking.candidates)
        ranked[query] = list(dict.fromkeys(documents))[:DEPTH]
    return ranked, seconds
