"""The API as the pages call it. No other file knows an address."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from ui import sse
from ui.contract import (
    Action,
    Asked,
    Citation,
    Conversation,
    ConversationSummary,
    Event,
    Excerpt,
    Listed,
    Passage,
    Person,
    Review,
    ReviewSummary,
)

TIMEOUT = httpx.Timeout(30, connect=5)
STREAM_TIMEOUT = httpx.Timeout(None, connect=5, read=60)
"""A live stream sends a comment at least every 15 s."""
PASSING = frozenset({408, 425, 429, 502, 503, 504})
SURROUNDING_CHARACTERS = 700
VISITOR_HEADER = "Holdfast-Visitor"

T = TypeVar("T", bound=BaseModel)


class ApiError(Exception):
    """The API refused or could not be reached; ``status`` is 0 when there was no answer at all."""

    def __init__(self, status: int, detail: str, retry_after_seconds: float = 0.0) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status == 0 or self.status in PASSING


@dataclass(frozen=True)
class Api:
    """Where the API is and the connections to it."""

    http: httpx.AsyncClient

    @classmethod
    def at(cls, base_url: str) -> "Api":
        """Return the API at this address; pages and API may be one process, so no proxy is asked."""
        return cls(httpx.AsyncClient(base_url=base_url, timeout=TIMEOUT, trust_env=False))

    def caller(self, token: str) -> "Caller":
        """Return the API as the holder of this token may use it."""
        return Caller(self.http, token)

    async def log_in(self, username: str, password: str, visitor: str = "") -> str:
        """Return an access token; ``visitor`` vouches for the browser's address. Raises ``ApiError``."""
        form, headers = {"username": username, "password": password}, {VISITOR_HEADER: visitor} if visitor else {}
        answer = await send(self.http, "POST", "/v1/auth/token", data=form, headers=headers)
        return str(answer.json()["access_token"])


@dataclass(frozen=True)
class Caller:
    """The API with one person's rights. Every method raises ``ApiError``."""

    http: httpx.AsyncClient
    token: str

    async def me(self) -> Person:
        """Return who the token belongs to."""
        return await self._read(Person, "GET", "/v1/me")

    async def conversations(self, pages: int = 1) -> Listed[ConversationSummary]:
        """Return my conversations, the latest first, as far as so many pages of the API's go."""
        found: Listed[ConversationSummary] = Listed()
        query: dict[str, str] = {}
        for _ in range(pages):
            body = (await self._send("GET", "/v1/conversations", params=query)).json()
            found += [parsed(ConversationSummary, item) for item in body["items"]]
            # An API of before has no ``next_id``: then what shares the moment of the last one is left out.
            query = {
                name: str(body[key]) for name, key in (("before", "next"), ("before_id", "next_id")) if body.get(key)
            }
            found.more = "before" in query
            if not found.more:
                break
        return found

    async def conversation(self, conversation_id: str) -> Conversation:
        """Return one conversation with its turns."""
        return await self._read(Conversation, "GET", f"/v1/conversations/{segment(conversation_id)}")

    async def ask(self, conversation_id: str, message: str, key: str, *, wait_seconds: float = 0) -> Asked:
        """Send a message; the same key never asks twice, and gets the same turn. No id starts one."""
        path = f"/v1/conversations/{segment(conversation_id)}/messages" if conversation_id else "/v1/conversations"
        headers, body = {"Idempotency-Key": key}, {"message": message}
        return await self._read(Asked, "POST", path, headers=headers, json=body, params={"wait_seconds": wait_seconds})

    async def escalate(self, conversation_id: str, key: str) -> None:
        """Ask for a person."""
        path = f"/v1/conversations/{segment(conversation_id)}/escalate"
        await self._send("POST", path, headers={"Idempotency-Key": key})

    async def rate(self, conversation_id: str, score: int) -> None:
        """Rate a conversation, 1 to 5."""
        await self._send("POST", f"/v1/conversations/{segment(conversation_id)}/feedback", json={"score": score})

    async def passage(self, citation: Citation) -> Passage:
        """Return a quote in its surroundings, fetched with my rights."""
        start, end = citation.start, citation.end
        first = 0 if start is None else max(0, start - SURROUNDING_CHARACTERS)
        last = {} if end is None else {"end": end + SURROUNDING_CHARACTERS}
        path = f"/v1/documents/{segment(citation.document_id)}/text"
        answer = await self._send("GET", path, params={"version": citation.version, "start": first, **last})
        return surround(citation, parsed(Excerpt, answer.json()))

    async def reviews(self) -> Listed[ReviewSummary]:
        """Return the cases that wait for a decision, the soonest due first: at most a page of the API's."""
        body = (await self._send("GET", "/v1/reviews", params={"state": "pending"})).json()
        found = Listed(parsed(ReviewSummary, item) for item in body["items"])
        found.more = body.get("next_offset") is not None
        return found

    async def review(self, review_id: str) -> Review:
        """Return one case."""
        return await self._read(Review, "GET", f"/v1/reviews/{segment(review_id)}")

    async def claim(self, review_id: str) -> None:
        """Take a case."""
        await self._send("POST", f"/v1/reviews/{segment(review_id)}/claim")

    async def release(self, review_id: str) -> None:
        """Give a case back."""
        await self._send("POST", f"/v1/reviews/{segment(review_id)}/release")

    async def decide(self, review_id: str, action: Action, digest: str, text: str = "", reason: str = "") -> None:
        """Decide on a case, naming the digest of the draft that was shown."""
        body = {"action": action, "draft_digest": digest, "text": text, "reason": reason}
        await self._send("POST", f"/v1/reviews/{segment(review_id)}/decision", json=body)

    @asynccontextmanager
    async def events(self, conversation_id: str, last_id: str) -> AsyncIterator[AsyncIterator[Event]]:
        """Open the event stream after ``last_id`` (empty: from the start); it ends when the server ends it."""
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
        path = f"/v1/conversations/{segment(conversation_id)}/events"
        async with streaming(self.http, path, self._headers | headers) as response:
            yield read_events(response)

    async def _page(self, model: type[T], path: str, **query: str) -> list[T]:
        body = (await self._send("GET", path, params=query)).json()
        return [parsed(model, item) for item in body["items"]]

    async def _read(self, model: type[T], method: str, path: str, **options: Any) -> T:
        return parsed(model, (await self._send(method, path, **options)).json())

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = self._headers | options.pop("headers", {})
        return await send(self.http, method, path, headers=headers, **options)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def send(http: httpx.AsyncClient, method: str, path: str, **options: Any) -> httpx.Response:
    """Send a request and return its answer below 400. Raises ``ApiError``."""
    try:
        response = await http.request(method, path, **options)
    except httpx.HTTPError as error:
        raise ApiError(0, f"no answer from the service ({type(error).__name__})") from error
    if response.is_error:
        raise refusal(response)
    return response


