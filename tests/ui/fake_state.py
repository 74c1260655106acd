"""A scripted stand-in for the API, with the same contract: no model, no database, one process. Its state.

What a message gets depends on its words: "refund" waits for a reviewer, "person" is handed over, all else is answered.
While ``hold`` is set, turns stay at their progress until it is cleared.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.ui.fake_knowledge import FakeKnowledge
from tests.ui.fake_sources import FakeSources

Row = dict[str, Any]

PEOPLE: dict[str, Row] = {
    "carla": {"role": "customer", "display_name": "Carla Winter"},
    "oscar": {"role": "customer", "display_name": "Oscar Lind"},
    "ben": {"role": "agent", "display_name": "Ben Adeyemi", "department": "billing"},
    "sana": {"role": "supervisor", "display_name": "Sana Malik"},
}
PASSWORD = "correct horse battery"

PAGE = """Returns and refunds

Every drive can be returned within 30 days of delivery. The box may have been opened, but all parts must be in it.

To start a return, open Orders in your account, choose the drive and press Return. We send you a label by e-mail at \
once. Refunds arrive on the card you paid with within 5 business days after the parcel reaches our warehouse.

Drives that were damaged by a fall are not covered; the accident plan may cover them."""
QUOTES = (
    "Every drive can be returned within 30 days of delivery.",
    "Refunds arrive on the card you paid with within 5 business days after the parcel reaches our warehouse.",
)
ANSWER = (
    "Every drive can be returned within **30 days** of delivery [1].\n\n"
    "1. Open *Orders* in your account.\n2. Choose the drive and press *Return*.\n"
    "3. Use the label we send by e-mail.\n\n"
    "Refunds arrive on the card you paid with within 5 business days [2]."
)
DRAFT = "I have looked at your order. The amount of 79 EUR goes back to your card within 5 business days."


def citations() -> list[Row]:
    return [
        {
            "document_id": "returns",
            "title": "Returns and refunds",
            "version": 3,
            "chunk_id": f"returns:3:{number}",
            "quote": quote,
            "start": PAGE.index(quote),
            "end": PAGE.index(quote) + len(quote),
        }
        for number, quote in enumerate(QUOTES)
    ]


def now() -> datetime:
    return datetime.now(UTC)


class Hold:
    """A reading of a case, as it was when it ``began``, or a decision: answered late, once it is ``let_go``."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.let_go = asyncio.Event()

    async def wait(self) -> None:
        self.began.set()
        await self.let_go.wait()


