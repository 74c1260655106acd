"""A Temporal server of the benchmark's own, tuned as ``holdfast up`` tunes it, kept in a WAL file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from activities.settings import Settings
from commands.temporal_server import find_server, start_server, wait_until_answers


@asynccontextmanager
async def temporal_server() -> AsyncIterator[tuple[str, Path]]:
    """Yield the address of a running server and a folder that goes with it."""
    with TemporaryDirectory(prefix="holdfast-bench-") as name:
        folder = Path(name)
        server, address = start_server(find_server(Settings().cache_dir, lambda line: None), folder)
        try:
            await wait_until_answers(address, alive=server.alive, log=folder / "logs" / "temporal.log")
            yield address, folder
        finally:
            server.stop(grace_seconds=5)
