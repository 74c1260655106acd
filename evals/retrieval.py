"""Retrieval on anybody's collection, with the product's own splitter, embeddings, index and fusion."""

import asyncio
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any, get_args

from activities.knowledge.access import PUBLIC
from activities.knowledge.candidates import CandidateSearch
from activities.knowledge.chroma import ChromaFolder
from activities.knowledge.dense import DenseVectors
from activities.knowledge.exact import ExactVectors
from activities.knowledge.formats.document import DocumentRefusedError
from activities.knowledge.formats.markdown import parse_markdown
from activities.knowledge.formats.plain import parse_plain
from activities.knowledge.formats.records import MARKDOWN
from activities.knowledge.fulltext import FullText
from activities.knowledge.fusion import Candidate
from activities.knowledge.index import ChunkIndex
from activities.knowledge.preparation import HEADING_SEPARATOR, embedded_text
from activities.knowledge.split import split_document
from activities.knowledge.vectors import Vectors
from activities.models.embedding import MiniLmEmbedder
from activities.ports import IndexedChunk, SearchMode
from evals.beir import CollectionError, CorpusDocument, Qrels, read_corpus, read_qrels, read_queries
from evals.benchmarks.timing import milliseconds
from evals.company import PATIENCE_SECONDS
from evals.embedding import evaluation_embedder
from evals.ranking import hit, ndcg, recall, reciprocal_rank
from evals.reranking import SentenceReranker

PORTION = 512
"""Chunks that are embedded and put into the index in one go."""
DEPTH = 100
CHUNKS = 400
"""Chunks that each half names for one question: enough for ``DEPTH`` documents."""

Figures = dict[str, float | int]
Collection = tuple[Sequence[CorpusDocument], Mapping[str, str], Qrels]
Way = tuple[SearchMode, bool]
"""A mode, and whether what it finds is re-ranked."""
MEASURES = {
    "ndcg@10": (ndcg, 10),
    "recall@5": (recall, 5),
    "recall@10": (recall, 10),
    "recall@100": (recall, 100),
    "mrr@10": (reciprocal_rank, 10),
    "hit@1": (hit, 1),
    "hit@3": (hit, 3),
}


def evaluate_retrieval(
    corpus: Path, queries: Path, qrels: Path, mode: SearchMode = "hybrid", *, rerank: bool = False
) -> Figures:
    """Index a collection in BEIR's format in a temporary folder and ask each judged query.

    Returns the means of ``MEASURES``, ``docs_per_second`` (split, embed and index; a lexical search needs no
    vectors), ``query_p50_ms``, ``query_p95_ms`` and ``n``, the number of queries. ``rerank`` orders the best passages
    anew by their best sentence, which the product does not do. Raises ``CollectionError``.
    """
    collection = read_collection(corpus, queries, qrels)
    return asyncio.run(_evaluate(collection, [(mode, rerank)]))[0]


def compare_retrieval(corpus: Path, queries: Path, qrels: Path) -> dict[str, Any]:
    """Index a collection once; return ``rows`` of figures for each mode, as it is and re-ranked. As the above."""
    ways: list[Way] = [(mode, rerank) for mode in get_args(SearchMode) for rerank in (False, True)]
    figures = asyncio.run(_evaluate(read_collection(corpus, queries, qrels), ways))
    rows = [{"mode": mode + " re-ranked" * again, **each} for (mode, again), each in zip(ways, figures, strict=True)]
    return {"n": figures[0]["n"], "rows": rows}


def read_collection(corpus: Path, queries: Path, qrels: Path) -> Collection:
    """Return documents, the judged queries, and the judgements. Raises ``CollectionError``."""
    judgements = read_qrels(qrels)
    asked = {query: text for query, text in read_queries(queries).items() if query in judgements}
    if not asked:
        raise CollectionError(f"{qrels} judges none of the queries in {queries}")
    return read_corpus(corpus), asked, judgements


async def _evaluate(collection: Collection, ways: Sequence[Way]) -> list[Figures]:
    documents, queries, qrels = collection
    with tempfile.TemporaryDirectory(prefix="holdfast-eval-") as folder:
        embedder = evaluation_embedder()
        chroma = Vectors(ChromaFolder(Path(folder, "vectors")), "eval")
        vectors = DenseVectors(chroma, ExactVectors(Path(folder, "exact")))
        fulltext = FullText(Path(folder, "fulltext"))
        try:
            started = time.perf_counter()
            if all(mode == "lexical" and not rerank for mode, rerank in ways):
                await fill_lexical(fulltext, documents)
            else:
                await fill_index(ChunkIndex(vectors, fulltext), embedder, documents)
            docs_per_second = len(documents) / (time.perf_counter() - started)
            search = CandidateSearch(embedder, vectors, fulltext, PATIENCE_SECONDS)
            reranker = SentenceReranker(embedder, texts_of(documents)) if any(rerank for _, rerank in ways) else None
            figures = []
            for mode, rerank in ways:
                ranked, seconds = await ask_all(
                    search, queries, names_of(documents), mode, reranker if rerank else None
                )
                figures.append(measure(ranked, seconds, queries, qrels, docs_per_second))
        finally:
            vectors.close()
    return figures


def measure(
    ranked: Mapping[str, list[str]],
    seconds: list[float],
    queries: Mapping[str, str],
    qrels: Qrels,
    docs_per_second: float,
) -> Figures:
    """Return the means over all queries."""
    means = {
        name: fmean(measured(ranked[query], qrels[query], k) for query in queries)
        for name, (measured, k) in MEASURES.items()
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
            f"{document.key}:1:{position}",
            document.key,
            document.title,
            HEADING_SEPARATOR.join(chunk.heading),
            chunk.text,
        )
        for position, chunk in enumerate(split_document(parsed))
    ]


async def ask_all(
    search: CandidateSearch,
    queries: Mapping[str, str],
    names: Mapping[str, str],
    mode: SearchMode,
    reranker: SentenceReranker | None = None,
) -> tuple[dict[str, list[str]], list[float]]:
    """Return each query's documents, best first, and the seconds of each query, one at a time.

    ``names`` gives the id of each document's key.
    """
    ranked, seconds = {}, []
    for query, text in queries.items():
        started = time.perf_counter()
        candidates = (await search.rank(text, [PUBLIC], limit=CHUNKS, mode=mode)).candidates
        if reranker:
            candidates = reranker.rerank(text, candidates)
        seconds.append(time.perf_counter() - started)
        ranked[query] = documents_of(candidates, names)
    return ranked, seconds


def names_of(documents: Iterable[CorpusDocument]) -> dict[str, str]:
    """Return the id of each document's key."""
    return {document.key: document.id for document in documents}


def documents_of(candidates: Sequence[Candidate], names: Mapping[str, str]) -> list[str]:
    """Return the ids of the first ``DEPTH`` documents of a ranking of passages, each once."""
    return list(dict.fromkeys(names[each.document_id] for each in candidates))[:DEPTH]


def texts_of(documents: Iterable[CorpusDocument]) -> dict[str, str]:
    """Return the texts of all passages by chunk id."""
    return {chunk.chunk_id: chunk.text for document in documents for chunk in split(document)}
