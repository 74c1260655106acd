"""Stand-ins for what lies behind the door: conversations without Temporal, a guard and a knowledge without models."""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.passages import load_passages
from activities.knowledge.reports import DeletionProof
from activities.knowledge.revisions import Revision, Revisions
from activities.ports import (
    Findings,
    IndexedChunk,
    KnowledgeUnavailableError,
    Passage,
    Principal,
    ReadScope,
    Redaction,
    SearchMode,
    SearchResult,
)
from activities.records.database import Database, utc_now
from activities.records.ingestions import Ingestions
from activities.records.models import Ingestion
from activities.turns import TurnStatus, TurnView
from graphs.state import GuardMark
from workflows.client import Refused, TemporalUnavailableError
from workflows.ingestion import IngestionProgress
from workflows.ingestion_client import Turn
from workflows.messages import Close, Decide, Decided, Escalate, Event, Rate, SendMessage, Snapshot

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class FakeChat:
    """Answers each message at once, remembers keys, and can be told to refuse, to be slow or to be down."""

    status: TurnStatus = "answered"
    slow: bool = False
    down: bool = False
    refusal: Refused | None = None
    turns: dict[str, list[TurnView]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[tuple[str, str], TurnView] = field(default_factory=dict)
    sent: list[SendMessage] = field(default_factory=list)
    waits: list[timedelta] = field(default_factory=list)
    decisions: list[Decide] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    log: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    subscriptions: list[tuple[str, int]] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def send(self, conversation_id: str, owner_id: str, message: SendMessage, wait: timedelta) -> TurnView | None:
        self._check(conversation_id)
        self.sent.append(message)
        self.waits.append(wait)
        known = self.keys.get((conversation_id, message.key))
        turn = known or self._turn(conversation_id, message.text)
        self.keys[conversation_id, message.key] = turn
        return None if self.slow else turn

    async def decide(self, conversation_id: str, decide: Decide) -> Decided:
        self._check(conversation_id)
        self.decisions.append(decide)
        return Decided(review_id=decide.review_id, action=decide.action, turn=self._turn(conversation_id, "decided"))

    async def escalate(self, conversation_id: str, owner_id: str, request: Escalate) -> TurnView:
        self._check(conversation_id)
        return self._turn(conversation_id, "", "handed_off")

    async def rate(self, conversation_id: str, rate: Rate) -> None:
        self._check(conversation_id)
        self.rates.append(rate)

    async def close(self, conversation_id: str, close: Close) -> None:
        self._check(conversation_id)
        self.closed.add(conversation_id)

    async def snapshot(self, conversation_id: str) -> Snapshot:
        self._check(conversation_id)
        return Snapshot(turns=self.turns[conversation_id], closed=False)

    async def events(self, conversation_id: str, from_offset: int = 0) -> AsyncIterator[tuple[int, Event]]:
        self.subscriptions.append((conversation_id, from_offset))
        log = self.log[conversation_id]
        while True:
            for offset in range(from_offset, len(log)):
                yield offset, log[offset]
                if log[offset].name == "conversation.closed":
                    return
            from_offset = len(log)
            if self.down:
                raise TemporalUnavailableError("gone")
            async with self.news:
                await self.news.wait_for(lambda seen=from_offset: len(log) > seen or self.down)

    async def publish(self, conversation_id: str, *events: Event) -> None:
        """Add events to a conversation's stream."""
        self.log[conversation_id].extend(events)
        async with self.news:
            self.news.notify_all()

    async def break_down(self) -> None:
        """Stop answering."""
        self.down = True
        async with self.news:
            self.news.notify_all()

    def _check(self, conversation_id: str) -> None:
        if self.down:
            raise TemporalUnavailableError("Temporal at 10.0.0.7:7233 does not answer")
        if self.refusal:
            raise self.refusal
        if conversation_id in self.closed:
            raise Refused("ConversationClosed", "this conversation is closed; start a new one")

    def _turn(self, conversation_id: str, text: str, status: TurnStatus | None = None) -> TurnView:
        number = len(self.turns[conversation_id]) + 1
        turn = TurnView(
            id=f"{conversation_id}.{number}",
            conversation_id=conversation_id,
            number=number,
            status=status or self.status,
            message=text,
            answer="You have 30 days.",
            engine="embedded",
            intent="refund",
            confidence_score=0.95,
            created_at=AT,
        )
        self.turns[conversation_id].append(turn)
        return turn


class FakeGuard:
    """Masks e-mail addresses and flags one phrase."""

    def redact(self, text: str) -> Redaction:
        masked, count = re.subn(r"\S+@\S+", "<EMAIL_ADDRESS>", text)
        return Redaction(masked, ["EMAIL_ADDRESS"] if count else [])

    def screen(self, text: str) -> GuardMark:
        flagged = "ignore all previous instructions" in text.lower()
        return GuardMark(
            injection_score=float(flagged), injection_flagged=flagged, reasons=["pattern"] * flagged, redacted=[]
        )


class FakeEmbedder:
    """Vectors that say nothing."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 2), np.float32)


@dataclass
class FakeIndex:
    """An index that only knows which chunk is in which partition."""

    partitions: dict[str, str] = field(default_factory=dict)

    async def put(self, partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]) -> None:
        self.partitions |= {chunk.chunk_id: partition for chunk in chunks}

    async def leave(self, chunk_ids: Sequence[str], partition: str) -> None:
        assert partition not in {self.partitions.get(chunk_id) for chunk_id in chunk_ids}

    async def remove(self, chunk_ids: Sequence[str], partition: str) -> None:
        for chunk_id in chunk_ids:
            self.partitions.pop(chunk_id, None)

    async def count(self, document_id: str) -> int:
        return sum(chunk_id.startswith(f"{document_id}:") for chunk_id in self.partitions)


@dataclass
class FakeKnowledge:
    """Finds every indexed chunk in the reader's partitions, with its text from real records."""

    database: Database
    index: FakeIndex
    asked: list[tuple[str, ReadScope, int, SearchMode]] = field(default_factory=list)
    down: bool = False

    async def search(self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid") -> SearchResult:
        self.asked.append((query, scope, k, mode))
        if self.down:
            raise KnowledgeUnavailableError("the index in /srv/data does not answer")
        found = await self.passages(list(self.index.partitions), scope)
        chosen = [each for each in found if scope.documents is None or each.document_id in scope.documents]
        return SearchResult(chosen[:k])

    async def find(
        self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid", spelling: bool = True
    ) -> Findings:
        found = (await self.search(query, scope, k=k, mode=mode)).passages
        meant = {"refnud": "refund"} if spelling and "refnud" in query else {}
        asked = query.replace("refnud", "refund") if meant else query
        return Findings(found, asked, meant, [passage.document_id for passage in found])

    def highlights(self, query: str, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(re.escape(query), text)]

    async def passages(self, chunk_ids: Sequence[str], scope: ReadScope) -> list[Passage]:
        found = await load_passages(self.database.query, chunk_ids, scope)
        return [found[chunk_id] for chunk_id in chunk_ids if chunk_id in found]


@dataclass
class FakeIntake:
    """Takes files in at once, on real records, where the real one starts a workflow."""

    writer: KnowledgeWriter
    ingestions: Ingestions
    down: bool = False

    async def take(
        self, ingestion_id: str, filename: str, data: bytes, *, sender: Principal, **rights: Any
    ) -> Ingestion:
        whose: dict[str, Any] = {"sender": sender, "created_by": sender.id, "ingestion_id": ingestion_id}
        request = await self.writer.accept(filename, data, **whose, **rights)
        row = await self.ingestions.get(ingestion_id)
        assert row is not None
        if self.down:
            raise TemporalUnavailableError("Temporal does not answer")
        if row.status == "running":
            await self.writer.ingest(request)
        return row

    async def revise(self, revision: Revision, ingestion_id: str) -> Ingestion:
        request = await Revisions(self.ingestions._database, self.writer).accept(revision, ingestion_id)
        row = await self.ingestions.get(ingestion_id)
        assert row is not None
        if self.down:
            raise TemporalUnavailableError("Temporal does not answer")
        await self.writer.ingest(request)
        return row

    async def abandon(self, ingestion_id: str) -> None:
        await self.ingestions.finish(ingestion_id, "failed", {})

    async def place(self, document_id: str) -> int | None:
        if self.down:
            raise TemporalUnavailableError("Temporal does not answer")
        return await self.writer.place(document_id)

    async def progress(self, ingestion_id: str) -> IngestionProgress | None:
        return None

    async def turn(self, ingestion_id: str, turn: Turn) -> IngestionProgress:
        raise Refused("IngestionEnded", "this ingestion has ended")

    async def remove(self, document_id: str, requested_by: str | None = None) -> DeletionProof | None:
        return await self.writer.delete(document_id, utc_now())
