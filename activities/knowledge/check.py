"""The check of the index: every store compared with records, and what differs repaired while it answers."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from activities.knowledge.comparison import PartitionCheck, StoreDifference
from activities.knowledge.damage import describe, look_at, remove_old, set_damage_aside
from activities.knowledge.entries import document_of
from activities.knowledge.generations import Generations
from activities.knowledge.rebuild import remove_others
from activities.knowledge.repair import DOCUMENTS_AT_ONCE, Altered, IndexRepair
from activities.knowledge.stores import IndexStores
from activities.ports import Embedder
from activities.records.database import Database
from activities.records.index_truth import IndexTruth

VECTORS_AT_ONCE = 10_000
"""Vectors that one check reads, other ones each time: they are sent as numbers in words, 8 kB each."""
NAMED = 50
log = logging.getLogger(__name__)


class IndexReport(BaseModel):
    """What a check found. Counts are of entries: a chunk that lacks in two stores is two."""

    chunks: int = 0
    """That answer, as records say."""
    partitions: list[PartitionCheck] = []
    missing: int = 0
    surplus: int = 0
    twice: int = 0
    """Chunks that are in a store more than once."""
    changed: int = 0
    """Vectors that are not the same in Chroma and in the files, among those that this check has read."""
    changed_texts: int = 0
    """Passages whose words in full text are not those of records, or that were put in before it kept their hashes."""
    compared_vectors: int = 0
    documents: list[str] = []
    """The documents that differ, the first ones."""
    repaired: int = 0
    left: int = 0
    """Documents that still differ after the repair."""
    generations_removed: int = 0
    damaged: list[str] = []
    """Stores whose files were damaged, and where these were put: all that was in them is among the missing."""

    @property
    def wrong(self) -> int:
        """All entries that were wrong."""
        return self.missing + self.surplus + self.twice + self.changed + self.changed_texts


@dataclass(frozen=True)
class _Wrong:
    """What is to be repaired: documents with entries or vectors that are wrong, and what is altered in its place."""

    with_vectors: set[str]
    altered: Altered

    @property
    def documents(self) -> set[str]:
        return self.with_vectors | set(map(document_of, self.altered.texts))


class IndexCheck:
    """Compares and repairs the generation that answers.

    Each method raises ``RebuildRunningError``, ``KnowledgeUnavailableError`` and ``DatabaseUnavailableError``.
    """

    def __init__(self, database: Database, embedder: Embedder, generations: Generations) -> None:
        self._truth = IndexTruth(database)
        self._repair = IndexRepair(database, embedder)
        self._generations = generations

    async def trouble(self, *, thorough: bool = False) -> str:
        """Return why the index has to be repaired, or nothing: damaged files, or fewer chunks than answer.

        The second is when a folder was lost, or put back old. Nothing is compared but numbers. A ``thorough`` look
        reads all files, and waits for a Chroma that starts.
        """
        stores = self._generations.current()
        if damage := describe(await asyncio.to_thread(look_at, stores, thorough=thorough)):
            return "; ".join(damage)
        lacks = await stores.index.size() < await self._truth.count()
        return "it has fewer passages than records have" if lacks else ""

    async def look(self, turn: int = 0) -> IndexReport:
        """Compare, and change nothing; ``turn`` chooses the vectors that are compared: count it up."""
        with self._generations.building():
            return (await self._compare(self._generations.current(), turn))[0]

    async def run(self, turn: int = 0) -> IndexReport:
        """Set damaged files aside, compare, repair; return what was found and what is left of it.

        Generations that a crash has left are removed.

        Who writes has to wait for some documents at a time; searches do not.
        """
        with self._generations.building():
            stores = self._generations.current()
            async with self._generations.held():
                damaged = await asyncio.to_thread(set_damage_aside, stores)
                await asyncio.to_thread(remove_old, stores)
            report, wrong = await self._compare(stores, turn)
            report.damaged = damaged
            report.repaired = await self._repair_all(stores, wrong)
            if wrong.documents:
                report.left = len(await self._repair.differing(stores))
            async with self._generations.held():
                report.generations_removed = len(self._generations.others())
                await asyncio.to_thread(remove_others, self._generations)
        level = logging.WARNING if report.wrong else logging.INFO
        figures = report.model_dump(exclude={"partitions", "documents"})
        log.log(level, "the index was compared with records: %s", figures)
        return report

    async def _compare(self, stores: IndexStores, turn: int) -> tuple[IndexReport, _Wrong]:
        differences = await self._repair.compare(stores)
        compared, vectors = await self._changed(stores, turn)
        altered = Altered(vectors, await self._repair.changed_texts(stores))
        entries = {name for each in differences for name in each.documents}
        wrong = _Wrong(entries | set(map(document_of, vectors)), altered)
        return _report(differences, wrong, compared), wrong

    async def _changed(self, stores: IndexStores, turn: int) -> tuple[int, set[str]]:
        """Return how many vectors were compared between Chroma and the files, and the chunks whose vectors differ."""
        answering = (await self._truth.expected()).answering
        documents = sorted({document_of(chunk_id) for ids in answering.values() for chunk_id in ids})
        turns = max(-(-answering.size // VECTORS_AT_ONCE), 1)
        chosen, compared, changed = documents[turn % turns :: turns], 0, set[str]()
        for start in range(0, len(chosen), DOCUMENTS_AT_ONCE):
            count, found = await asyncio.to_thread(stores.dense.compare, chosen[start : start + DOCUMENTS_AT_ONCE])
            compared, changed = compared + count, changed | found
        return compared, changed

    async def _repair_all(self, stores: IndexStores, wrong: _Wrong) -> int:
        ordered, repaired = sorted(wrong.documents), 0
        for start in range(0, len(ordered), DOCUMENTS_AT_ONCE):
            part = ordered[start : start + DOCUMENTS_AT_ONCE]
            await self._repair.embed(wrong.with_vectors.intersection(part))
            async with self._generations.held():
                repaired += await self._repair.repair(stores, part, again=wrong.altered)
        if ordered:
            async with self._generations.held():
                # Vectors alone may have been put in: rankings that were made without them are not to outlive that.
                await asyncio.to_thread(stores.index.outdate_now)
        return repaired


def _report(differences: Sequence[StoreDifference], wrong: _Wrong, compared: int) -> IndexReport:
    checks = [check for each in differences for check in each.checks]
    return IndexReport(
        chunks=sum(check.expected for check in differences[0].checks),
        partitions=checks,
        missing=sum(check.missing for check in checks),
        surplus=sum(check.surplus for check in checks),
        twice=sum(len(each.twice) for each in differences),
        changed=len(wrong.altered.vectors),
        changed_texts=len(wrong.altered.texts),
        compared_vectors=compared,
        documents=sorted(wrong.documents)[:NAMED],
    )
