"""Bytes that are no HTTP request get a problem too, before any route or middleware sees them."""

import asyncio
import json

import pytest
import uvicorn
from fastapi import FastAPI
from uvicorn.server import ServerState

from api.protocol import ProblemProtocol


@pytest.mark.parametrize(
    "sent",
    [b"BREW /v1/me HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\nHost x\r\n\r\n"],
    ids=["unknown-method", "tls-hello", "broken-header"],
)
async def test_what_is_no_http_is_answered_with_a_problem(sent: bytes) -> None:
    config = uvicorn.Config(FastAPI(), http=ProblemProtocol, log_config=None)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: ProblemProtocol(config=config, server_state=ServerState(), app_state={}), "127.0.0.1", 0
    )
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(sent)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
    problem = json.loads(body)
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json")
    assert (problem["type"], problem["status"]) == ("urn:holdfast:problem:malformed-request", 400)
    assert "method" in problem["detail"]
