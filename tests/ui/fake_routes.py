"""The routes of the scripted API."""

import asyncio
import copy
import hashlib
from typing import Annotated

from fastapi import APIRouter, Body, Depends, FastAPI, Form, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from tests.ui import fake_costs, fake_knowledge, fake_sources
from tests.ui.fake_state import PAGE, PASSWORD, PEOPLE, FakeApi, Row
from ui import words


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
    app.include_router(fake_sources.router)
    app.include_router(fake_costs.router)


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
async def listed(me: Caller, fake: Fake, before: str = "", before_id: str = "") -> Row:
    mine = [row for row in fake.conversations.values() if row["owner_id"] == me["id"]]
    mine.sort(key=lambda each: (str(each["updated_at"]), str(each["id"])), reverse=True)
    rest = [row for row in mine if not before or (row["updated_at"], row["id"]) < (before, before_id)]
    items, more = rest[:50], len(rest) > 50
    last = items[-1] if more else {"updated_at": None, "id": None}
    return {"items": items, "next": last["updated_at"], "next_id": last["id"]}


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
    turn = fake.add_turn(conversation, words.TALK_MESSAGE)
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
    items = sorted(found, key=lambda each: str(each["due_at"]))
    return {"items": items[:100], "next_offset": 100 if len(items) > 100 else None}


@router.get("/reviews/{identifier}")
async def review(case: Case, fake: Fake) -> Row:
    found = copy.deepcopy({**case, "conversation": fake.conversations[case["conversation_id"]]["turns"]})
    fake.read.put_nowait(case["id"])
    if hold := fake.held.pop(case["id"], None):
        await hold.wait()
    holder = PEOPLE.get(found["claimed_by"] or "", {})
    return found | {"claimed_by_name": holder.get("display_name")}


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
    if hold := fake.held.pop(f"decision {case['id']}", None):
        await hold.wait()
    if case["id"] in fake.beaten:
        case["state"] = "decided"
    if case["state"] != "pending":
        raise problem(409, f"This case is {case['state']} already.")
    if body["draft_digest"] != case["draft_digest"]:
        raise problem(409, "The draft has changed since it was shown.")
    await fake.decide(case["id"], body["action"], me["id"], body.get("text", ""), body.get("reason", ""))
    return {"review_id": case["id"], "action": body["action"]}
