"""The knowledge as a process uses it: opened by its composition root, closed when the process ends."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from activities.knowledge.chroma import ChromaFolder, ChromaServer
from activities.knowledge.current import CurrentIndex, CurrentSearch
from activities.knowledge.generations import Generations
from activities.knowledge.passages import Reads
from activities.knowledge.search import HybridSearch
from activities.knowledge.stores import IndexStores
from activities.models.embedding import MiniLmEmbedder

CHROMA_FOLDER = "chroma"


@dataclass(frozen=True)
class OpenedKnowledge:
    """What answers questions, what is written to when documents come and go, and the generations behind both."""

    search: CurrentSearch
    index: CurrentIndex
    generations: Generations


@contextmanager
def open_knowledge(
    data_dir: Path,
    reads: Reads,
    embedder: MiniLmEmbedder,
    *,
    chroma_url: str = "",
    synonyms: Sequence[Sequence[str]] = (),
    half_seconds: float | None = None,
) -> Iterator[OpenedKnowledge]:
    """Open full text in ``data_dir`` and vectors at ``chroma_url`` or, without one, in ``data_dir`` for us alone.

    ``reads`` runs reads of texts: pass ``Database.query``. ``synonyms`` are groups of phrases, as ``read_synonyms``
    gives them; ``half_seconds`` is that of ``CandidateSearch``. Raises ``FolderInUseError`` when another process has
    the vectors' folder, ``ValueError`` when the address is none; a server that is down raises nothing here, searches
    then do with full text.
    """
    # One core for each product of a search: BLAS's threads spin while they wait, and cost twice the processor time.
    threadpool_limits(1, user_api="blas")
    folder = data_dir / CHROMA_FOLDER
    place = ChromaServer(chroma_url, folder) if chroma_url else ChromaFolder(folder)
    generations = Generations(data_dir, place, embedder.fingerprint, synonyms)

    def build(stores: IndexStores) -> HybridSearch:
        return HybridSearch(
            reads,
            embedder,
            stores.dense,
            stores.fulltext,
            is_common=embedder.is_word,
            half_seconds=half_seconds,
        )

    try:
        yield OpenedKnowledge(CurrentSearch(generations, build), CurrentIndex(generations), generations)
    finally:
        generations.close()
