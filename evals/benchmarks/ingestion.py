"""Taking articles in by the product's own road, against the loop of LangChain's documentation, in one run."""

import asyncio
import gzip
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from temporalio.client import Client

from activities.knowledge.chroma import ChromaServer
from activities.models.embedding import MiniLmEmbedder
from activities.settings import Settings
from commands.door import Door, find_login
from evals.benchmarks.chroma_server import chroma_server
from evals.benchmarks.corpus import ARTICLES, passages_of
from evals.benchmarks.embeddings import PlainEmbedder
from evals.benchmarks.langchain_style import PlainLoop
from evals.benchmarks.steps import ended_at, steps_of, union_seconds
from evals.shared_data import shared_data
from evals.stack import Stack, running_stack
from workflows import messages

ROUND_DOCUMENTS = 120
"""Articles in one file: each contestant takes one in, then it is the other's turn."""
WARMUP = 4
NO_PREPARATION = {"HOLDFAST_UNIT_VECTORS_BYTES": "0"}
"""What a worker does in its spare time would be done in the other contestant's."""
Lines = Sequence[bytes]


async def run(documents: int = 360) -> dict[str, Any]:
    """Return documents a second of both, their ratio, and the share of the time in which the model embeds.

    Ours is the whole of ``holdfast up``: the upload over HTTP, ``IngestionWorkflow`` on a Temporal server on disk, one
    worker, SQLite, a Chroma server, full text. Theirs parses each article, splits it at 1,000 characters and adds it to
    a Chroma server, with vectors of the same model in float32. ``embed_share`` is the share of our time in which some
    activity embedded, as Temporal's histories have it; ``alone_share`` compares with the time in which this process
    embeds the same passages and does nothing else. The targets: twice the documents a second, and 0.8.
    Raises ``DataSetMissingError``.
    """
    lines = read_lines(documents + WARMUP)
    embedder = MiniLmEmbedder(Settings().cache_dir)
    spent: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as name, chroma_server(Path(name, "chroma")) as url:
        loop = PlainLoop(ChromaServer(url).client(), PlainEmbedder(Settings().cache_dir))
        async with running_stack(sample=False, environment=NO_PREPARATION) as stack:
            client = await Client.connect(stack.temporal_address)
            await take(stack, client, lines[:WARMUP])
            await asyncio.to_thread(loop.add, lines[:WARMUP])
            for start in range(WARMUP, len(lines), ROUND_DOCUMENTS):
                part = lines[start : start + ROUND_DOCUMENTS]
                spent.update(await take(stack, client, part))
                spent.update(await asyncio.to_thread(add_plainly, loop, part))
                spent.update(await asyncio.to_thread(embed_alone, embedder, part))
    return report(len(lines) - WARMUP, spent)


def read_lines(count: int) -> list[bytes]:
    """Return the first articles, each as a line of JSON. Raises ``DataSetMissingError``."""
    lines = gzip.decompress(shared_data(ARTICLES).read_bytes()).split(b"\n")
    return [line for line in lines if line.strip()][:count]


async def take(stack: Stack, client: Client, lines: Lines) -> dict[str, float]:
    """Upload articles in one file; return the seconds until all of them answer, and the seconds of each step."""
    started = time.time()
    ingestion = await asyncio.to_thread(upload, stack, f"articles-{started}.jsonl", b"\n".join(lines))
    workflow_id = messages.ingestion_workflow_id(ingestion["id"])
    ended = await ended_at(client, workflow_id)
    steps = await steps_of(client, workflow_id)
    taken = ingestion["report"]["counts"]
    if taken["taken"] != len(lines):
        raise RuntimeError(f"of {len(lines)} articles not all were taken: {taken}")
    names = {name for name, _ in steps}
    return {
        "ours": ended - started,
        "passages": ingestion["report"]["chunks"],
        **{name: union_seconds(span for step, span in steps if step == name) for name in names},
    }


def upload(stack: Stack, filename: str, data: bytes) -> dict[str, Any]:
    """Upload a file as the demo admin and follow its ingestion to the end. Blocks."""
    with Door(stack.url, find_login(stack.settings, None, "admin")) as door:
        return door.upload(filename, data, {"classification": "public"})


def add_plainly(loop: PlainLoop, lines: Lines) -> dict[str, float]:
    """Return the seconds and the passages of LangChain's way. Blocks."""
    started = time.perf_counter()
    passages = loop.add(lines)
    return {"theirs": time.perf_counter() - started, "their_passages": passages}


def embed_alone(embedder: MiniLmEmbedder, lines: Lines) -> dict[str, float]:
    """Return the seconds in which our model embeds our passages of some articles. Blocks."""
    texts = passages_of(lines)
    started = time.perf_counter()
    embedder.embed(texts)
    return {"alone": time.perf_counter() - started}


def report(documents: int, spent: Counter[str]) -> dict[str, Any]:
    """Return the figures; ``*_seconds`` of a step is the time in which at least one of them ran."""
    steps = ("stage_documents", "embed_chunks", "index_chunks", "publish_documents")
    return {
        "documents": documents,
        "passages": int(spent["passages"]),
        "their_passages": int(spent["their_passages"]),
        "docs_per_second": round(documents / spent["ours"], 2),
        "their_docs_per_second": round(documents / spent["theirs"], 2),
        "ratio": round(spent["theirs"] / spent["ours"], 2),
        "embed_share": round(spent["embed_chunks"] / spent["ours"], 3),
        "alone_share": round(spent["alone"] / spent["ours"], 3),
        "seconds": round(spent["ours"], 1),
        **{f"{step}_seconds": round(spent[step], 1) for step in steps},
    }
