"""Access rules of documents in records: what they are, who changed them, and which places they make."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Row, case, delete, insert, or_, select

from activities.knowledge.access import PUBLIC, RULE_MARK, RuledPlace
from activities.knowledge.rules import NO_RULE, AccessRule, Limits
from activities.ports import Level
from activities.records.access_tables import AccessChange, AccessRuleRow, DocumentAccessRow
from activities.records.database import Database, utc_now
from activities.records.models import Document, DocumentVersion
from activities.records.upsert import insert_once, upsert


@dataclass(frozen=True)
class Named:
    """A document that came in a file of some name, with what decides on who knows of it."""

    named_by: str
    """Whose name that is: empty for the company's, else a person's id."""
    department: str
    classification: Level
    published: bool
    rule: AccessRule


@dataclass(frozen=True)
class Change:
    """Who changed the rights of a document, when, and how."""

    changed_by: str
    changed_at: datetime
    before: AccessRule
    after: AccessRule


def partition_column(of: type[Document] | type[DocumentVersion] = Document) -> ColumnElement[str]:
    """The partition of a row joined with ``HAS_RULE``, as ``activities/knowledge/access.py`` names it."""
    home = case((of.classification == PUBLIC, PUBLIC), else_=of.classification + "." + of.department)
    key = DocumentAccessRow.rule_key
    return case((key.is_(None), home), else_=home + RULE_MARK + key)


HAS_RULE = DocumentAccessRow.document_id == Document.id
PLACES = (
    select(Document.classification, Document.department, DocumentAccessRow.rule_key)
    .join(DocumentAccessRow, HAS_RULE)
    .where(Document.status == "published")
    .distinct()
)
VERSIONS = (
    select(
        DocumentVersion.document_id,
        DocumentVersion.version,
        partition_column().label("home"),
        partition_column(DocumentVersion).label("of_version"),
    )
    .join(Document, Document.id == DocumentVersion.document_id)
    .outerjoin(DocumentAccessRow, HAS_RULE)
    .where(Document.status == "published", DocumentVersion.published_at.is_not(None))
)
IDS_AT_ONCE = 500
"""In one statement: databases bound the number of parameters."""
PUBLIC_PLACES = PLACES.where(Document.classification == PUBLIC)


class DocumentAccess:
    """All SQL about access rules; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rules: dict[str, AccessRule] = {}

    async def get(self, document_id: str) -> AccessRule:
        """Return the rule of a document, known or not: one that demands nothing when it has none."""
        query = (
            select(AccessRuleRow.rule)
            .join(DocumentAccessRow, DocumentAccessRow.rule_key == AccessRuleRow.key)
            .where(DocumentAccessRow.document_id == document_id)
        )
        async with self._database.read() as session:
            found = await session.scalar(query)
        return AccessRule.model_validate(found) if found else NO_RULE

    async def set(self, document_id: str, rule: AccessRule, changed_by: str) -> bool:
        """Give a document a rule, and write down who did; False when it had this rule already."""

        return await self._replace(document_id, lambda _: rule, changed_by)

    async def amend(self, document_id: str, changes: Mapping[str, Any], changed_by: str) -> bool:
        """Change parts of a document's rule, by their names; what another changes meanwhile stays. See ``set``.

        Raises ``ValueError`` when the parts do not go together.
        """

        def amended(before: AccessRule) -> AccessRule:
            return AccessRule.model_validate({**before.model_dump(), **changes})

        return await self._replace(document_id, amended, changed_by)

    async def _replace(self, document_id: str, rule_after: Callable[[AccessRule], AccessRule], changed_by: str) -> bool:
        def write(connection: Connection) -> bool:
            # Whoever changes the same document's rule waits here.
            connection.execute(select(Document.id).where(Document.id == document_id).with_for_update())
            before = _rule_of(connection, document_id)
            rule = rule_after(before)
            if before == rule:
                return False
            _write_rule(connection, document_id, rule)
            connection.execute(insert(AccessChange).values(_change(document_id, before, rule, changed_by)))
            return True

        return await self._database.transact(write)

    async def limit(self, document_ids: Sequence[str], limits: Limits, changed_by: str, asked_at: datetime) -> None:
        """Give documents what an upload says of their readers and dates, but those whose rule was changed since."""

        def write(connection: Connection) -> None:
            for name in document_ids:
                before = _rule_of(connection, name)
                rule = limits.of(before)
                if rule == before or _changed_since(connection, name, asked_at):
                    continue
                _write_rule(connection, name, rule)
                connection.execute(insert(AccessChange).values(_change(name, before, rule, changed_by)))

        await self._database.transact(write)

    async def history(self, document_id: str) -> list[Change]:
        """Return the changes of a document's rights, the latest first."""
        query = select(AccessChange).where(AccessChange.document_id == document_id)
        async with self._database.read() as session:
            rows = await session.scalars(query.order_by(AccessChange.changed_at.desc(), AccessChange.id))
            return [
                Change(
                    row.changed_by,
                    row.changed_at,
                    AccessRule.model_validate(row.before),
                    AccessRule.model_validate(row.after),
                )
                for row in rows
            ]

    async def of_file(self, filename: str) -> list[Named]:
        """Return the documents that came in files of this name, the oldest first: its own, or many behind a ``#``."""
        of_file = or_(Document.source == filename, Document.source.startswith(f"{filename}#", autoescape=True))
        columns = (Document.named_by, Document.department, Document.classification, Document.status)
        query = (
            select(*columns, AccessRuleRow.rule)
            .outerjoin(DocumentAccessRow, HAS_RULE)
            .outerjoin(AccessRuleRow, AccessRuleRow.key == DocumentAccessRow.rule_key)
            .where(of_file, Document.status != "deleted")
            .order_by(Document.created_at, Document.id)
        )
        async with self._database.read() as session:
            rows = (await session.execute(query)).all()
        return [
            Named(
                row.named_by,
                row.department,
                cast(Level, row.classification),
                row.status == "published",
                AccessRule.model_validate(row.rule) if row.rule else NO_RULE,
            )
            for row in rows
        ]

    async def readable_versions(
        self, versions: Collection[tuple[str, int]], partitions: Collection[str]
    ) -> frozenset[tuple[str, int]]:
        """Return those of some versions, by document and number, that readers of ``partitions`` may read now.

        The document is published in one of them, and so was the version by its own class, which may have been stricter.
        """
        ids, scope = sorted({name for name, _ in versions}), frozenset(partitions)

        def read(connection: Connection) -> frozenset[tuple[str, int]]:
            found = list[tuple[str, int]]()
            for start in range(0, len(ids), IDS_AT_ONCE):
                rows = connection.execute(VERSIONS.where(Document.id.in_(ids[start : start + IDS_AT_ONCE])))
                found += [(row.document_id, row.version) for row in rows if {row.home, row.of_version} <= scope]
            return frozenset(found).intersection(versions)

        return await self._database.query(read)

    async def places(self, *, only_public: bool = False) -> list[RuledPlace]:
        """Return where published documents with rules are, each place once."""

        def read(connection: Connection) -> Sequence[Row[str, str, str]]:
            rows = connection.execute(PUBLIC_PLACES if only_public else PLACES).all()
            if unknown := {row.rule_key for row in rows} - self._rules.keys():
                query = select(AccessRuleRow.key, AccessRuleRow.rule).where(AccessRuleRow.key.in_(unknown))
                self._rules |= {key: AccessRule.model_validate(rule) for key, rule in connection.execute(query)}
            return rows

        rows = await self._database.query(read)
        return [RuledPlace(cast(Level, level), department, self._rules[key]) for level, department, key in rows]


