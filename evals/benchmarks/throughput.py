"""Turns a second over HTTP with server, worker, API and client on one machine, 24 customers at once, none lost."""

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil

from activities.knowledge.unit_vectors import UNITS_FILE, UnitVectors
from activities.records.database import Database
from activities.records.documents import Documents
from activities.records.keys import Keys
from activities.records.people import People
from evals.benchmarks.timing import milliseconds
from evals.stack import Stack, running_stack

CUSTOMERS = 24
RUNNING = "running"
END_SECONDS = 60.0
"""How long after the load a turn may still run before it counts as lost."""
PREPARED_SECONDS = 600.0
TRIVIAL_WORKER = ("evals.benchmarks.bench_worker", "TEMPORAL", "holdfast")
QUESTIONS = (
    "How do I reset my password?",
    "What does the Family plan cost per month?",
    "How long does shipping to Germany take?",
    "How do I share a folder with somebody who has no account?",
    "Why was my card declined?",
    "How do I set up the backup drive?",
)


async def run(turns: int = 15) -> dict[str, Any]:
    """Return turns a second and waits in milliseconds for trivial and for real steps; ``turns`` a customer each.

    Real steps are measured on passages that the worker has had the time to prepare, by one worker, whose interpreter
    works on one core at a time, and by two. The targets: 40 a second with trivial steps, 20 with real ones, nothing
    lost, nothing doubled. A turn is late when the request came back before it, lost when it never ended.
    """
    figures: dict[str, Any] = {"customers": CUSTOMERS, "turns_each": turns}
    async with running_stack([TRIVIAL_WORKER], sample=False, probed=False) as stack:
        figures |= await _load(stack, turns, "trivial")
    for name, workers in (("real", 1), ("real_two_workers", 2)):
        async with running_stack(count=workers) as stack:
            await until_prepared(stack)
            figures |= await _load(stack, turns, name)
    return figures


async def until_prepared(stack: Stack) -> None:
    """Wait until the worker has made what it makes of passages in its spare time. Raises ``TimeoutError``."""
    database = Database(stack.settings.sqlalchemy_url)
    units = UnitVectors(stack.folder / UNITS_FILE, "", 1)
    try:
        async with asyncio.timeout(PREPARED_SECONDS):
            passages = await Documents(database).count_chunks()
            while len(units.chunk_ids()) < passages:
                await asyncio.sleep(1)
    finally:
        units.close()
        await database.close()


async def _load(stack: Stack, turns: int, name: str) -> dict[str, Any]:
    keys = await _customers(stack)
    limits = httpx.Limits(max_connections=CUSTOMERS)
    async with httpx.AsyncClient(base_url=stack.url, timeout=60, limits=limits, trust_env=False) as client:
        await asyncio.gather(*(_talk(client, key, 2) for key in keys))
        before = _processor_seconds(stack)
        started = time.perf_counter()
        talks = await asyncio.gather(*(_talk(client, key, turns) for key in keys))
        seconds = time.perf_counter() - started
        used = {process: now - before[process] for process, now in _processor_seconds(stack).items()}
        ended = [await _ended(client, key, talk, turns) for key, talk in zip(keys, talks, strict=True)]
    waits = [wait for talk in talks for wait in talk.waits]
    figures = {
        "turns_a_second": round(len(waits) / seconds, 1),
        "processor_ms_a_turn": {process: round(1000 * spent / len(waits), 1) for process, spent in used.items()},
        "p50_ms": milliseconds(waits),
        "p95_ms": milliseconds(waits, 0.95),
        "p99_ms": milliseconds(waits, 0.99),
        "late": sum(turns - talk.answered for talk in talks),
        "lost": sum(turns - len(set(numbers)) for numbers in ended),
        "doubled": sum(len(numbers) - turns for numbers in ended),
    }
    return {f"{name}_{key}": value for key, value in figures.items()}


def _processor_seconds(stack: Stack) -> dict[str, float]:
    """Return the processor time that each process has used so far."""
    return {name: sum(psutil.Process(pid).cpu_times()[:2]) for name, pid in stack.pids.items()}


async def _customers(stack: Stack) -> list[str]:
    """Make customers with API keys of their own: one principal has one bucket of the rate limiter."""
    database = Database(stack.settings.sqlalchemy_url)
    people, keys = People(database), Keys(database)
    try:
        made = [await people.create(f"bench-{uuid.uuid4().hex}", "service") for _ in range(CUSTOMERS)]
        return [(await keys.create(person.id, "bench")).secret for person in made]
    finally:
        await database.close()


@dataclass
class _Talk:
    """One conversation: how many requests came back with a finished turn, and the seconds of each request."""

    path: str = "/v1/conversations"
    answered: int = 0
    waits: list[float] = field(default_factory=list)


async def _talk(client: httpx.AsyncClient, key: str, turns: int) -> _Talk:
    talk, path = _Talk(), _Talk.path
    for number in range(turns):
        started = time.perf_counter()
        body = {"message": QUESTIONS[number % len(QUESTIONS)]}
        headers = {"X-API-Key": key, "Idempotency-Key": uuid.uuid4().hex}
        asked = (await client.post(path, json=body, headers=headers)).raise_for_status().json()
        talk.waits.append(time.perf_counter() - started)
        talk.answered += bool(asked["turn"] and asked["turn"]["status"] != RUNNING)
        talk.path = f"{_Talk.path}/{asked['conversation_id']}"
        path = f"{talk.path}/messages"
    return talk


async def _ended(client: httpx.AsyncClient, key: str, talk: _Talk, turns: int) -> list[int]:
    """Return the numbers of the conversation's turns that have ended, once all of them have."""
    deadline = time.monotonic() + END_SECONDS
    while True:
        shown = (await client.get(talk.path, headers={"X-API-Key": key})).raise_for_status().json()
        ended = [turn["number"] for turn in shown["turns"] if turn["status"] != RUNNING]
        if len(ended) >= turns or time.monotonic() > deadline:
            return ended
        await asyncio.sleep(0.5)
