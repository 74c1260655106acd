"""Resident memory of every process of ``holdfast up``: when it is ready, half-way through a day's turns, and after."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import psutil

from activities.records.database import Database
from activities.records.keys import Keys
from activities.records.people import People
from activities.settings import Settings
from commands.process import free_port, spawn, tail
from commands.runtime import Runtime, read_runtime
from commands.sample import MARKER
from commands.services import HOLDFAST
from evals.benchmarks.throughput import QUESTIONS

CUSTOMERS = 8
"""One customer may send 240 messages a minute; eight at once keep API and worker busy without waiting for that."""
TURNS_EACH = 10
"""Turns of one conversation; then the customer opens another, as customers do."""
TARGET_MB = 1_500
START_SECONDS, LOOK_SECONDS, GRACE_SECONDS = 600.0, 0.5, 20.0


async def run(turns: int = 500) -> dict[str, Any]:
    """Return MB (10^6 bytes) by process at ``ready``, ``half`` and ``end`` of ``turns``, their totals, and growth.

    ``ready`` is after a first start with the sample company taken in.
    """
    async with running_up() as settings:
        keys = await _customers(settings)
        figures: dict[str, Any] = {"turns": turns, "ready": measure(settings)}
        answered = await _talk(runtime_of(settings).url, keys, turns // 2)
        figures["half"] = measure(settings)
        answered += await _talk(runtime_of(settings).url, keys, turns - turns // 2)
        figures["end"] = measure(settings)
    totals = {f"total_{name}": figures[name]["total"] for name in ("ready", "half", "end")}
    return {
        **figures,
        **totals,
        "grown_in_second_half": round(totals["total_end"] - totals["total_half"], 1),
        "answered": answered,
        "under_target": totals["total_end"] < TARGET_MB,
    }


@asynccontextmanager
async def running_up() -> AsyncIterator[Settings]:
    """Run ``holdfast up`` itself on a folder of its own, and yield when the sample company is taken in.

    Raises ``TimeoutError`` or ``RuntimeError`` when it does not come up.
    """
    with TemporaryDirectory(prefix="holdfast-bench-") as name:
        settings = Settings(data_dir=Path(name), port=free_port(), database_url="", chroma_url="")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("TEMPORAL_", "HOLDFAST_"))}
        argv = [*HOLDFAST, "up", "--port", str(settings.port), "--data-dir", name]
        log = settings.data_dir / "up.log"
        child = spawn("up", argv, log=log, env={**inherited, "HOLDFAST_CHAT_ENGINE": "embedded"})
        try:
            async with asyncio.timeout(START_SECONDS):
                while not (settings.data_dir / MARKER).exists():
                    if not child.alive():
                        raise RuntimeError(f"holdfast up ended: {tail(log)}")
                    await asyncio.sleep(LOOK_SECONDS)
            yield settings
        finally:
            await asyncio.to_thread(child.stop, GRACE_SECONDS)


def runtime_of(settings: Settings) -> Runtime:
    """Return what runs on the folder now. Raises ``RuntimeError`` when nothing does."""
    if (runtime := read_runtime(settings.data_dir)) is None:
        raise RuntimeError("holdfast up has ended")
    return runtime


def measure(settings: Settings) -> dict[str, float]:
    """Return the resident MB of ``up`` itself, of each process it runs with its children, and ``total``."""
    runtime = runtime_of(settings)
    found = {"up": _resident_mb(psutil.Process(runtime.pid))}
    for name, pid in runtime.children.items():
        process = psutil.Process(pid)
        found[name] = sum(_resident_mb(each) for each in (process, *process.children(recursive=True)))
    found["total"] = sum(found.values())
    return {name: round(value, 1) for name, value in found.items()}


def _resident_mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss / 1e6)


async def _customers(settings: Settings) -> list[str]:
    database = Database(settings.sqlalchemy_url)
    people, keys = People(database), Keys(database)
    try:
        made = [await people.create(f"bench-{uuid.uuid4().hex}", "service") for _ in range(CUSTOMERS)]
        return [(await keys.create(person.id, "bench")).secret for person in made]
    finally:
        await database.close()


async def _talk(url: str, keys: list[str], turns: int) -> int:
    """Spread ``turns`` over the customers; return how many were answered or given to a person at once."""
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
        shares = [len(range(number, turns, len(keys))) for number in range(len(keys))]
        return sum(await asyncio.gather(*map(_customer, [client] * len(keys), keys, shares)))


async def _customer(client: httpx.AsyncClient, key: str, turns: int) -> int:
    path, finished = "/v1/conversations", 0
    for number in range(turns):
        if number % TURNS_EACH == 0:
            path = "/v1/conversations"
        body = {"message": QUESTIONS[number % len(QUESTIONS)]}
        headers = {"X-API-Key": key, "Idempotency-Key": uuid.uuid4().hex}
        asked = (await client.post(path, json=body, headers=headers)).raise_for_status().json()
        finished += bool(asked["turn"]) and asked["turn"]["status"] != "running"
        path = f"/v1/conversations/{asked['conversation_id']}/messages"
    return finished
