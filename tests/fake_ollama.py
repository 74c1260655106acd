"""A scripted stand-in for the HTTP API of an Ollama server: real sockets on loopback, no model."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FakeOllama:
    """Answers ``/api/chat`` with the reply set last, and ``/api/tags`` with its models; remembers the requests."""

    models: list[str] = field(default_factory=lambda: ["qwen3:4b"])
    reply: Reply | None = None
    tags: Reply | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    probes: int = 0
    port: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            if head.startswith("GET /api/tags"):
                self.probes += 1
                listed = respond(200, json.dumps({"models": [{"name": name} for name in self.models]}))
                await (self.tags or listed)(writer)
            else:
                self.requests.append(json.loads(await reader.readexactly(content_length(head))))
                self.asked.set()
                await (self.reply or respond(500, "no reply was scripted"))(writer)
        writer.close()


def content_length(head: str) -> int:
    lines = (line.partition(":") for line in head.splitlines())
    return next((int(value) for name, _, value in lines if name.lower() == "content-length"), 0)


def respond(status: int, body: str) -> Reply:
    """Reply with this status and body."""

    async def write(writer: asyncio.StreamWriter) -> None:
        data = body.encode()
        writer.write(f"HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {len(data)}\r\n\r\n".encode() + data)
        await writer.drain()

    return write


def chat(content: str, *, pieces: int = 3) -> Reply:
    """Reply as a model that streams ``content`` in pieces and ends properly."""
    size = max(1, -(-len(content) // pieces))
    parts = [content[at : at + size] for at in range(0, len(content), size)] or [""]
    lines = [{"model": "qwen3:4b", "message": {"role": "assistant", "content": part}, "done": False} for part in parts]
    end = {
        "model": "qwen3:4b",
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": 321,
        "eval_count": 45,
    }
    return respond(200, "".join(json.dumps(line) + "\n" for line in [*lines, end]))


def answer(*sentences: tuple[str, int, str], answers: str = "fully") -> Reply:
    """Reply with a structured answer of (text, passage number, quote) sentences."""
    listed = [{"text": text, "passage": number, "quote": quote} for text, number, quote in sentences]
    return chat(json.dumps({"answers": answers, "sentences": listed}))


async def hang(writer: asyncio.StreamWriter) -> None:
    """Accept the request and never answer."""
    await asyncio.Event().wait()


async def cut(writer: asyncio.StreamWriter) -> None:
    """Begin a good answer and cut the connection in the middle."""
    line = json.dumps({"model": "m", "message": {"role": "assistant", "content": '{"ans'}, "done": False})
    writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{line}\n".encode())
    await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def fake_ollama() -> AsyncIterator[FakeOllama]:
    """Run the stand-in on a free loopback port."""
    fake = FakeOllama()
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(fake.serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
