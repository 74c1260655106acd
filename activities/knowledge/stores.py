"""The three stores that one index is made of, as a process opens them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from activities.knowledge.chroma import ChromaPlace
from activities.knowledge.chroma_care import ChromaCare
from activities.knowledge.dense import DenseVectors
from activities.knowledge.entries import Entries
from activities.knowledge.exact import ExactVectors
from activities.knowledge.fulltext import FullText
from activities.knowledge.index import ChunkIndex
from activities.knowledge.vectors import Vectors

EXACT_FOLDER = "exact"
FULLTEXT_FOLDER = "fulltext"
StoreName = Literal["chroma", "exact", "fulltext"]
STORES: tuple[StoreName, ...] = get_args(StoreName)


@dataclass(frozen=True)
class IndexStores:
    """One generation: vectors in Chroma, the same ones in files, and full text."""

    name: str
    chroma: Vectors
    care: ChromaCare
    exact: ExactVectors
    fulltext: FullText
    dense: DenseVectors
    index: ChunkIndex

    def entries(self, store: StoreName, partitions: Sequence[str], documents: Sequence[str] | None = None) -> Entries:
        """List a store; ``partitions`` are those that full text is asked for. Raises ``KnowledgeUnavailableError``."""
        if store == "chroma":
            return self.chroma.entries(documents)
        if store == "exact":
            return self.exact.entries(documents)
        return self.fulltext.entries(partitions, documents)


def open_stores(
    folder: Path,
    place: ChromaPlace,
    fingerprint: str,
    generation: str = "",
    synonyms: Sequence[Sequence[str]] = (),
) -> IndexStores:
    """Open the stores of an embedding model in a folder; nothing is read yet."""
    exact_folder, fulltext_folder = store_paths(folder, fingerprint)
    chroma = Vectors(place, fingerprint, generation)
    exact = ExactVectors(exact_folder)
    fulltext = FullText(fulltext_folder, synonyms)
    dense = DenseVectors(chroma, exact)
    care = ChromaCare(place, chroma)
    return IndexStores(generation, chroma, care, exact, fulltext, dense, ChunkIndex(dense, fulltext))


def store_paths(folder: Path, fingerprint: str) -> tuple[Path, Path]:
    """Return the folders of exact vectors and of full text."""
    return folder / EXACT_FOLDER / fingerprint[:12], folder / FULLTEXT_FOLDER
