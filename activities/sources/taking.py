"""Takes items in: fetched, kept, and after their ingestion written down for what became of them."""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.preparation import document_id_of
from activities.knowledge.reports import IngestionRequest
from activities.knowledge.validate import DocumentRefusedError
from activities.records.database import Database
from activities.records.document_access import DocumentAccess
from activities.records.ingestions import Ingestions
from activities.records.source_items import Outcome, Seen, SourceItems
from activities.records.source_tables import SourceItem
from activities.sources.connector import Content, SourceRefusedError
from activities.sources.described import DescribedSource, OpenSource
from activities.sources.messages import Opened, Settled
from activities.sources.names import document_name
from activities.sources.rights import GROUPS_MARK, Rights, stricter

DEPARTMENT = re.compile(r"[A-Za-z0-9._-]{0,64}")
"""As people may name one: with other letters a source could name a place with a rule of its own."""
TITLE_CHARACTERS = 400
NAMESPACE = uuid5(NAMESPACE_URL, "holdfast:sources")


class ItemTaker:
    """The way of an item from its source into the knowledge."""

    def __init__(self, database: Database, writer: KnowledgeWriter) -> None:
        """Take in by ``writer``."""
        self._items = SourceItems(database)
        self._ingestions = Ingestions(database)
        self._access = DocumentAccess(database)
        self._writer = writer

    async def accept(self, source: str, content: Content, rights: Rights, place: str) -> IngestionRequest:
        """Keep content; run again it is the same ingestion with the bytes of the first time.

        Raises ``DocumentRefusedError`` for content, or a department that it names, which cannot be taken.
        """
        if not DEPARTMENT.fullmatch(content.department):
            raise DocumentRefusedError(f"{content.department[:64]!r} is no name of a department")
        name = uuid5(NAMESPACE, sha256(place.encode("utf-8", "surrogatepass")).hexdigest()).hex
        request = await self._writer.accept(
            document_name(source, content.name),
            content.data,
            title="".join(letter for letter in content.title if letter.isprintable())[:TITLE_CHARACTERS],
            department=content.department or rights.department,
            classification=stricter(rights.classification, content.classification),
            created_by=None,
            ingestion_id=name,
        )
        row = await self._ingestions.get(name)
        assert row is not None
        return request.model_copy(update={"blob_sha256": row.blob_sha256})

    async def open_items(self, source: OpenSource, sync: int, ids: Sequence[str]) -> list[Opened]:
        """Fetch the contents of items and keep them; one that cannot be read spoils no other."""
        return [await self._open_item(source, sync, row) for row in await self._items.by_ids(source.row.id, ids)]

    async def settle(self, source: DescribedSource, opened: Sequence[Opened]) -> Settled:
        """Write what became of items whose ingestions have ended."""
        source_id = source.row.id
        rows = {row.id: row for row in await self._items.by_ids(source_id, [each.item_id for each in opened])}
        settled, outcomes = Settled(), []
        for each in opened:
            if (row := rows.get(each.item_id)) is None:
                continue
            outcome = await self._outcome(each)
            outcomes.append(outcome)
            await self._place(source, row, each, outcome)
            settled.leftover += await self._leftover(row, each, outcome)
            settled.taken += outcome.status == "taken"
            settled.refused += outcome.status == "refused"
            settled.failed += outcome.status == "failed"
        await self._items.settle(source_id, outcomes)
        gone = [item for item in opened if item.gone]
        settled.gone = len(gone)
        if gone:
            await self._items.see(source_id, 0, [Seen(rows[each.item_id].key, gone=True) for each in gone])
        return settled

    async def _open_item(self, source: OpenSource, sync: int, row: SourceItem) -> Opened:
        opened = Opened(item_id=row.id, fingerprint=row.fingerprint, rights=row.rights)
        if row.request is not None:
            return opened.model_copy(update={"request": IngestionRequest.model_validate(row.request)})
        try:
            content = await source.fetch(row.key)
            if content is None:
                return opened.model_copy(update={"gone": True})
            rights = source.rights_of_row(row)
            place = f"{source.row.id}:{row.key}:{row.fingerprint}:{sync}"
            request = await self.accept(source.row.name, content, rights, place)
            if rights.groups:  # before there is a document: it is never readable by others
                rule, by = rights.rule(), f"source:{source.row.id}"
                await self._access.set(document_id_of(request.filename), rule, by)
            await self._items.hold(source.row.id, row.id, request.model_dump(mode="json"))
        except (DocumentRefusedError, SourceRefusedError) as error:
            return opened.model_copy(update={"reason": str(error)})
        return opened.model_copy(update={"request": request})

    async def _outcome(self, opened: Opened) -> Outcome:
        base: dict[str, Any] = {
            "item_id": opened.item_id, "rights": opened.rights, "fingerprint": opened.fingerprint
        }  # fmt: skip
        if opened.request is None:
            status = "failed" if opened.again else "refused"
            return Outcome(status=status, reason=opened.reason, again=opened.again, **base)
        row = await self._ingestions.get(opened.request.ingestion_id)
        report = row.report if row else {}
        reasons = [refused["reason"] for refused in report.get("refused", [])]
        if row is None or row.status == "running":
            return Outcome(status="failed", reason="its ingestion did not end", again=True, **base)
        if row.status == "failed":
            again = any("could not be taken now" in reason for reason in reasons)
            status = "failed" if again else "refused"
            return Outcome(status=status, reason="; ".join(reasons)[:2_000], again=again, **base)
        said = [*reasons, *(note for taken in report.get("taken", []) for note in taken.get("notes", []))]
        return Outcome(status="taken", reason="; ".join(said)[:2_000], document=opened.request.filename, **base)

    async def _place(self, source: DescribedSource, row: SourceItem, opened: Opened, outcome: Outcome) -> None:
        """Give the item's documents the groups that it has now, and take those away that it had."""
        had, has = (GROUPS_MARK in mark for mark in (row.taken_rights, opened.rights))
        if outcome.status != "taken" or not (had or has):
            return
        rule = source.rights_of_row(row).rule()
        for document in (await self._items.documents([outcome.document]))[outcome.document]:
            if await self._access.set(document.id, rule, f"source:{source.row.id}"):
                await self._writer.place(document.id)

    async def _leftover(self, row: SourceItem, opened: Opened, outcome: Outcome) -> list[str]:
        """Return documents that an earlier version of the item had and this one has not."""
        if outcome.status != "taken" or opened.request is None:
            return []
        documents = await self._items.documents({outcome.document, row.document} - {""})
        stale = [each for each in documents[outcome.document] if each.requested_at < opened.request.requested_at]
        whole = not outcome.reason or len(documents[outcome.document]) == 1
        renamed = documents.get(row.document, []) if row.document != outcome.document else []
        return [each.id for each in ([*stale, *renamed] if whole else renamed)]
