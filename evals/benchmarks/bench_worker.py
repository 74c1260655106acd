"""A worker process with trivial steps, for benchmarks that kill one: ``python -m evals.benchmarks.bench_worker``."""

import asyncio
import sys

from evals.benchmarks.trivial_steps import TrivialSteps
from workflows.client import connect
from workflows.registry import build_worker


async def serve(address: str, task_queue: str) -> None:
    """Work until killed; say so when ready."""
    client = await connect(address)
    async with build_worker(client, TrivialSteps().activities, task_queue=task_queue):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2]))
