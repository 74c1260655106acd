"""Conversations: start, go on, read, follow, escalate, rate, end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from activities.records.models import Conversation
from api.auth import unauthorised
from api.deps import Caller, Credential, CredentialDep, Services, ServicesDep
from api.disclosure import Disclosure
from api.events import next_offset, relay
from api.idempotency import IdempotencyKey, conversation_id_for, update_key
from api.inbound import Inbound, clean_metadata, receive_message
from api.paging import BorderDep, cut_behind
from api.problems import not_found, problems
from api.schemas import Ask, Asked, ConversationSummary, ConversationView, Feedback, Message, Page
from api.transcripts import may_read, transcript
from api.watching import RightsEndedError, Watch, while_allowed
from workflows.client import Refused
from workflows.messages import Close, Escalate, Rate, SendMessage

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], responses=problems(401, 403, 404, 422, 429, 503))
Wait = Annotated[float, Query(ge=0, le=60, description="How long to hold the request open for the answer, in seconds.")]
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", description="The last event that was read.")]


async def get_owned(conversation_id: str, caller: Caller, services: ServicesDep) -> Conversation:
    """Return the caller's own conversation. Raises a 404 problem for anybody else's, as if it did not exist."""
    row = await services.conversations.get(conversation_id)
    if row is None or row.owner_id != caller.id:
        raise not_found("conversation")
    return row


async def get_readable(conversation_id: str, caller: Caller, services: ServicesDep) -> Conversation:
    """Return a conversation that the caller owns or has a case of in their queue. Raises a 404 problem."""
    row = await services.conversations.get(conversation_id)
    if row is None or not await may_read(row, caller, services):
        raise not_found("conversation")
    return row


Owned = Annotated[Conversation, Depends(get_owned)]
Readable = Annotated[Conversation, Depends(get_readable)]


@router.post("", operation_id="start_conversation", status_code=201, responses={202: {"model": Asked}, **problems(413)})
async def start_conversation(
    ask: Ask,
    caller: Caller,
    credential: CredentialDep,
    services: ServicesDep,
    response: Response,
    key: IdempotencyKey = None,
    wait_seconds: Wait = 10,
) -> Asked:
    """Start a conversation and ask; 202 and its address when the answer takes longer than ``wait_seconds``."""
    inbound = await receive_message(ask.message, caller, services)
    details = await clean_metadata(ask.metadata, services.guard)
    conversation_id = conversation_id_for(caller.id, key)
    await services.conversations.create_if_absent(conversation_id, caller.id, _title(inbound.text), details)
    return await _send(conversation_id, inbound, credential, services, response, key, wait_seconds)


@router.post(
    "/{conversation_id}/messages",
    operation_id="send_message",
    status_code=201,
    responses={202: {"model": Asked}, **problems(409, 413)},
)
async def send_message(
    message: Message,
    row: Owned,
    caller: Caller,
    credential: CredentialDep,
    services: ServicesDep,
    response: Response,
    key: IdempotencyKey = None,
    wait_seconds: Wait = 10,
) -> Asked:
    """Go on with a conversation; 202 and its address when the answer takes longer than ``wait_seconds``."""
    inbound = await receive_message(message.message, caller, services)
    return await _send(row.id, inbound, credential, services, response, key, wait_seconds)


@router.get("", operation_id="list_conversations")
async def list_conversations(
    caller: Caller,
    services: ServicesDep,
    border: BorderDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page[ConversationSummary]:
    """List the caller's own conversations, the latest touched first."""
    found = await services.conversations.list_for(
        caller.id, limit=limit + 1, before=border.moment, before_id=border.row_id
    )
    page = cut_behind(border, found, limit, lambda row: (row.updated_at, row.id))
    items = [ConversationSummary.model_validate(row) for row in page.rows]
    return Page(items=items, next=page.next, next_id=page.next_id)


@router.get("/{conversation_id}", operation_id="get_conversation")
async def get_conversation(row: Readable, caller: Caller, services: ServicesDep) -> ConversationView:
    """Read a conversation with its turns, the running one included."""
    summary = ConversationSummary.model_validate(row)
    turns, live = await transcript(row, caller, services)
    return ConversationView(**summary.model_dump(), owner_id=row.owner_id, metadata=row.details, turns=turns, live=live)


