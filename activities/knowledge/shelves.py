"""Where the vectors of a partition are: its home's shelf, or the home's second one for documents with access rules."""

from collections.abc import Sequence

from activities.knowledge.access import RULE_MARK, home_of


def shelf_of(partition: str) -> tuple[str, str]:
    """Return the shelf that holds a partition, and the key of its rule on it (empty for none)."""
    home, mark, key = partition.partition(RULE_MARK)
    return home + mark, key


def shelves_of(partitions: Sequence[str]) -> dict[str, list[str]]:
    """Return the shelves that hold some partitions, each with the keys of the rules to ask it for."""
    shelves: dict[str, list[str]] = {}
    for name in partitions:
        shelf, key = shelf_of(name)
        shelves.setdefault(shelf, []).extend([key] if key else [])
    return shelves


def home_shelves(partition: str) -> tuple[str, str]:
    """Return both shelves of a partition's home."""
    home = home_of(partition)
    return home, home + RULE_MARK


def partition_of(shelf: str, key: str) -> str:
    """Return the partition of the chunks on a shelf that are under a rule's key (empty for none)."""
    return f"{shelf}{key}"
