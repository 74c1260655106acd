"""All SQL about the items of sources: what a listing saw, what is to be done, what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.records.database import Database, utc_now
from activities.records.models import Document
from activities.records.source_tables import Source, SourceItem, SourcePush

Json = dict[str, Any]


class PushSeenError(Exception):
    """A webhook with this id was taken before."""


@dataclass(frozen=True)
class Seen:
    """What a listing says of one item; ``None`` leaves a column as it is."""

    key: str
    fingerprint: str | None = None
    rights: str | None = None
    readers: list[str] | None = None
    memory: Json | None = None
    request: Json | None = None
    skipped: str = ""
    gone: bool = False


@dataclass
class Tally:
    """What a listing found."""

    listed: int = 0
    to_take: int = 0
    to_delete: int = 0
    skipped: int = 0

    def add(self, other: "Tally") -> None:
        """Add, in place."""
        self.listed += other.listed
        self.to_take += other.to_take
        self.to_delete += other.to_delete
        self.skipped += other.skipped


@dataclass(frozen=True)
class Outcome:
    """What became of an item that was to be taken."""

    item_id: str
    status: str
    reason: str = ""
    document: str = ""
    rights: str = ""
    fingerprint: str = ""
    """Those that were taken; a newer listing may ask for others already."""
    again: bool = field(default=False)
    """Whether the next sync is to try once more, though nothing changed."""


def item_id(key: str) -> str:
    """Return the id of an item within its source."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class SourceItems:
    """Rows of ``source_items``; every method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, source_id: str, keys: Collection[str]) -> dict[str, SourceItem]:
        """Return what is known of items, by key."""
        async with self._database.read() as session:
            return {row.key: row for row in await _rows(session, source_id, keys)}

    async def by_ids(self, source_id: str, ids: Collection[str]) -> list[SourceItem]:
        """Return items by id."""
        query = select(SourceItem).where(SourceItem.source_id == source_id, SourceItem.id.in_(ids))
        async with self._database.read() as session:
            return list(await session.scalars(query))

    async def see(
        self,
        source_id: str,
        sync: int,
        seen: Sequence[Seen],
        *,
        cursor: Json | None = None,
        push_id: str = "",
    ) -> Tally:
        """Write what a listing saw, and the cursor behind it, at once.

        Raises ``PushSeenError`` when ``push_id`` names a webhook that was taken before.
        """
        async with self._database.write() as session:
            if push_id:
                await _take_push(session, source_id, push_id)
            known = {row.id: row for row in await _rows(session, source_id, [each.key for each in seen])}
            tally = Tally(listed=len(seen))
            for each in seen:
                _see(session, source_id, sync, each, known, tally)
            if cursor is not None:
                await session.execute(update(Source).where(Source.id == source_id).values(cursor=cursor))
            return tally

    async def prune(self, source_id: str, sync: int) -> int:
        """Mark what a whole listing did not name for deletion; return how many items that is."""
        unseen = (SourceItem.source_id == source_id, SourceItem.seen < sync, SourceItem.action != "delete")
        async with self._database.write() as session:
            found = await session.execute(update(SourceItem).where(*unseen).values(action="delete", request=None))
            return int(getattr(found, "rowcount", 0))

    async def count(self, source_id: str) -> int:
        """Return how many items have documents here."""
        query = select(func.count()).where(SourceItem.source_id == source_id, SourceItem.document != "")
        async with self._database.read() as session:
            return await session.scalar(query) or 0

    async def retry_failed(self, source_id: str) -> None:
        """Mark what failed for reasons of the moment to be taken once more."""
        failed = (SourceItem.source_id == source_id, SourceItem.status == "failed", SourceItem.action == "")
        async with self._database.write() as session:
            await session.execute(update(SourceItem).where(*failed).values(action="take"))

    async def delete_all(self, source_id: str) -> None:
        """Mark every item for deletion."""
        async with self._database.write() as session:
            await session.execute(
                update(SourceItem).where(SourceItem.source_id == source_id).values(action="delete", request=None)
            )

    async def todo(self, source_id: str, limit: int) -> list[SourceItem]:
        """Return items with something to do: what is to go first, then what changes its rights, then the rest."""
        same_rights = SourceItem.taken_rights == SourceItem.rights
        order = (SourceItem.action, same_rights, SourceItem.key)  # "delete" sorts before "take"
        query = select(SourceItem).where(SourceItem.source_id == source_id, SourceItem.action != "")
        async with self._database.read() as session:
            return list(await session.scalars(query.order_by(*order).limit(limit)))

    async def page(self, source_id: str, after: str, limit: int) -> list[SourceItem]:
        """Return items that are not about to go, by id, behind ``after``."""
        wanted = (SourceItem.source_id == source_id, SourceItem.id > after, SourceItem.action != "delete")
        async with self._database.read() as session:
            query = select(SourceItem).where(*wanted, SourceItem.status != "skipped")
            return list(await session.scalars(query.order_by(SourceItem.id).limit(limit)))

    async def set_rights(self, source_id: str, rights: Mapping[str, tuple[list[str] | None, str]]) -> int:
        """Write readers and rights by item id; what has others than it was taken with is to be taken again."""
        async with self._database.write() as session:
            query = select(SourceItem).where(SourceItem.source_id == source_id, SourceItem.id.in_(rights))
            changed = 0
            for row in await session.scalars(query):
                row.readers, row.rights = rights[row.id]
                if row.rights != row.taken_rights and row.action != "delete":
                    row.action, row.request = "take", None
                    changed += bool(row.taken_rights)
            return changed

    async def hold(self, source_id: str, item: str, request: Json) -> None:
        """Remember the ingestion of an item's content."""
        where = (SourceItem.source_id == source_id, SourceItem.id == item)
        async with self._database.write() as session:
            await session.execute(update(SourceItem).where(*where).values(request=request))

    async def settle(self, source_id: str, outcomes: Sequence[Outcome]) -> None:
        """Write what became of items; one that changed again meanwhile stays to be taken."""
        by_id = {outcome.item_id: outcome for outcome in outcomes}
        async with self._database.write() as session:
            query = select(SourceItem).where(SourceItem.source_id == source_id, SourceItem.id.in_(by_id))
            for row in await session.scalars(query):
                _settle(row, by_id[row.id])

    async def drop(self, source_id: str, ids: Collection[str]) -> None:
        """Forget items whose documents are gone; one that came back meanwhile stays."""
        gone = (SourceItem.source_id == source_id, SourceItem.id.in_(ids), SourceItem.action == "delete")
        async with self._database.write() as session:
            await session.execute(delete(SourceItem).where(*gone, SourceItem.status != "skipped"))
            await session.execute(update(SourceItem).where(*gone).values(action="", document="", taken_rights=""))

    async def documents(self, names: Collection[str]) -> dict[str, list[Document]]:
        """Return the documents that came of files, by the file's name: one of its own, or many behind a ``#``."""
        found: dict[str, list[Document]] = {}
        async with self._database.read() as session:
            for name in names:
                of_file = or_(Document.source == name, Document.source.startswith(f"{name}#", autoescape=True))
                rows = await session.scalars(
                    select(Document).where(of_file, Document.named_by == "", Document.status != "deleted")
                )
                found[name] = list(rows)
        return found


