"""Drives connectors: what a source lists is written down, what changed is taken, what is gone is removed.

Each step may be killed and run again: the listing moves its cursor and its items on in one transaction, items carry
what is still to be done, and ids of ingestions are derived.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.validate import DocumentRefusedError
from activities.ports import Level
from activities.records.database import Database, DatabaseUnavailableError
from activities.records.source_items import Seen, SourceItems, Tally, item_id
from activities.records.source_tables import Source, SourceItem
from activities.records.sources import Sources
from activities.sources import load_kinds
from activities.sources.connector import (
    Change,
    Checkpoint,
    Gone,
    Item,
    Json,
    Present,
    Skipped,
    SourceRefusedError,
    SourceUnavailableError,
    Tools,
    Watching,
    Whole,
)
from activities.sources.described import DescribedSource, OpenSource
from activities.sources.messages import Listed, Opened, Removal, Settled, Work
from activities.sources.rights import Rights, RightsRule, rights_of
from activities.sources.secret_store import SecretMissingError
from activities.sources.taking import ItemTaker

BATCH = 100
LONGEST_KEY = 2_000
SHOWN_KEY = 100
MANY = 10
"""From so many documents on, a listing that names nothing is taken for a source that is not itself today."""
RULES = TypeAdapter(list[RightsRule])


class SourceSync:
    """The steps of a sync."""

    def __init__(self, database: Database, writer: KnowledgeWriter, tools: Tools) -> None:
        """Take documents in by ``writer``; connectors work with ``tools``."""
        self._sources = Sources(database)
        self._items = SourceItems(database)
        self._taker = ItemTaker(database, writer)
        self._tools = tools

    async def describe(self, source_id: str) -> DescribedSource:
        """Return a source without connecting to it. Raises ``SourceRefusedError`` when it is not there."""
        row = await self._sources.get(source_id)
        kind = load_kinds().get(row.kind) if row else None
        if row is None or kind is None:
            raise SourceRefusedError("there is no such source any more")
        return DescribedSource(row, kind, RULES.validate_python(row.rights))

    @asynccontextmanager
    async def open(self, source_id: str) -> AsyncIterator[OpenSource]:
        """Connect to a source. Raises ``SourceRefusedError`` when it is not there or not described well."""
        source = await self.describe(source_id)
        try:
            config = source.kind.config.model_validate(source.row.config)
            async with source.kind.open(config, self._tools, source_id) as connector:
                yield OpenSource(source.row, source.kind, source.rules, connector)
        except ValidationError as error:
            raise SourceRefusedError(f"the source is not described well: {error.errors()[0]['msg']}") from error
        except SecretMissingError as error:
            raise SourceRefusedError(str(error)) from error

    async def is_removed(self, source_id: str) -> bool:
        """Say whether a source is gone or going; while the database is away nothing is known of that."""
        try:
            row = await self._sources.get(source_id)
        except DatabaseUnavailableError:
            return False
        return row is None or row.status == "removing"

    async def list_changes(self, source_id: str, sync: int) -> Listed:
        """Write down what changed, and what is gone when the listing is of everything."""
        tally = Tally()
        await self._items.retry_failed(source_id)
        async with self.open(source_id) as source:
            batch: list[Item | Present | Gone | Skipped] = []
            whole = False
            async for change in source.changes(_Memory(self._items, source_id)):
                whole = whole or isinstance(change, Whole)
                if not isinstance(change, Checkpoint | Whole):
                    batch.append(change)
                if isinstance(change, Checkpoint) or len(batch) >= BATCH:
                    cursor = change.cursor if isinstance(change, Checkpoint) else None
                    tally.add(await self._see(source, sync, batch, cursor))
                    batch = []
            tally.add(await self._see(source, sync, batch, None))
            if whole:
                tally.to_delete += await self._prune(source_id, sync, tally.listed)
        return Listed(listed=tally.listed, to_take=tally.to_take, to_delete=tally.to_delete, skipped=tally.skipped)

    async def check_rights(self, source_id: str) -> int:
        """Ask the source who may read each item; return how many have other rights than they were taken with."""
        changed, after = 0, ""
        if not (await self.describe(source_id)).kind.has_readers:
            return 0
        async with self.open(source_id) as source:
            while rows := await self._items.page(source_id, after, BATCH):
                after = rows[-1].id
                rights: dict[str, tuple[list[str] | None, str]] = {}
                for row in rows:
                    readers = await source.readers(row.key)
                    listed = None if readers is None else sorted(readers)
                    rights[row.id] = (listed, source.rights(row.key, readers).mark)
                changed += await self._items.set_rights(source_id, rights)
        return changed

    async def next_work(self, source_id: str, limit: int) -> Work:
        """Return the next items that have something to do."""
        rows = await self._items.todo(source_id, limit)
        gone = [row for row in rows if row.action == "delete"]
        documents = await self._items.documents({row.document for row in gone if row.document})
        remove = [
            Removal(item_id=row.id, document_ids=[each.id for each in documents.get(row.document, [])]) for row in gone
        ]
        return Work(take=[row.id for row in rows if row.action == "take"], remove=remove)

    async def open_items(self, source_id: str, sync: int, ids: Sequence[str]) -> list[Opened]:
        """Fetch the contents of items and keep them; one that cannot be read spoils no other."""
        async with self.open(source_id) as source:
            return await self._taker.open_items(source, sync, ids)

    async def settle(self, source_id: str, opened: Sequence[Opened]) -> Settled:
        """Write what became of items whose ingestions have ended."""
        return await self._taker.settle(await self.describe(source_id), opened)

    async def push(self, source: Source, message_id: str, change: Item | Gone) -> None:
        """Take what a source sent by itself. Raises ``PushSeenError`` and ``DocumentRefusedError``."""
        rules = RULES.validate_python(source.rights)
        default = Rights(source.department, cast(Level, source.classification))
        if isinstance(change, Gone):
            seen = Seen(change.key, gone=True)
        else:
            assert change.content is not None
            rights = rights_of(default, rules, change.key, None)
            request = await self._taker.accept(source.name, change.content, rights, f"{source.id}:push:{message_id}")
            seen = Seen(change.key, change.fingerprint, rights.mark, None, None, request.model_dump(mode="json"))
        await self._items.see(source.id, 0, [seen], push_id=message_id)

    async def watch(self, source_id: str) -> None:
        """Wait until a watched source is not as it was when it was last watched."""
        async with self.open(source_id) as source:
            watching = cast(Watching, source.connector)
            await self._sources.set_mark(source_id, await watching.watch(source.row.mark))

    async def forget_items(self, source_id: str, ids: Sequence[str]) -> None:
        """Forget items whose documents are removed."""
        await self._items.drop(source_id, ids)

    async def give_up(self, source_id: str) -> None:
        """Mark every item for removal: the source itself is to go."""
        await self._items.delete_all(source_id)

    async def forget(self, source_id: str) -> None:
        """Delete the source."""
        await self._sources.forget(source_id)

    async def finish(self, source_id: str, report: dict[str, Any]) -> None:
        """Write how a sync ended."""
        await self._sources.finish_sync(source_id, report)

    async def _see(self, source: OpenSource, sync: int, batch: Sequence[Change], cursor: Json | None) -> Tally:
        batch = [kept(change) for change in batch]
        items = [change for change in batch if isinstance(change, Item | Present)]
        known = await self._items.known(source.row.id, [change.key for change in items])
        seen: list[Seen] = []
        for change in batch:
            match change:
                case Gone():
                    seen.append(Seen(change.key, gone=True))
                case Skipped():
                    seen.append(Seen(change.key, skipped=change.reason))
                case Item() | Present():
                    seen.append(await self._seen(source, sync, change, known.get(change.key)))
        return await self._items.see(source.row.id, sync, seen, cursor=cursor)

    async def _seen(self, source: OpenSource, sync: int, change: Item | Present, row: SourceItem | None) -> Seen:
        readers = frozenset(row.readers) if row and row.readers is not None else None
        rights = source.rights(change.key, readers)
        if source.kind.has_readers and row is None:
            rights = Rights(rights.department, "restricted")  # until the source has said who may read it
        listed = None if readers is None else sorted(readers)
        if isinstance(change, Present):
            return Seen(change.key, None, rights.mark, listed)
        fingerprint = mark_of(change.fingerprint)
        taken = (row.taken_fingerprint, row.taken_rights) if row else ("", "")
        if change.content is None or taken == (fingerprint, rights.mark):
            return Seen(change.key, fingerprint, rights.mark, listed, change.memory)
        try:
            place = f"{source.row.id}:{change.key}:{fingerprint}:{sync}"
            request = await self._taker.accept(source.row.name, change.content, rights, place)
        except DocumentRefusedError as error:
            return Seen(change.key, skipped=str(error))
        return Seen(change.key, fingerprint, rights.mark, listed, change.memory, request.model_dump(mode="json"))

    async def _prune(self, source_id: str, sync: int, listed: int) -> int:
        if not listed and (known := await self._items.count(source_id)) >= MANY:
            raise SourceUnavailableError(f"it names nothing where {known} documents were: nothing was removed")
        return await self._items.prune(source_id, sync)


def kept(change: Change) -> Change:
    """Return a change as it can be written down: a key that no database keeps, or nobody could read, is skipped."""
    if not isinstance(change, Item | Present | Gone | Skipped):
        return change
    plain = change.key.encode("utf-8", "replace").decode().replace("\0", "?")[:LONGEST_KEY]
    if plain == change.key:
        return change
    return Skipped(f"{plain[:SHOWN_KEY]}…{item_id(change.key)}", "its name at the source is too long or no text")


def mark_of(fingerprint: str) -> str:
    """Return a fingerprint of at most 200 characters that any database keeps."""
    fits = len(fingerprint) <= 200 and fingerprint.isprintable()
    return fingerprint if fits else sha256(fingerprint.encode("utf-8", "surrogatepass")).hexdigest()


class _Memory:
    """What was remembered of the items of one source."""

    def __init__(self, items: SourceItems, source_id: str) -> None:
        self._items = items
        self._source_id = source_id

    async def memory(self, key: str) -> Json | None:
        """Return the memory of an item that was taken or refused as it is."""
        row = (await self._items.known(self._source_id, [key])).get(key)
        return row.memory if row is not None and row.taken_fingerprint else None


__all__ = ["SourceSync", "item_id"]
