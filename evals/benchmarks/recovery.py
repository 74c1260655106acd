"""After a SIGKILL of one of two workers: the longest wait of an open conversation for its next turn."""

import asyncio
import sys
import time
import uuid
from typing import Any

from evals.benchmarks.bench_server import temporal_server
from evals.benchmarks.talk import Talk
from workflows.client import Conversations, connect

CONVERSATIONS = 24
TARGET_SECONDS = 1.5


async def run(rounds: int = 3) -> dict[str, Any]:
    """Return the longest and median wait in seconds over ``rounds`` kills, with 24 open conversations each."""
    waits: list[float] = []
    async with temporal_server() as (address, _):
        queue = f"bench-{uuid.uuid4()}"
        survivor = await _worker(address, queue)
        client = await connect(address)
        for number in range(rounds):
            victim = await _worker(address, queue)
            talks = [Talk(Conversations(client, task_queue=queue), uuid.uuid4().hex) for _ in range(CONVERSATIONS)]
            await asyncio.gather(*(talk.say("hello", "first") for talk in talks))
            victim.kill()
            await victim.wait()
            waits += await asyncio.gather(*(_timed(talk, f"second-{number}") for talk in talks))
        survivor.kill()
        await survivor.wait()
    waits.sort()
    return {
        "longest_wait_seconds": round(waits[-1], 3),
        "median_wait_seconds": round(waits[len(waits) // 2], 3),
        "target_seconds": TARGET_SECONDS,
        "conversations": CONVERSATIONS,
        "kills": rounds,
    }


async def _worker(address: str, queue: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "evals.benchmarks.bench_worker", address, queue, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    return process


async def _timed(talk: Talk, key: str) -> float:
    started = time.perf_counter()
    await talk.say("still there?", key)
    return time.perf_counter() - started
