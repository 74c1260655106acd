"""A source as its row describes it, and open."""

from dataclasses import dataclass
from typing import cast

from activities.ports import Level
from activities.records.source_tables import Source, SourceItem
from activities.sources.connector import Connector, Kind
from activities.sources.rights import GROUPS_MARK, Rights, RightsRule, rights_of


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
    """A source with its connector."""

    connector: Connector