async def watch_conversation(row: Readable, credential: CredentialDep, services: ServicesDep) -> Watch:
    """Return what a stream asks, again and again, about its reader's rights to the conversation."""

    async def look() -> Disclosure | None:
        reader = await credential.look()
        if reader is None or not await may_read(row, reader, services):
            return None
        return Disclosure(reader, row.owner_id, services)

    return Watch(look, services.options.recheck)


async def hold_stream(row: Readable, caller: Caller, services: ServicesDep) -> AsyncIterator[str]:
    """Hold one of the caller's places for streams while the stream is open; yields the conversation's id."""
    services.limiter.open_stream(caller.id)
    try:
        yield row.id
    finally:
        services.limiter.close_stream(caller.id)


@router.get("/{conversation_id}/events", operation_id="follow_conversation", response_class=EventSourceResponse)
async def follow_conversation(
    held_id: Annotated[str, Depends(hold_stream)],
    watch: Annotated[Watch, Depends(watch_conversation)],
    services: ServicesDep,
    last_event_id: LastEventId = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow a conversation as server-sent events; ``Last-Event-ID`` goes on where the last stream ended."""
    life = services.options.stream_life
    async for event in relay(services.hub, held_id, next_offset(last_event_id), watch, life=life):
        yield event


@router.post("/{conversation_id}/escalate", operation_id="escalate_conversation", responses=problems(409))
async def escalate_conversation(row: Owned, caller: Caller, services: ServicesDep, key: IdempotencyKey = None) -> Asked:
    """Ask for a person now."""
    request = Escalate(key=update_key("escalate", key), author_id=caller.id)
    turn = await services.chat.escalate(row.id, row.owner_id, request)
    return Asked(conversation_id=row.id, turn=await Disclosure(caller, row.owner_id, services).turn(turn))


@router.post("/{conversation_id}/feedback", operation_id="rate_conversation", status_code=204)
async def rate_conversation(feedback: Feedback, row: Owned, caller: Caller, services: ServicesDep) -> None:
    """Rate a conversation; a later rating replaces an earlier one, also after the end."""
    comment = (await asyncio.to_thread(services.guard.redact, feedback.comment)).text[:2_000]
    try:
        await services.chat.rate(row.id, Rate(score=feedback.score, comment=comment, author_id=caller.id))
    except Refused as refusal:
        if refusal.kind != "ConversationClosed":
            raise
        await services.conversations.rate(row.id, feedback.score, comment)


@router.post("/{conversation_id}/close", operation_id="close_conversation", status_code=204)
async def close_conversation(row: Owned, caller: Caller, services: ServicesDep) -> None:
    """End a conversation; ending it again changes nothing."""
    try:
        await services.chat.close(row.id, Close(author_id=caller.id))
    except Refused as refusal:
        if refusal.kind != "ConversationClosed":
            raise
    # The workflow writes it too, a moment later; whoever ends a conversation reads at once that it is closed.
    await services.conversations.close(row.id)


async def _send(
    conversation_id: str,
    inbound: Inbound,
    credential: Credential,
    services: Services,
    response: Response,
    key: str | None,
    wait_seconds: float,
) -> Asked:
    caller = credential.caller
    message = SendMessage(key=update_key("message", key), text=inbound.text, guard=inbound.guard, author_id=caller.id)
    sending = services.chat.send(conversation_id, caller.id, message, timedelta(seconds=wait_seconds))
    try:
        turn = await while_allowed(sending, credential.look, services.options.recheck)
    except RightsEndedError:
        raise unauthorised() from None
    if turn is not None and inbound.text not in turn.message:
        # Within one run Temporal answers a repeated update id from its store, before our validator can compare.
        raise Refused("KeyReused", "this idempotency key was used for another message")
    if turn is None or turn.status == "running":
        response.status_code = 202
        response.headers["Location"] = f"/v1/conversations/{conversation_id}"
    # A repeated key gets its first turn again, whatever has become of the caller's rights since.
    shown = await Disclosure(caller, caller.id, services).turn(turn) if turn else None
    return Asked(conversation_id=conversation_id, turn=shown)


def _title(text: str) -> str:
    return text.splitlines()[0][:80]
