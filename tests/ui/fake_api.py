"""A scripted stand-in for the API, with the same contract: no model, no database, one process.

What a message gets depends on its words: "refund" waits for a reviewer, "person" is handed over, all else is answered.
While ``hold`` is set, turns stay at their progress until it is cleared.
"""

import asyncio
import copy
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, FastAPI, Form, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from tests.ui import fake_knowledge
from tests.ui.fake_knowledge import FakeKnowledge

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
    """One reading of a case that is answered late: with what was true when it ``began``, once it is ``let_go``."""

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
    ratings: list[tuple[str, int]] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)
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


def problem(status: int, detail: str, **headers: str) -> HTTPException:
    return HTTPException(status, detail, headers=headers or None)


async def on_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    body = {"title": "Problem", "status": error.status_code, "detail": error.detail}
    return JSONResponse(body, error.status_code, error.headers, "application/problem+json")


def get_fake(request: Request) -> FakeApi:
    fake: FakeApi = request.app.state.fake
    return fake


Fake = Annotated[FakeApi, Depends(get_fake)]
Key = Annotated[str, Header(alias="Idempotency-Key")]
router = APIRouter(prefix="/v1")


def add_routes(app: FastAPI, fake: FakeApi) -> None:
    """Add the part of the HTTP contract that the pages use."""
    app.state.fake = fake
    app.add_exception_handler(HTTPException, on_problem)
    app.include_router(router)
    app.include_router(fake_knowledge.router)


async def get_caller(fake: Fake, authorization: Annotated[str, Header()] = "") -> Row:
    if fake.down:
        raise problem(503, "The engine does not answer.")
    name = fake.tokens.get(authorization.removeprefix("Bearer "))
    if name is None:
        raise problem(401, "Log in, or send a valid token or API key.")
    return {"id": name, "username": name, "department": None, **PEOPLE[name]}


Caller = Annotated[Row, Depends(get_caller)]


async def get_reviewer(me: Caller) -> Row:
    if me["role"] == "customer":
        raise problem(403, "This needs the role admin or agent or supervisor.")
    return me


Reviewer = Annotated[Row, Depends(get_reviewer)]


async def get_owned(identifier: str, me: Caller, fake: Fake) -> Row:
    found = fake.conversations.get(identifier)
    if found is None or found["owner_id"] != me["id"]:
        raise problem(404, "There is no such conversation, or it is not yours to see.")
    return found


Owned = Annotated[Row, Depends(get_owned)]


async def get_case(identifier: str, me: Reviewer, fake: Fake) -> Row:
    if identifier not in fake.reviews:
        raise problem(404, "There is no such review, or it is not yours to see.")
    return fake.reviews[identifier]


Case = Annotated[Row, Depends(get_case)]


def accept(fake: FakeApi, conversation: Row, message: str, key: str, response: Response) -> Row:
    if key not in fake.keys:
        turn = fake.keys[key] = fake.add_turn(conversation, message)
        fake.tasks.add(asyncio.ensure_future(fake.work(conversation, turn)))
    if fake.drop_answers:
        fake.drop_answers -= 1
        raise problem(503, "The answer was lost on its way.")
    turn = fake.keys[key]
    response.status_code = 202 if turn["status"] == "running" else 201
    return {"conversation_id": conversation["id"], "turn": None if turn["status"] == "running" else turn}


def refuse_long(message: str) -> None:
    if len(message) > 8_000:
        raise problem(413, f"The message has {len(message)} characters; at most 8000 are taken.")


@router.post("/auth/token")
async def token(fake: Fake, username: Annotated[str, Form()], password: Annotated[str, Form()]) -> Row:
    if username == "busy":
        raise problem(429, "More than 10 per 5 minute for you.", **{"Retry-After": "300"})
    if fake.down:
        raise problem(503, "The records do not answer.")
    if username not in PEOPLE or password != PASSWORD:
        raise problem(401, "The username or the password is wrong.")
    made = hashlib.sha256(f"{username}{len(fake.tokens)}".encode()).hexdigest()
    fake.tokens[made] = username
    return {"access_token": made, "token_type": "bearer", "expires_in": 900}


@router.get("/me")
async def me(me: Caller) -> Row:
    return me


