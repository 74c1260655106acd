"""Server-sent events, read as the HTML standard says (section 9.2.6, interpreting an event stream)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass


@dataclass
class Message:
    """One dispatched event: its type, its data and the id to resume from."""

    event: str = ""
    data: str = ""
    id: str = ""


async def messages(lines: AsyncIterator[str]) -> AsyncIterator[Message]:
    """Yield each complete event of a stream of lines; comments and ``retry`` are passed over."""
    last_id, event = "", ""
    data: list[str] = []
    async for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield Message(event or "message", "\n".join(data), last_id)
            event, data = "", []
        elif name == "event":
            event = value
        elif name == "data":
            data.append(value)
        elif name == "id" and "\0" not in value:
            last_id = value
