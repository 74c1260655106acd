"""A small published knowledge base over real parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from activities.knowledge.access import partition
from activities.knowledge.chroma import ChromaFolder
from activities.knowledge.fulltext import FullText
from activities.knowledge.index import ChunkIndex
from activities.knowledge.preparation import embedded_text
from activities.knowledge.search import HybridSearch
from activities.knowledge.vectors import Vectors
from activities.models.embedding import MiniLmEmbedder
from activities.ports import IndexedChunk, Level, ReadScope
from activities.records.database import Database
from activities.records.models import Chunk, Document

PUBLIC = ReadScope(("public",))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS: list[tuple[str, Level, str, str]] = [
    ("refunds", "public", "billing", "You get your money back within fourteen days to the card you paid with."),
    ("router", "public", "technical", "When the HF-2040-B blinks red, hold its reset button for ten seconds."),
    ("sharing", "public", "technical", "To share a folder, open its menu and send the link to a colleague."),
    ("limits", "internal", "support", "Agents may pay money back up to fifty euros without asking a supervisor."),
    ("dispute", "restricted", "legal", "Contoso wants its money back; our counsel offers a third of it."),
]


async def add(
    database: Database, index: ChunkIndex, embedder: MiniLmEmbedder, name: str, level: Level, owner: str, text: str,
    *, version: int = 1, answers: int = 1, status: str = "published", position: int = 0,
) -> None:  # fmt: skip
    """Index one passage of ``version`` of a document whose version ``answers`` is the one that answers."""
    chunk_id = f"{name}:{version}:{position}"
    async with database.write() as session:
        await session.merge(
            Document(
                id=name, source=name, title=name.title(), department=owner, classification=level, media_type="t",
                version=answers, status=status, created_at=NOW, updated_at=NOW,
            )
        )  # fmt: skip
        await session.merge(
            Chunk(id=chunk_id, document_id=name, version=version, position=position, text=text, start=0, end=len(text),
                  content_hash="h")
        )  # fmt: skip
    chunk = IndexedChunk(chunk_id, name, name.title(), "", text)
    await index.put(
        partition(level, owner), [chunk], embedder.embed([embedded_text(chunk.title, chunk.heading, chunk.text)])
    )


class World:
    """A small published knowledge base."""

    def __init__(self, folder: Path, embedder: MiniLmEmbedder) -> None:
        self.embedder = embedder
        self.database = Database(f"sqlite+aiosqlite:///{folder / 'records.db'}")
        self.vectors = Vectors(ChromaFolder(folder / "vectors"), embedder.fingerprint)
        self.fulltext = FullText(folder / "fulltext")
        self.index = ChunkIndex(self.vectors, self.fulltext)
        self.search = HybridSearch(self.database.query, embedder, self.vectors, self.fulltext)

    async def fill(self) -> None:
        await self.database.migrate()
        for name, level, owner, text in TEXTS:
            await self.add(name, level, owner, text)

    async def add(self, name: str, level: Level, owner: str, text: str, **more: object) -> None:
        await add(self.database, self.index, self.embedder, name, level, owner, text, **more)  # type: ignore[arg-type]

    async def found(self, query: str, scope: ReadScope = PUBLIC, **more: object) -> list[str]:
        result = await self.search.search(query, scope, **more)  # type: ignore[arg-type]
        return [passage.document_id for passage in result.passages]


@asynccontextmanager
async def filled(folder: Path, embedder: MiniLmEmbedder) -> AsyncIterator[World]:
    world = World(folder, embedder)
    await world.fill()
    yield world
    world.vectors.close()
    await world.database.close()
