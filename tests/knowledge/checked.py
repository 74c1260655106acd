"""Three documents, one of them with an access rule, in real stores, and the check of their index."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from activities.knowledge.check import IndexCheck
from activities.knowledge.chroma import ChromaPlace
from activities.knowledge.current import CurrentIndex
from activities.knowledge.generations import Generations
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.preparation import document_id_of
from activities.knowledge.rules import AccessRule
from activities.knowledge.stores import IndexStores
from activities.records.database import Database
from activities.records.document_access import DocumentAccess
from tests.evals.killed_writer import HashEmbedder

GUIDE, RULED = f"{document_id_of('guide.md')}:1:0", f"{document_id_of('ruled.md')}:1:0"
BOARD = AccessRule(allow=("group:board",))


@dataclass
class Library:
    """Documents, their index, and what keeps both."""

    database: Database
    generations: Generations
    writer: KnowledgeWriter
    check: IndexCheck

    @property
    def stores(self) -> IndexStores:
        return self.generations.current()

    async def ingest(self, name: str, text: str) -> None:
        report = await self.writer.ingest(await self.writer.accept(name, text.encode()))
        assert report.counts.taken == 1


@asynccontextmanager
async def open_library(database: Database, folder: Path, place: ChromaPlace) -> AsyncIterator[Library]:
    # Its own name of a model: its own collections on the server of the run.
    generations = Generations(folder, place, uuid4().hex * 2)
    embedder = HashEmbedder()
    writer = KnowledgeWriter(database, embedder, CurrentIndex(generations))
    found = Library(database, generations, writer, IndexCheck(database, embedder, generations))
    await DocumentAccess(database).set(document_id_of("ruled.md"), BOARD, "root")
    await found.ingest("guide.md", "# Guide\n\nA parcel takes five days.\n")
    await found.ingest("ruled.md", "# Board\n\nOnly the board reads that.\n")
    await found.ingest("other.md", "# Other\n\n## A\n\nOne thing.\n\n## B\n\nAnother thing.\n")
    yield found
    generations.close()
