"""Which documents have a name already, and what decides on who knows of them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, select

from activities.knowledge.rules import NO_RULE, AccessRule
from activities.ports import Level
from activities.records.access_tables import AccessRuleRow, DocumentAccessRow
from activities.records.database import Database
from activities.records.document_access import HAS_RULE, IDS_AT_ONCE, Named
from activities.records.models import Document

COLUMNS = (
    Document.source,
    Document.named_by,
    Document.department,
    Document.classification,
    Document.status,
    Document.requested_at,
    AccessRuleRow.rule,
)
WITH_RULES = (
    select(*COLUMNS)
    .outerjoin(DocumentAccessRow, HAS_RULE)
    .outerjoin(AccessRuleRow, AccessRuleRow.key == DocumentAccessRow.rule_key)
    .where(Document.status != "deleted")
    .order_by(Document.created_at, Document.id)
)


@dataclass
class Holders:
    """The documents of one name, the oldest first."""

    documents: list[Named] = field(default_factory=list)
    ours: str | None = None
    """Whose name the one has that the request itself has written, when its step is run again."""


class FileNames:
    """All SQL about them; raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def holders(self, sources: Collection[str], requested_at: datetime) -> dict[str, Holders]:
        """Return who holds these names, for a request of that moment; names that nothing has are left out."""
        names = sorted(set(sources))

        def read(connection: Connection) -> dict[str, Holders]:
            found: dict[str, Holders] = {}
            for start in range(0, len(names), IDS_AT_ONCE):
                query = WITH_RULES.where(Document.source.in_(names[start : start + IDS_AT_ONCE]))
                for row in connection.execute(query):
                    rule = AccessRule.model_validate(row.rule) if row.rule else NO_RULE
                    level = cast(Level, row.classification)
                    holders = found.setdefault(row.source, Holders())
                    named = Named(row.named_by, row.department, level, row.status == "published", rule)
                    holders.documents.append(named)
                    if row.requested_at == requested_at:
                        holders.ours = row.named_by
            return found

        return await self._database.query(read)