@asynccontextmanager
async def streaming(http: httpx.AsyncClient, path: str, headers: dict[str, str]) -> AsyncIterator[httpx.Response]:
    """Open a streamed answer; everything that breaks it becomes ``ApiError``."""
    try:
        async with http.stream("GET", path, headers=headers, timeout=STREAM_TIMEOUT) as response:
            if response.is_error:
                await response.aread()
                raise refusal(response)
            yield response
    except httpx.HTTPError as error:
        raise ApiError(0, f"the event stream broke off ({type(error).__name__})") from error


async def read_events(response: httpx.Response) -> AsyncIterator[Event]:
    """Yield the events of an open stream; what is not one of ours is passed over."""
    async for message in sse.messages(response.aiter_lines()):
        try:
            yield Event.model_validate(json.loads(message.data) | {"name": message.event, "id": message.id})
        except (ValueError, TypeError):
            continue


def refusal(response: httpx.Response) -> ApiError:
    """Return what a problem+json answer says, or that it was none."""
    try:
        body = response.json()
        detail = str(body["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"the service answered with status {response.status_code}"
    retry_after = response.headers.get("Retry-After", "")
    return ApiError(response.status_code, detail, float(retry_after) if retry_after.isdecimal() else 0.0)


def parsed(model: type[T], body: Any) -> T:
    """Return ``body`` as the model, or raise ``ApiError`` when the API speaks another contract."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise ApiError(500, "the service answered in a way this page does not understand") from error


def surround(citation: Citation, excerpt: Excerpt) -> Passage:
    """Return the quote with what stands around it in the excerpt; when it does not stand there, the quote alone."""
    at = excerpt.text.find(citation.quote) if citation.start is None else citation.start - excerpt.start
    end = at + len(citation.quote)
    if at < 0 or excerpt.text[at:end] != citation.quote:
        return Passage(title=excerpt.title, version=excerpt.version, quote=citation.quote)
    before, after = excerpt.text[:at][-SURROUNDING_CHARACTERS:], excerpt.text[end:][:SURROUNDING_CHARACTERS]
    return Passage(
        title=excerpt.title,
        version=excerpt.version,
        before=before,
        quote=citation.quote,
        after=after,
        cut_before=excerpt.start + at > len(before),
        cut_after=len(after) == SURROUNDING_CHARACTERS,
    )


def segment(identifier: str) -> str:
    """Return an identifier as one path segment, whatever characters it has."""
    return quote(identifier, safe="").replace(".", "%2E")


async def pause(attempt: int, at_least_seconds: float = 0.0) -> None:
    """Wait before attempt number ``attempt`` (from 1): full jitter, 0.2 s doubling up to 3 s.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    await asyncio.sleep(max(at_least_seconds, random.uniform(0.1, min(3.0, 0.2 * 2**attempt))))
