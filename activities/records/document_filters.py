"""Which documents a search is narrowed to, and how the found ones divide: both within the reader's partitions."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, case, select

from activities.records.access_tables import DocumentAccessRow
from activities.records.database import Database, utc_now
from activities.records.document_access import HAS_RULE, partition_column
from activities.records.models import Document

AGES = (("week", timedelta(days=7)), ("month", timedelta(days=31)), ("year", timedelta(days=366)))
OLDER = "older"
Facets = dict[str, dict[str, int]]
Columns = TypeVarTuple("Columns")


@dataclass(frozen=True)
class DocumentFilter:
    """What a document must be; an empty tuple or None means any. ``updated_after`` is included, ``before`` is not."""

    departments: tuple[str, ...] = ()
    classifications: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    """Media types."""
    languages: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    updated_after: datetime | None = None
    updated_before: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the filter as SQL conditions: columns are chosen here, only values come from outside."""
        columns = (
            (Document.department, self.departments),
            (Document.classification, self.classifications),
            (Document.media_type, self.types),
            (Document.language, self.languages),
            (Document.id, self.document_ids),
        )
        found: list[ColumnElement[bool]] = [column.in_(values) for column, values in columns if values]
        if self.updated_after is not None:
            found.append(Document.updated_at >= self.updated_after)
        if self.updated_before is not None:
            found.append(Document.updated_at < self.updated_before)
        return found


class DocumentFilters:
    """Reads documents by their properties; each method raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ids(self, which: DocumentFilter, partitions: Collection[str]) -> list[str]:
        """Return the ids of the published documents of ``partitions`` that a filter lets through."""
        query = _readable(select(Document.id), partitions).where(*which.conditions())
        async with self._database.read() as session:
            return list(await session.scalars(query))

    async def in_order_of(self, partitions: Sequence[str], limit: int, offset: int) -> list[tuple[Document, str]]:
        """Return the published documents of ``partitions``, those of the first one first, each with its partition."""
        if not partitions:
            return []
        place = partition_column()
        order = case({name: rank for rank, name in enumerate(partitions)}, value=place)
        query = _readable(select(Document, place), partitions).order_by(order, Document.title, Document.id)
        async with self._database.read() as session:
            rows = await session.execute(query.limit(limit).offset(offset))
            return [(document, name) for document, name in rows]

    async def facets(self, document_ids: Collection[str], partitions: Collection[str]) -> Facets:
        """Return how many of some documents, those published in ``partitions``, are of which kind."""
        columns = (Document.department, Document.classification, Document.media_type, Document.updated_at)
        query = _readable(select(*columns), partitions).where(Document.id.in_(document_ids))
        async with self._database.read() as session:
            rows = (await session.execute(query)).all()
        now = utc_now()
        return {
            "department": _count(row.department for row in rows),
            "classification": _count(row.classification for row in rows),
            "type": _count(row.media_type for row in rows),
            "age": _count(age_of(row.updated_at, now) for row in rows),
        }


def age_of(updated_at: datetime, now: datetime) -> str:
    """Return the youngest age that a document still has: ``week``, ``month``, ``year`` or ``older``."""
    return next((name for name, age in AGES if now - updated_at < age), OLDER)


def _readable(query: Select[*Columns], partitions: Collection[str]) -> Select[*Columns]:
    return query.outerjoin(DocumentAccessRow, HAS_RULE).where(
        Document.status == "published", partition_column().in_(partitions)
    )


def _count(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())
