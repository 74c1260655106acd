"""A stand-in for a chat model behind Ollama's HTTP API, for benchmarks: it says a fixed answer at a fixed pace."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

TOKEN_CHARACTERS = 4
_PASSAGE = re.compile(r"⟦passage (\d+)⟧\n(.*?)\n⟦/passage \1⟧", re.DOTALL)


class SlowModel:
    """Quotes ``sentences`` from the passages of each request, ``tokens_per_second``; notes when each was out."""

    name = "slow"

    def __init__(self, sentences: Sequence[str], tokens_per_second: float) -> None:
        self.url = ""
        self.first_sentence_seconds: list[float] = []
        """Of each request: from its arrival to the last character of the first sentence."""
        self._sentences = sentences
        self._pause = 1 / tokens_per_second

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            if head.startswith("GET"):
                _write(writer, {"models": [{"name": self.name}]}, head=True)
            else:
                length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
                await self._answer(json.loads(await reader.readexactly(int(length[1]) if length else 0)), writer)
        writer.close()

    async def _answer(self, request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        started, first = time.perf_counter(), True
        content = quoting(self._sentences, request["messages"][1]["content"])
        first_end = content.index("}") + 1
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
        for position in range(0, len(content), TOKEN_CHARACTERS):
            await asyncio.sleep(self._pause)
            _write(writer, _line(content[position : position + TOKEN_CHARACTERS]))
            await writer.drain()
            if first and position + TOKEN_CHARACTERS >= first_end:
                first = False
                self.first_sentence_seconds.append(time.perf_counter() - started)
        _write(writer, {**_line(""), "done": True, "done_reason": "stop", "prompt_eval_count": 900, "eval_count": 99})


def quoting(sentences: Sequence[str], prompt: str) -> str:
    """Return the structured answer whose sentences stand word for word in the prompt's passages."""
    passages = {text: int(number) for number, text in _PASSAGE.findall(prompt)}
    listed = [
        {"text": each, "passage": next((number for text, number in passages.items() if each in text), 1), "quote": each}
        for each in sentences
    ]
    return json.dumps({"answers": "fully", "sentences": listed})


def _line(content: str) -> dict[str, Any]:
    return {"model": SlowModel.name, "message": {"role": "assistant", "content": content}, "done": False}


def _write(writer: asyncio.StreamWriter, body: dict[str, Any], *, head: bool = False) -> None:
    data = json.dumps(body).encode() + b"\n"
    start = f"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {len(data)}\r\n\r\n" if head else ""
    writer.write(start.encode() + data)


@asynccontextmanager
async def slow_model(sentences: Sequence[str], tokens_per_second: float) -> AsyncIterator[SlowModel]:
    """Run the stand-in on a free loopback port."""
    model = SlowModel(sentences, tokens_per_second)
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield model
    finally:
        server.close()
