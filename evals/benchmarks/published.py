"""A benchmark's corpus in records and index, as if it had been ingested."""

from datetime import UTC, datetime

from sqlalchemy import insert

from activities.knowledge.access import partition
from activities.knowledge.open import OpenedKnowledge
from activities.records.database import Database
from activities.records.models import Chunk, Document
from evals.benchmarks.corpus import Corpus

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = 5_000


async def publish(database: Database, knowledge: OpenedKnowledge, corpus: Corpus) -> None:
    """Write rows of published documents of one version, and put their passages into the index."""
    await write_records(database, corpus)
    for right in dict.fromkeys(corpus.rights):
        rows = [row for row, each in enumerate(corpus.rights) if each == right]
        for start in range(0, len(rows), ROWS):
            part = rows[start : start + ROWS]
            await knowledge.index.put(partition(*right), [corpus.chunks[row] for row in part], corpus.vectors[part])


async def write_records(database: Database, corpus: Corpus) -> None:
    """Write the rows of documents and passages."""
    documents = {
        chunk.document_id: {
            "id": chunk.document_id,
            "source": chunk.document_id,
            "title": chunk.title,
            "department": right[1],
            "classification": right[0],
            "media_type": "text/markdown",
            "version": 1,
            "requested_at": NOW,
            "created_at": NOW,
            "updated_at": NOW,
        }
        for chunk, right in zip(corpus.chunks, corpus.rights, strict=True)
    }
    passages = [
        {
            "id": chunk.chunk_id,
            "document_id": chunk.document_id,
            "version": 1,
            "position": int(chunk.chunk_id.rpartition(":")[2]),
            "heading": chunk.heading,
            "text": chunk.text,
            "start": 0,
            "end": len(chunk.text),
            "content_hash": "",
        }
        for chunk in corpus.chunks
    ]
    async with database.write() as session:
        await session.execute(insert(Document), list(documents.values()))
        for start in range(0, len(passages), ROWS):
            await session.execute(insert(Chunk), passages[start : start + ROWS])
