"""A scripted stand-in for the HTTP API of an Ollama server: real sockets on loopback, no model."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]
AnswerTo = Callable[[dict[str, Any]], Reply]
"""A reply that depends on the request."""
PASSAGE = re.compile(r"⟦passage (\d+)⟧\n(.*?)\n⟦/passage \1⟧", re.DOTALL)


@dataclass
class FakeOllama:
    """Answers ``/api/chat`` with the reply set last, and ``/api/tags`` with its models; remembers the requests.

    ``by_model`` goes before all; ``replies`` and then ``replies_to`` are given once each, then ``answer_to``, then
    ``reply``.
    """

    models: list[str] = field(default_factory=lambda: ["qwen3:4b"])
    reply: Reply | None = None
    replies: list[Reply] = field(default_factory=list)
    replies_to: list[AnswerTo] = field(default_factory=list)
    answer_to: AnswerTo | None = None
    by_model: dict[str, Reply] = field(default_factory=dict)
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
                request = json.loads(await reader.readexactly(content_length(head)))
                self.requests.append(request)
                self.asked.set()
                await self.choose(request)(writer)
        writer.close()

    def choose(self, request: dict[str, Any]) -> Reply:
        if known := self.by_model.get(request["model"]):
            return known
        if self.replies:
            return self.replies.pop(0)
        if self.replies_to or self.answer_to:
            answer_to = self.replies_to.pop(0) if self.replies_to else self.answer_to
            assert answer_to
            return answer_to(request)
        return self.reply or respond(500, "no reply was scripted")


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


def chat_lines(content: str, pieces: int) -> tuple[list[str], str]:
    """Return the lines of a model that says ``content`` in pieces, and the line that ends it."""
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
    return [json.dumps(line) + "\n" for line in lines], json.dumps(end) + "\n"


def chat(content: str, *, pieces: int = 3) -> Reply:
    """Reply as a model that streams ``content`` in pieces and ends properly."""
    lines, end = chat_lines(content, pieces)
    return respond(200, "".join([*lines, end]))


def structured(*sentences: tuple[str, int, str], answers: str = "fully") -> str:
    """Return a structured answer of (text, passage number, quote) sentences."""
    listed = [{"text": text, "passage": number, "quote": quote} for text, number, quote in sentences]
    return json.dumps({"answers": answers, "sentences": listed})


def answer(*sentences: tuple[str, int, str], answers: str = "fully") -> Reply:
    """Reply with a structured answer of (text, passage number, quote) sentences."""
    return chat(structured(*sentences, answers=answers))


def grounded(
    *sentences: tuple[str, str],
    answers: str = "fully",
    shift: int = 0,
    hold: Mapping[int, asyncio.Event] | None = None,
    cut_after: int | None = None,
) -> AnswerTo:
    """Answer with (text, quote) sentences, each naming the passage of the request that has the quote.

    ``shift`` names another passage. The sentence of that index waits for its event in ``hold``. The connection is cut
    after ``cut_after`` sentences.
    """

    def answer_to(request: dict[str, Any]) -> Reply:
        passages = {text: int(number) for number, text in PASSAGE.findall(request["messages"][1]["content"])}
        numbers = [next((number for text, number in passages.items() if quote in text), 1) for _, quote in sentences]
        listed = [
            json.dumps({"text": text, "passage": 1 + (number - 1 + shift) % max(2, len(passages)), "quote": quote})
            for (text, quote), number in zip(sentences, numbers, strict=True)
        ]
        head = f'{{"answers": {json.dumps(answers)}, "sentences": ['
        steps = [(", " * bool(index) + each, (hold or {}).get(index)) for index, each in enumerate(listed)]
        kept = steps[:cut_after]
        return paced([(head, None), *kept, *([("]}", None)] if cut_after is None else [])], ends=cut_after is None)

    return answer_to


def paced(steps: Sequence[tuple[str, asyncio.Event | None]], *, ends: bool = True) -> Reply:
    """Reply as a slow model: each text is sent once the event before it is set; without ``ends`` it is cut off."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        for text, awaited in steps:
            if awaited:
                await awaited.wait()
            for line in chat_lines(text, 4)[0]:
                await send_chunk(writer, line)
        if ends:
            await send_chunk(writer, chat_lines("", 1)[1])
            await send_chunk(writer, "")
        else:
            writer.transport.abort()

    return write


async def send_chunk(writer: asyncio.StreamWriter, text: str) -> None:
    data = text.encode()
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    await writer.drain()


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
