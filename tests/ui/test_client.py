"""The typed client: what it sends, what it makes of answers, and how it reads an event stream."""

import json
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import sse
from ui.client import SURROUNDING_CHARACTERS, Api, ApiError, Caller, segment, surround
from ui.contract import Citation, Excerpt

TURN = {"id": "c.1", "conversation_id": "c", "status": "running", "created_at": "2026-11-21T10:00:00Z"}


def caller(answer: Callable[[httpx.Request], httpx.Response]) -> Caller:
    http = httpx.AsyncClient(base_url="http://api.test", transport=httpx.MockTransport(answer))
    return Api(http).caller("the-token")


async def test_a_message_carries_token_key_and_does_not_wait() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(202, json={"conversation_id": "c", "turn": None})

    asked = await caller(answer).ask("c", "Hello", "key-1")
    (request,) = seen
    assert (request.method, request.url.path) == ("POST", "/v1/conversations/c/messages")
    assert request.headers["Authorization"] == "Bearer the-token"
    assert request.headers["Idempotency-Key"] == "key-1"
    assert request.url.params["wait_seconds"] == "0"
    assert json.loads(request.content) == {"message": "Hello"}
    assert (asked.conversation_id, asked.turn) == ("c", None)


@pytest.mark.parametrize(
    ("response", "status", "detail", "passing"),
    [
        (httpx.Response(503, json={"detail": "Come back."}, headers={"Retry-After": "2"}), 503, "Come back.", True),
        (httpx.Response(409, json={"detail": "Decided already."}), 409, "Decided already.", False),
        (httpx.Response(502, text="<html>a proxy</html>"), 502, "the service answered with status 502", True),
        (httpx.Response(200, json={"what": "ever"}), 500, "does not understand", False),
    ],
)
async def test_refusals_become_one_error_with_words(
    response: httpx.Response, status: int, detail: str, passing: bool
) -> None:
    with pytest.raises(ApiError, match=detail) as caught:
        await caller(lambda _: response).me()
    assert (caught.value.status, caught.value.passing) == (status, passing)


async def test_no_answer_at_all_is_worth_another_try() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ApiError) as caught:
        await caller(refuse).conversation("c")
    assert (caught.value.status, caught.value.passing) == (0, True)


async def test_events_are_read_from_where_the_last_stream_ended() -> None:
    event = {"name": "message.completed", "turn_id": "c.1", "seq": 4, "turn": TURN}
    lines = [": open", "", "id: 8", "event: message.completed", f"data: {json.dumps(event)}", "", "data: {broken", ""]

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Last-Event-ID"] == "7"
        return httpx.Response(200, text="\n".join([*lines, ""]))

    async with caller(answer).events("c", "7") as events:
        read = [event async for event in events]
    assert [(each.id, each.name, each.seq) for each in read] == [("8", "message.completed", 4)]
    assert read[0].turn is not None
    assert read[0].turn.id == "c.1"


async def read_stream(lines: list[str]) -> list[sse.Message]:
    async def arriving() -> AsyncIterator[str]:
        for line in lines:
            yield line

    return [message async for message in sse.messages(arriving())]


async def test_an_event_of_several_lines_keeps_them_and_an_id_stays_until_the_next() -> None:
    lines = [
        "id: 1",
        "event: note",
        "data: one",
        "data:two",
        "",
        ":comment",
        "data",
        "",
        "data: three",
        "",
        "data: cut",
    ]
    assert await read_stream(lines) == [
        sse.Message("note", "one\ntwo", "1"),
        sse.Message("message", "", "1"),
        sse.Message("message", "three", "1"),
    ]


@given(st.text(min_size=1, max_size=40))
def test_an_identifier_is_one_segment_of_a_path_whatever_it_holds(identifier: str) -> None:
    path = httpx.URL(f"http://api.test/v1/reviews/{segment(identifier)}/claim").raw_path.decode()
    assert path.count("/") == 4
    assert not {".", "?", "#"} & set(path.split("/")[3])


@given(st.text(max_size=900), st.text(min_size=1, max_size=50), st.text(max_size=900))
def test_a_quote_is_shown_where_it_stands(before: str, quote: str, after: str) -> None:
    text = before + quote + after
    citation = Citation(document_id="d", title="T", version=1, quote=quote, start=len(before), end=len(before + quote))
    first = max(0, len(before) - SURROUNDING_CHARACTERS)
    shown = surround(citation, Excerpt(title="T", version=1, start=first, text=text[first:]))
    assert text.startswith(shown.before + shown.quote + shown.after, len(before) - len(shown.before))
    assert shown.quote == quote
    assert shown.cut_before == (len(before) > SURROUNDING_CHARACTERS)


def test_a_quote_that_is_not_where_it_should_be_is_shown_alone() -> None:
    citation = Citation(document_id="d", title="T", version=1, quote="quote", start=3, end=8)
    shown = surround(citation, Excerpt(title="T", version=2, start=0, text="other words altogether"))
    assert (shown.before, shown.quote, shown.after) == ("", "quote", "")
