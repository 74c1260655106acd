"""The rival: the same four trivial steps as a DBOS workflow on SQLite."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dbos import DBOS


@DBOS.step()
async def classify(text: str) -> str:
    """Do nothing, as each step of the rival."""
    return text


@DBOS.step()
async def retrieve(text: str) -> str:
    """Do nothing."""
    return text


@DBOS.step()
async def answer(text: str) -> str:
    """Answer with the question."""
    return "Answer to " + text


@DBOS.step()
async def check(text: str) -> str:
    """Do nothing."""
    return text


@DBOS.workflow()
async def turn(text: str) -> str:
    """Run one turn."""
    drafted = await answer(await retrieve(await classify(text)))
    return str(await check(drafted))


@contextmanager
def running(folder: Path) -> Iterator[Any]:
    """Launch DBOS on a SQLite file in ``folder`` and yield the turn to call."""
    database = f"sqlite:///{folder / 'dbos.sqlite'}"
    DBOS(config={"name": "holdfast-bench", "system_database_url": database, "log_level": "ERROR"})
    DBOS.launch()
    try:
        yield turn
    finally:
        DBOS.destroy()
        # DBOS makes its own threads those of the loop, and ends them: what comes after needs others.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
