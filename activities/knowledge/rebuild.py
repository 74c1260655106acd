"""The index made anew from records: for a folder that was lost or damaged, or that is not trusted any more."""

import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from activities.knowledge.access import partition
from activities.knowledge.chunks import CHUNKS_AT_ONCE, ChunkWriter
from activities.knowledge.folder_lock import LOCK_FILES, FolderLock
from activities.knowledge.index import ChunkIndex
from activities.ports import Embedder, IndexedChunk
from activities.records.database import Database
from activities.records.documents import Documents


class IndexIncompleteError(Exception):
    """The index does not hold what records say, after all of it was put in."""


@dataclass(frozen=True)
class Rebuilt:
    """What the index holds now."""

    documents: int
    chunks: int


class IndexRebuild:
    """Empties both halves of an index, then embeds and indexes what is published."""

    def __init__(
        self, database: Database, embedder: Embedder, index: ChunkIndex, *, chunks_at_once: int = CHUNKS_AT_ONCE
    ) -> None:
        """Fill ``index`` with what is published in ``database``, some chunks at a time."""
        self._documents = Documents(database)
        self._index = index
        self._writer = ChunkWriter(database, embedder, index)
        self._chunks_at_once = chunks_at_once

    async def run(self, advance: Callable[[int], object]) -> Rebuilt:
        """Rebuild, calling ``advance`` with the number of chunks of each portion that is done.

        Starts from nothing, so a run that was killed is simply run again; until it ends, search finds a part. Nobody
        may ingest meanwhile. Raises ``KnowledgeUnavailableError``, ``DatabaseUnavailableError`` and
        ``IndexIncompleteError``.
        """
        await self._index.clear()
        done, after, documents = 0, "", set[str]()
        while portion := await self._documents.published_chunks(after, self._chunks_at_once):
            by_partition: dict[str, list[IndexedChunk]] = defaultdict(list)
            for each in portion:
                name = partition(each.classification, each.department, each.rule_key or "")
                by_partition[name].append(each.indexed)
            for name, chunks in by_partition.items():
                await self._writer.index(name, chunks)
            done, after = done + len(portion), portion[-1].chunk_id
            documents |= {each.document_id for each in portion}
            advance(len(portion))
        if (held := await self._index.size()) != done:
            raise IndexIncompleteError(f"the index holds {held} passages, records have {done}: run it again")
        return Rebuilt(len(documents), done)


def empty_vector_folder(folder: Path) -> None:
    """Delete Chroma's files, which may be too damaged to be opened. Raises ``FolderInUseError`` and ``OSError``."""
    lock = FolderLock(folder)
    try:
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in LOCK_FILES:
                path.unlink()
    finally:
        lock.release()
