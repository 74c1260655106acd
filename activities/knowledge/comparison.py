"""The index compared with records: counts and hashes of every partition in every store, and where they differ."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel

from activities.knowledge.entries import Entries, difference, digest, document_of
from activities.knowledge.stores import StoreName
from activities.records.index_truth import Expected


class PartitionCheck(BaseModel):
    """A partition in one store: how many chunks records and the store have, and the hashes of their ids."""

    store: StoreName
    partition: str
    expected: int
    found: int
    expected_hash: str
    found_hash: str
    missing: int = 0
    surplus: int = 0

    @property
    def same(self) -> bool:
        """Whether nothing is to be done. Chunks on their way in are no difference, though the hashes differ."""
        return not self.missing and not self.surplus


@dataclass(frozen=True)
class StoreDifference:
    """What a store lacks, and what it has and should not, by partition; ``twice`` is there more than once."""

    store: StoreName
    missing: dict[str, set[str]]
    surplus: dict[str, set[str]]
    twice: list[str]
    checks: list[PartitionCheck]

    @property
    def documents(self) -> set[str]:
        """The documents that differ."""
        ids = [*_all(self.missing.values()), *_all(self.surplus.values()), *self.twice]
        return {document_of(chunk_id) for chunk_id in ids}


def compare(store: StoreName, expected: Expected, found: Entries, *, coming: bool = False) -> StoreDifference:
    """Compare one store with records; with ``coming`` what is on its way in has to be there already."""
    known = {
        name: {*expected.answering.get(name, ()), *expected.coming.get(name, ())}
        for name in {*expected.answering, *expected.coming}
    }
    missing = difference(known if coming else expected.answering, found)
    surplus = difference(found, known)
    names = sorted({*expected.answering, *found})
    checks = [_check(store, name, expected.answering, found, missing, surplus) for name in names]
    return StoreDifference(store, missing, surplus, found.twice, checks)


def _check(
    store: StoreName,
    name: str,
    expected: Entries,
    found: Entries,
    missing: dict[str, set[str]],
    surplus: dict[str, set[str]],
) -> PartitionCheck:
    right, there = expected.get(name, []), found.get(name, [])
    return PartitionCheck(
        store=store,
        partition=name,
        expected=len(right),
        found=len(there),
        expected_hash=digest(right),
        found_hash=digest(there),
        missing=len(missing.get(name, ())),
        surplus=len(surplus.get(name, ())),
    )


def _all(sets: Iterable[set[str]]) -> list[str]:
    return [chunk_id for ids in sets for chunk_id in ids]