@dataclass
class FakeApi:
    """The state behind the routes; tests read and change it directly."""

    conversations: dict[str, Row] = field(default_factory=dict)
    reviews: dict[str, Row] = field(default_factory=dict)
    keys: dict[str, Row] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    knowledge: FakeKnowledge = field(default_factory=FakeKnowledge)
    sources: FakeSources = field(default_factory=FakeSources)
    costs: dict[str, list[Row]] = field(default_factory=dict)
    """Rows by what they are added up by."""
    costs_asked: list[tuple[str, str]] = field(default_factory=list)
    budgets: list[Row] = field(default_factory=list)
    ratings: list[tuple[str, int]] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)
    beaten: set[str] = field(default_factory=set)
    """Cases that somebody else decides at the moment of the next decision."""
    answer: str = ANSWER
    down: bool = False
    blind: bool = False
    """No worker answers: conversations are read without what runs."""
    drop_answers: int = 0
    """So many accepted messages whose answer gets lost on the way."""
    hidden: set[str] = field(default_factory=set)
    held: dict[str, Hold] = field(default_factory=dict)
    """Cases whose next reading is answered late."""
    read: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    """The cases in the order of their readings."""
    streams: int = 0
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    stream_ended: asyncio.Condition = field(default_factory=asyncio.Condition)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hold.set()

    def reset(self) -> None:
        """Forget everything, for the next test."""
        for task in self.tasks:
            task.cancel()
        self.__init__()  # type: ignore[misc]  # all fields have defaults

    # What the tests do behind the page's back.

    async def publish(self, conversation_id: str, name: str, **details: Any) -> None:
        events = self.conversations[conversation_id]["events"]
        turn_id = details.get("turn_id", "")
        seq = 1 + sum(event["turn_id"] == turn_id for event in events)
        events.append({"name": name, "turn_id": turn_id, "seq": seq, "at": now().isoformat(), **details})
        async with self.changed:
            self.changed.notify_all()

    async def decide(self, review_id: str, action: str, reviewer: str, text: str = "", reason: str = "") -> None:
        review = self.reviews[review_id]
        review |= {"state": "decided", "action": action, "decided_by": reviewer}
        self.decisions.append({"review": review_id, "action": action, "text": text, "reason": reason, "by": reviewer})
        turn = self.turn(review["conversation_id"], review["turn_id"])
        if action == "reject":
            turn |= {"status": "handed_off", "answer": "A colleague will answer you."}
        else:
            own = action in ("edit", "respond")
            turn |= {"status": "answered", "answer": text if own else review["draft_text"], "due_at": None}
            turn |= {"engine": "person" if own else "embedded", "citations": [] if action == "respond" else citations()}
        await self.publish(review["conversation_id"], "review.decided", turn_id=turn["id"], step=action)
        await self.publish(review["conversation_id"], "message.completed", turn_id=turn["id"], turn=turn)

    def turn(self, conversation_id: str, turn_id: str) -> Row:
        turns: list[Row] = self.conversations[conversation_id]["turns"]
        return next(turn for turn in turns if turn["id"] == turn_id)

    def add_review(self, conversation: Row, turn: Row, kind: str, **details: Any) -> Row:
        draft = DRAFT if kind == "review" else ""
        review: Row = {
            "id": f"{turn['id']}.r1",
            "conversation_id": conversation["id"],
            "turn_id": turn["id"],
            "customer_id": conversation["owner_id"],
            "kind": kind,
            "state": "pending",
            "stage": "waiting",
            "department": "billing",
            "urgency": "high",
            "intent": "refund_request",
            "confidence_score": 0.71,
            "reasons": ["The refund of 79 EUR is above the limit of 50 EUR.", "Confidence is between 0.5 and 0.9."],
            "question": turn["message"],
            "draft_text": draft,
            "draft_digest": hashlib.sha256(draft.encode()).hexdigest() if draft else "",
            "citations": citations() if draft else [],
            "claimed_by": None,
            "created_at": now().isoformat(),
            "due_at": (now() + timedelta(hours=4)).isoformat(),
            **details,
        }
        self.reviews[review["id"]] = review
        return review

    def add_conversation(self, owner: str, conversation_id: str, message: str) -> Row:
        stamp = now().isoformat()
        conversation: Row = {
            "id": conversation_id,
            "owner_id": owner,
            "title": message[:80],
            "status": "open",
            "score": None,
            "created_at": stamp,
            "updated_at": stamp,
            "closed_at": None,
            "metadata": {},
            "turns": [],
            "events": [],
        }
        return self.conversations.setdefault(conversation_id, conversation)

    def add_turn(self, conversation: Row, message: str, **details: Any) -> Row:
        number = len(conversation["turns"]) + 1
        turn: Row = {
            "id": f"{conversation['id']}.{number}",
            "conversation_id": conversation["id"],
            "number": number,
            "status": "running",
            "message": message,
            "answer": None,
            "citations": [],
            "intent": "",
            "confidence_score": 0.0,
            "engine": "none",
            "review_id": None,
            "due_at": None,
            "created_at": now().isoformat(),
            **details,
        }
        conversation["turns"].append(turn)
        conversation["updated_at"] = now().isoformat()
        return turn

    async def work(self, conversation: Row, turn: Row) -> None:
        for step in ("reading", "searching", "drafting"):
            await self.publish(conversation["id"], "turn.progress", turn_id=turn["id"], step=step)
        await self.hold.wait()
        if "person" in turn["message"]:
            await self.wait_for_person(conversation, turn, "handoff")
        elif "refund" in turn["message"]:
            await self.wait_for_person(conversation, turn, "review")
        else:
            turn |= {"status": "answered", "answer": self.answer, "citations": citations(), "engine": "embedded"}
            await self.publish(conversation["id"], "message.delta", turn_id=turn["id"], text=self.answer)
            await self.publish(conversation["id"], "message.completed", turn_id=turn["id"], turn=turn)

    async def wait_for_person(self, conversation: Row, turn: Row, kind: str) -> None:
        review = self.add_review(conversation, turn, kind)
        turn |= {"status": "pending_review" if kind == "review" else "handed_off", "due_at": review["due_at"]}
        turn["review_id"] = review["id"]
        if kind == "handoff":
            turn["answer"] = "Of course. I have passed your question on to a colleague."
        await self.publish(conversation["id"], "review.requested", turn_id=turn["id"], step=kind, turn=turn)

    async def stream(self, conversation: Row, position: int) -> AsyncIterator[str]:
        self.streams += 1
        try:
            yield "retry: 100\n\n"
            while not self.down:
                for number, event in list(enumerate(conversation["events"]))[position:]:
                    yield f"id: {number}\nevent: {event['name']}\ndata: {json.dumps(event)}\n\n"
                    position = number + 1
                async with self.changed:
                    while not self.down and len(conversation["events"]) <= position:
                        await self.changed.wait()
        finally:
            self.streams -= 1
            async with self.stream_ended:
                self.stream_ended.notify_all()

    async def go_down(self, down: bool) -> None:
        self.down = down
        async with self.changed:
            self.changed.notify_all()
