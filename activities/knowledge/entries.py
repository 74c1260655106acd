"""What is in an index, listed: to be compared with records, or with another index."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

ELSEWHERE = "?"
"""Where chunks are that are in no partition that anybody asked for."""


class Entries(dict[str, list[str]]):
    """Chunk ids by partition; an id that is there twice is listed twice."""

    def add(self, partition: str, chunk_ids: Iterable[str]) -> None:
        """Add chunks of a partition; an empty partition is none."""
        if added := list(chunk_ids):
            self.setdefault(partition, []).extend(added)

    def rest_of(self, chunk_ids: Iterable[str]) -> list[str]:
        """Return what is in a list more often than here."""
        rest = Counter(chunk_ids)
        for known in self.values():
            rest.subtract(known)
        return [chunk_id for chunk_id, more in rest.items() for _ in range(more)]

    @property
    def size(self) -> int:
        """The number of entries."""
        return sum(len(chunk_ids) for chunk_ids in self.values())

    @property
    def twice(self) -> list[str]:
        """The chunks that are there more than once, in one partition or in several."""
        counts = Counter(chunk_id for chunk_ids in self.values() for chunk_id in chunk_ids)
        return sorted(chunk_id for chunk_id, count in counts.items() if count > 1)


def digest(chunk_ids: Sequence[str]) -> str:
    """Return the hash of a set of chunks: hex SHA-256 of their ids in order.

    An id names one version's passage for ever, so equal ids are equal texts.
    """
    return sha256("\n".join(sorted(chunk_ids)).encode()).hexdigest()


def document_of(chunk_id: str) -> str:
    """Return the document of a chunk."""
    return chunk_id.rsplit(":", 2)[0]


def difference(expected: Mapping[str, Iterable[str]], found: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Return by partition what is expected and not found; partitions that lack nothing are left out."""
    lacking = {name: set(ids) - set(found.get(name, ())) for name, ids in expected.items()}
    return {name: ids for name, ids in lacking.items() if ids}