@router.get("/conversations")
async def listed(me: Caller, fake: Fake) -> Row:
    mine = [each for each in fake.conversations.values() if each["owner_id"] == me["id"]]
    return {"items": sorted(mine, key=lambda each: str(each["updated_at"]), reverse=True)}


@router.post("/conversations")
async def start(me: Caller, fake: Fake, response: Response, message: Annotated[str, Body(embed=True)], key: Key) -> Row:
    refuse_long(message)
    identifier = hashlib.sha256(f"{me['id']}{key}".encode()).hexdigest()[:12]
    return accept(fake, fake.add_conversation(me["id"], identifier, message), message, key, response)


@router.post("/conversations/{identifier}/messages")
async def send(
    conversation: Owned, fake: Fake, response: Response, message: Annotated[str, Body(embed=True)], key: Key
) -> Row:
    if conversation["status"] == "closed":
        raise problem(409, "this conversation is closed; start a new one")
    refuse_long(message)
    return accept(fake, conversation, message, key, response)


@router.get("/conversations/{identifier}")
async def read(conversation: Owned, fake: Fake) -> Row:
    turns = [turn for turn in conversation["turns"] if not fake.blind or turn["status"] != "running"]
    shown = {name: value for name, value in conversation.items() if name != "events"}
    return {**shown, "turns": turns, "live": not fake.blind}


@router.get("/conversations/{identifier}/events")
async def events(conversation: Owned, fake: Fake, last_event_id: Annotated[str, Header()] = "") -> StreamingResponse:
    position = int(last_event_id) + 1 if last_event_id else 0
    return StreamingResponse(fake.stream(conversation, position), media_type="text/event-stream")


@router.post("/conversations/{identifier}/escalate")
async def escalate(conversation: Owned, fake: Fake) -> Row:
    turn = fake.add_turn(conversation, "The customer asks for a person.")
    await fake.wait_for_person(conversation, turn, "handoff")
    return {"conversation_id": conversation["id"], "turn": turn}


@router.post("/conversations/{identifier}/feedback", status_code=204)
async def feedback(conversation: Owned, fake: Fake, score: Annotated[int, Body(embed=True, ge=1, le=5)]) -> None:
    conversation["score"] = score
    fake.ratings.append((conversation["id"], score))


@router.get("/documents/{identifier}/text")
async def text(identifier: str, me: Caller, fake: Fake, version: int, start: int = 0, end: int = 20_000) -> Row:
    if identifier in fake.hidden or identifier != "returns":
        raise problem(404, "There is no such document, or it is not yours to see.")
    return {"title": "Returns and refunds", "version": version, "start": start, "text": PAGE[start:end]}


@router.get("/reviews")
async def cases(me: Reviewer, fake: Fake, state: str = "pending") -> Row:
    found = [each for each in fake.reviews.values() if each["state"] == state]
    return {"items": sorted(found, key=lambda each: str(each["due_at"]))}


@router.get("/reviews/{identifier}")
async def review(case: Case, fake: Fake) -> Row:
    found = copy.deepcopy({**case, "conversation": fake.conversations[case["conversation_id"]]["turns"]})
    fake.read.put_nowait(case["id"])
    if hold := fake.held.pop(case["id"], None):
        await hold.wait()
    return found


@router.post("/reviews/{identifier}/claim")
async def claim(case: Case, me: Reviewer) -> Row:
    if case["claimed_by"] not in (None, me["id"]):
        raise problem(409, "Somebody else has this case now; reload it.")
    case["claimed_by"] = me["id"]
    return case


@router.post("/reviews/{identifier}/release")
async def release(case: Case) -> Row:
    case["claimed_by"] = None
    return case


@router.post("/reviews/{identifier}/decision")
async def decision(case: Case, me: Reviewer, fake: Fake, body: Annotated[Row, Body()]) -> Row:
    if case["state"] != "pending":
        raise problem(409, f"This case is {case['state']} already.")
    if body["draft_digest"] != case["draft_digest"]:
        raise problem(409, "The draft has changed since it was shown.")
    await fake.decide(case["id"], body["action"], me["id"], body.get("text", ""), body.get("reason", ""))
    return {"review_id": case["id"], "action": body["action"]}
