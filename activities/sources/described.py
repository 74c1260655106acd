"""A source as its row describes it, and open."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from activities.ports import Level
from activities.records.source_tables import Source, SourceItem
from activities.sources.connector import Change, Connector, Content, Kind, Known, SourceRefusedError
from activities.sources.rights import GROUPS_MARK, Rights, RightsRule, rights_of

MALFORMED = (LookupError, TypeError, AttributeError, ValueError, RecursionError)
"""What a connector ends with over an answer that lacks what its kind of source always says."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DescribedSource:
    """A source with its kind and its rules, not connected to."""

    row: Source
    kind: Kind
    rules: list[RightsRule]

    def rights(self, key: str, readers: frozenset[str] | None) -> Rights:
        """Return the rights of an item here."""
        default = Rights(self.row.department, cast(Level, self.row.classification))
        return rights_of(default, self.rules, key, readers)

    def rights_of_row(self, row: SourceItem) -> Rights:
        """Return the rights that an item is to have, as they were written down; the rules may have changed since."""
        now = self.rights(row.key, None if row.readers is None else frozenset(row.readers))
        level, _, rest = row.rights.partition(".")
        return now if now.mark == row.rights else Rights(rest.partition(GROUPS_MARK)[0], cast(Level, level))


@dataclass(frozen=True)
class OpenSource(DescribedSource):
    """A source with its connector; what it does not understand of an answer, the source is refused for."""

    connector: Connector

    async def changes(self, known: Known) -> AsyncIterator[Change]:
        """List what changed. Raises as ``Connector`` does."""
        with _understood():
            async for change in self.connector.changes(self.row.cursor, known):
                yield change

    async def fetch(self, key: str) -> Content | None:
        """Return one item. Raises as ``Connector`` does."""
        with _understood():
            return await self.connector.fetch(key)

    async def readers(self, key: str) -> frozenset[str] | None:
        """Return who may read an item at the source. Raises as ``Connector`` does."""
        with _understood():
            return await self.connector.readers(key)


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except MALFORMED as error:
        log.warning("a source answers what its kind does not", exc_info=True)
        raise SourceRefusedError("what it answers is not what a source of this kind answers") from error
