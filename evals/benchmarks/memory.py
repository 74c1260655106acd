"""Resident memory of every process of ``holdfast up``: when it is ready, half-way through a day's turns, and after."""

import asyncio
import os
import uuid
from typing import Any

import httpx
import psutil

from activities.records.database import Database
from activities.records.keys import Keys
from activities.records.people import People
from evals.benchmarks.throughput import QUESTIONS
from evals.stack import Stack, running_stack

CUSTOMERS = 8
"""One customer may send 240 messages a minute; eight at once keep API and worker busy without waiting for that."""
TURNS_EACH = 10
"""Turns of one conversation; then the customer opens another, as customers do."""
TARGET_MB = 1_500


async def run(turns: int = 500) -> dict[str, Any]:
    """Return MB (10^6 bytes) by process at ``ready``, ``half`` and ``end`` of ``turns``, their totals, and growth.

    ``ready`` is after a first start with the sample company taken in. ``up`` is the process that supervises, which
    here also plays the customers: it weighs more than ``holdfast up`` does.
    """
    async with running_stack() as stack:
        keys = await _customers(stack)
        figures: dict[str, Any] = {"turns": turns, "ready": measure(stack.pids)}
        answered = await _talk(stack.url, keys, turns // 2)
        figures["half"] = measure(stack.pids)
        answered += await _talk(stack.url, keys, turns - turns // 2)
        figures["end"] = measure(stack.pids)
    totals = {f"total_{name}": figures[name]["total"] for name in ("ready", "half", "end")}
    return {
        **figures,
        **totals,
        "grown_in_second_half": round(totals["total_end"] - totals["total_half"], 1),
        "answered": answered,
        "under_target": totals["total_end"] < TARGET_MB,
    }


def measure(pids: dict[str, int]) -> dict[str, float]:
    """Return the resident MB of this process as ``up``, of those of ``pids`` with their children, and ``total``."""
    found = {"up": _resident_mb(psutil.Process(os.getpid()))}
    for name, pid in pids.items():
        process = psutil.Process(pid)
        found[name] = sum(_resident_mb(each) for each in (process, *process.children(recursive=True)))
    found["total"] = sum(found.values())
    return {name: round(value, 1) for name, value in found.items()}


def _resident_mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss / 1e6)


async def _customers(stack: Stack) -> list[str]:
    database = Database(stack.settings.sqlalchemy_url)
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