def _rule_of(connection: Connection, document_id: str) -> AccessRule:
    query = (
        select(AccessRuleRow.rule)
        .join(DocumentAccessRow, DocumentAccessRow.rule_key == AccessRuleRow.key)
        .where(DocumentAccessRow.document_id == document_id)
    )
    found = connection.execute(query).scalar()
    return AccessRule.model_validate(found) if found else NO_RULE


def _changed_since(connection: Connection, document_id: str, moment: datetime) -> bool:
    newer = (AccessChange.document_id == document_id) & (AccessChange.changed_at > moment)
    return connection.execute(select(AccessChange.id).where(newer).limit(1)).first() is not None


def _write_rule(connection: Connection, document_id: str, rule: AccessRule) -> None:
    if not rule.key:
        connection.execute(delete(DocumentAccessRow).where(DocumentAccessRow.document_id == document_id))
        return
    dialect = connection.dialect.name
    connection.execute(insert_once(dialect, AccessRuleRow(key=rule.key, rule=rule.model_dump(mode="json"))))
    connection.execute(upsert(dialect, DocumentAccessRow(document_id=document_id, rule_key=rule.key)))


def _change(document_id: str, before: AccessRule, after: AccessRule, changed_by: str) -> dict[str, Any]:
    return {
        "id": uuid4().hex,
        "document_id": document_id,
        "changed_by": changed_by,
        "changed_at": utc_now(),
        "before_key": before.key,
        "before": before.model_dump(mode="json"),
        "after": after.model_dump(mode="json"),
    }
