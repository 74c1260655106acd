"""The knowledge as a process uses it: opened by its composition root, closed when the process ends."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from activities.knowledge.chroma import ChromaFolder, ChromaServer
from activities.knowledge.dense import DenseVectors
from activities.knowledge.exact import ExactVectors
from activities.knowledge.fulltext import FullText
from activities.knowledge.index import ChunkIndex
from activities.knowledge.passages import Sessions
from activities.knowledge.search import HybridSearch
from activities.knowledge.vectors import Vectors
from activities.models.embedding import MiniLmEmbedder

CHROMA_FOLDER = "chroma"
FULLTEXT_FOLDER = "fulltext"
EXACT_FOLDER = "exact"


@dataclass(frozen=True)
class OpenedKnowledge:
    """What answers questions, what is written to when documents come and go, and the two halves of both."""

    search: HybridSearch
    index: ChunkIndex
    vectors: DenseVectors
    fulltext: FullText


@contextmanager
def open_knowledge(
    data_dir: Path,
    sessions: Sessions,
    embedder: MiniLmEmbedder,
    *,
    chroma_url: str = "",
    synonyms: Sequence[Sequence[str]] = (),
) -> Iterator[OpenedKnowledge]:
    """Open full text in ``data_dir`` and vectors at ``chroma_url`` or, without one, in ``data_dir`` for us alone.

    ``sessions`` opens a session to read texts with: pass ``Database.read``. ``synonyms`` are groups of phrases, as
    ``read_synonyms`` gives them. Raises ``FolderInUseError`` when another process has the vectors' folder,
    ``ValueError`` when the address is none; a server that is down raises nothing here, searches then do with full text.
    """
    # One core for each product of a search: BLAS's threads spin while they wait, and cost twice the processor time.
    threadpool_limits(1, user_api="blas")
    place = ChromaServer(chroma_url) if chroma_url else ChromaFolder(data_dir / CHROMA_FOLDER)
    exact = ExactVectors(data_dir / EXACT_FOLDER / embedder.fingerprint[:12])
    vectors = DenseVectors(Vectors(place, embedder.fingerprint), exact)
    fulltext = FullText(data_dir / FULLTEXT_FOLDER, synonyms)
    search = HybridSearch(sessions, embedder, vectors, fulltext, is_common=embedder.is_word)
    try:
        yield OpenedKnowledge(search, ChunkIndex(vectors, fulltext), vectors, fulltext)
    finally:
        vectors.close()
