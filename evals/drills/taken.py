"""What an ingestion has left behind, in records and in each store of the index, to be compared chunk for chunk."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from activities.knowledge.chroma import ChromaPlace, ChromaServer
from activities.knowledge.generations import Generations
from activities.knowledge.stores import STORES
from activities.models.minilm import model_address
from activities.records.access_tables import DocumentAccessRow
from activities.records.database import Database
from activities.records.document_access import HAS_RULE, partition_column
from activities.records.models import Chunk, Document
from evals.stack import Stack

Entry = tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """The chunks of each store, in order: of records with their texts' hashes, of the index with their partitions."""

    stores: dict[str, list[Entry]]


async def read_taken(stack: Stack) -> Taken:
    """Read what a running Holdfast has taken in."""
    with closing(ChromaServer(stack.chroma_url)) as place:
        return await read_stores(stack.folder, stack.settings.sqlalchemy_url, place, model_address("int8"))


async def read_stores(folder: Path, database_url: str, place: ChromaPlace, fingerprint: str) -> Taken:
    """Read what is in the records and in the index of a data folder."""
    database = Database(database_url)
    try:
        records = await _records(database)
    finally:
        await database.close()
    partitions = sorted({entry[0] for entry in records})
    stores = Generations(folder, place, fingerprint).current()
    listed = {name: stores.entries(name, partitions) for name in STORES}
    index: dict[str, list[Entry]] = {
        name: sorted((partition, chunk_id) for partition, ids in entries.items() for chunk_id in ids)
        for name, entries in listed.items()
    }
    return Taken({"records": records, **index})


async def _records(database: Database) -> list[Entry]:
    columns = (Document.source, Document.status, Chunk.version, Chunk.position, Chunk.content_hash)
    query = (
        select(partition_column().label("partition"), Chunk.id, *columns)
        .join(Document, Document.id == Chunk.document_id)
        .outerjoin(DocumentAccessRow, HAS_RULE)
    )
    async with database.read() as session:
        return sorted(tuple(map(str, row)) for row in await session.execute(query))


def compare(undisturbed: Taken, disturbed: Taken) -> list[dict[str, Any]]:
    """Return a row a store: whether it holds what it would undisturbed (``equal``), and each chunk once (``once``)."""
    return [_row(name, undisturbed.stores[name], disturbed.stores[name]) for name in undisturbed.stores]


def _row(name: str, expected: Sequence[Entry], found: Sequence[Entry]) -> dict[str, Any]:
    ids = Counter(entry[1] for entry in found)
    return {
        "store": name,
        "chunks": len(found),
        "undisturbed": len(expected),
        "equal": int(bool(expected) and list(expected) == list(found)),
        "once": int(max(ids.values(), default=0) == 1),
    }