async def _rows(session: AsyncSession, source_id: str, keys: Collection[str]) -> list[SourceItem]:
    ids = {item_id(key) for key in keys}
    query = select(SourceItem).where(SourceItem.source_id == source_id, SourceItem.id.in_(ids))
    return list(await session.scalars(query))


async def _take_push(session: AsyncSession, source_id: str, push_id: str) -> None:
    if await session.get(SourcePush, (source_id, push_id)):
        raise PushSeenError(f"the message {push_id!r} was taken before")
    await session.execute(insert(SourcePush).values(source_id=source_id, message_id=push_id, received_at=utc_now()))


def _see(
    session: AsyncSession, source_id: str, sync: int, each: Seen, known: dict[str, SourceItem], tally: Tally
) -> None:
    name = item_id(each.key)
    row = known.get(name)
    if row is None:
        if each.gone or (each.fingerprint is None and not each.skipped):
            return
        row = SourceItem(source_id=source_id, id=name, key=each.key, action="", status="new", document="", rights="")
        row.taken_fingerprint = row.taken_rights = row.reason = ""
        row.memory = {}
        session.add(row)
        known[name] = row
    row.seen, row.updated_at = max(sync, row.seen or 0), utc_now()
    if each.gone:
        row.action, row.request = "delete", None
    elif each.skipped:
        row.status, row.reason, row.fingerprint, row.taken_fingerprint = "skipped", each.skipped, "", ""
        row.action = "delete" if row.document else ""
    else:
        _see_present(row, each)
    tally.to_take += row.action == "take"
    tally.to_delete += row.action == "delete"
    tally.skipped += bool(each.skipped)


def _see_present(row: SourceItem, each: Seen) -> None:
    """Take a present item again when its content or its rights are not those that were taken."""
    if each.fingerprint is not None:
        row.fingerprint = each.fingerprint
    if each.rights is not None:
        row.rights, row.readers = each.rights, each.readers
    if each.memory is not None:
        row.memory = each.memory
    changed = (row.fingerprint, row.rights) != (row.taken_fingerprint, row.taken_rights)
    row.action = "take" if changed else ""
    row.request = each.request if changed else None


def _settle(row: SourceItem, outcome: Outcome) -> None:
    row.status, row.reason, row.updated_at = outcome.status, outcome.reason, utc_now()
    row.document = outcome.document or row.document
    row.request = None
    if not outcome.again:
        row.taken_fingerprint, row.taken_rights = outcome.fingerprint, outcome.rights
    same = (row.fingerprint, row.rights) == (row.taken_fingerprint, row.taken_rights)
    if row.action == "take" and (outcome.again or same):
        row.action = ""
