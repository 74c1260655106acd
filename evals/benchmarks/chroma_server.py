"""A Chroma server of the benchmark's own, as ``holdfast up`` starts one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from commands.process import free_port, spawn
from commands.services import CHROMA, LOCAL

ATTEMPTS = 8
"""httpx waits longer from attempt to attempt: a minute in all."""


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """Yield the address of a server on an empty ``folder``; it ends with the block."""
    port = free_port()
    argv = [*CHROMA, str(folder), LOCAL, str(port)]
    server = spawn("chroma", argv, log=folder.with_suffix(".log"))
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=ATTEMPTS), timeout=30) as client:
            client.get(f"http://{LOCAL}:{port}/api/v2/heartbeat").raise_for_status()
        yield f"http://{LOCAL}:{port}"
    finally:
        server.stop(grace_seconds=5)
