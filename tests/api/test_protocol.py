"""Bytes that are no HTTP request get a problem too, before any route or middleware sees them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import uvicorn
from fastapi import FastAPI, Request
from uvicorn.server import ServerState

from api import protocol
from api.protocol import MOST_HEAD_BYTES, ProblemProtocol

Send = Callable[..., Awaitable[tuple[bytes, bytes]]]


@pytest.fixture
async def send() -> AsyncIterator[Send]:
    """Send pieces to a server and return the head and the body of all that it answers until it ends the connection."""
    app = FastAPI()

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    config = uvicorn.Config(app, http=ProblemProtocol, log_config=None)
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: ProblemProtocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )

    async def send(*pieces: bytes) -> tuple[bytes, bytes]:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        head, _, body = (await asyncio.wait_for(reader.read(), 30)).partition(b"\r\n\r\n")
        writer.close()
        return head, body

    async with server:
        yield send


@pytest.mark.parametrize(
    "sent",
    [b"BREW /v1/me HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\nHost x\r\n\r\n"],
    ids=["unknown-method", "tls-hello", "broken-header"],
)
async def test_what_is_no_http_is_answered_with_a_problem(sent: bytes, send: Send) -> None:
    head, body = await send(sent)
    problem = json.loads(body)
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json")
    assert (problem["type"], problem["status"]) == ("urn:holdfast:problem:malformed-request", 400)
    assert "method" in problem["detail"]


@pytest.mark.parametrize("begin", [b"GET /", b"GET / HTTP/1.1\r\nX-Long: "], ids=["address", "header"])
async def test_a_head_without_an_end_is_not_kept(begin: bytes, send: Send) -> None:
    # Just more than is taken: the server reads all of it before it answers.
    head, body = await send(begin, b"a" * MOST_HEAD_BYTES)
    assert head.startswith(b"HTTP/1.1 431 ")
    assert json.loads(body)["type"] == "urn:holdfast:problem:headers-too-large"


@pytest.mark.parametrize(
    ("pieces", "answered"), [((), b""), ((b"GET / HTTP/1.1\r\nHost:",), b"HTTP/1.1 408 ")], ids=["silent", "slow"]
)
async def test_nobody_holds_a_connection_without_a_request(
    pieces: tuple[bytes, ...], answered: bytes, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    head, _ = await send(*pieces)
    assert head[: len(b"HTTP/1.1 408 ")] == answered


async def test_a_body_is_no_head_however_long_it_is(send: Send) -> None:
    size = 10 * MOST_HEAD_BYTES
    first = f"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()
    again = f"POST /length HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n".encode()
    head, body = await send(first, b"a" * size, again, b"a" * size)
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body.count(b"HTTP/1.1 200 ") == 1
    assert body.endswith(str(size).encode())
