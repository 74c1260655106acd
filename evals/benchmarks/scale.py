"""How search, ingestion into the index, memory and disk grow with the number of passages."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from activities.knowledge.open import open_knowledge
from activities.models.embedding import MiniLmEmbedder
from activities.ports import ReadScope
from activities.records.database import Database
from activities.settings import Settings
from evals.benchmarks.chroma_server import chroma_server
from evals.benchmarks.corpus import make_corpus
from evals.benchmarks.published import publish
from evals.benchmarks.search import AGENT, RIGHTS, K, questions
from evals.benchmarks.timing import alternate, milliseconds

SIZES = (10_000, 50_000, 200_000)
MB = 1e6


async def run(sizes: Sequence[int] = SIZES, embedded: int = 2_000, rounds: int = 50) -> dict[str, Any]:
    """Return a row for each number of passages.

    ``put_per_second``: passages a second into records, Chroma, exact vectors and full text, without embedding them.
    ``p50_ms``, ``p95_ms``: a search of somebody who reads 10 %; ``all_p50_ms`` of somebody who reads everything. MB on
    disk by part, and resident MB that this process and Chroma's gained. Raises ``DataSetMissingError``.
    """
    embedder = MiniLmEmbedder(Settings().cache_dir)
    return {"sizes": [await measure(embedder, size, embedded, rounds) for size in sizes]}


async def measure(embedder: MiniLmEmbedder, size: int, embedded: int, rounds: int) -> dict[str, float]:
    """Return the figures of one size."""
    corpus, question = make_corpus(embedder, size, embedded, RIGHTS), questions()
    everything = ReadScope(tuple(dict.fromkeys(corpus.partitions)))
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as name, chroma_server(Path(name, "chroma")) as url:
        folder, before = Path(name), resident_mb()
        database = Database(f"sqlite+aiosqlite:///{folder / 'records.db'}")
        await database.migrate()
        with open_knowledge(folder, database.query, embedder, chroma_url=url) as knowledge:
            started = time.perf_counter()
            await publish(database, knowledge, corpus)
            seconds = time.perf_counter() - started
            asked = await alternate(
                {
                    "some": lambda n: knowledge.search.find(question(n), AGENT, k=K),
                    "all": lambda n: knowledge.search.find(question(n), everything, k=K),
                },
                rounds,
            )
            gained = resident_mb() - before
        await database.close()
        disk = {part: disk_mb(folder, part) for part in ("records.db", "chroma", "exact", "fulltext")}
    return {
        "chunks": size,
        "put_per_second": round(size / seconds, 1),
        "p50_ms": milliseconds(asked["some"]),
        "p95_ms": milliseconds(asked["some"], 0.95),
        "all_p50_ms": milliseconds(asked["all"]),
        "resident_mb": round(max(gained, 0.1), 1),
        **{f"{part.split('.')[0]}_mb": size_mb for part, size_mb in disk.items()},
    }


def resident_mb() -> float:
    """Return the resident memory of this process and its children, mapped files included."""
    own = psutil.Process()
    return float(sum(each.memory_info().rss for each in (own, *own.children(recursive=True))) / MB)


def disk_mb(folder: Path, part: str) -> float:
    """Return the size of a file or of all files of a folder."""
    paths = [path for path in (folder / part, *(folder / part).rglob("*")) if path.is_file()]
    return round(sum(path.stat().st_size for path in paths) / MB, 1)
