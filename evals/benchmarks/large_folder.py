"""Peak memory of each process while a large folder of documents is taken in by the product's own road."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import psutil

from evals.benchmarks.corpus import mix
from evals.benchmarks.ingestion import read_lines, upload
from evals.stack import Stack, running_stack

MB = 1_000_000
FILE_MB = 24
"""About the largest file that is taken: it is what memory depends on, not the folder."""
LOOK_SECONDS = 0.2
TARGET_MB = 1_000


async def run(megabytes: int = 200, seed: int = 7) -> dict[str, Any]:
    """Return the peak MB (10^6 bytes) of worker and API, and of Chroma's and Temporal's servers.

    Files of 24 MB of articles, each mixed of two real ones, are uploaded one after another; 24 MB are an hour of
    embedding on two cores. ``*_peak_mb`` is memory of a process's own; ``*_resident_mb`` has mapped files in it too,
    which the system takes back when it needs to: the vectors that are compared exactly. Raises ``DataSetMissingError``.
    """
    pages = [json.loads(line) for line in read_lines(2_448)]
    async with running_stack(sample=False) as stack:
        watch = Watch(stack)
        watching = asyncio.create_task(watch.run())
        ready = dict(watch.look())
        passages, documents = 0, 0
        for number, data in enumerate(files(pages, megabytes, seed)):
            report = (await asyncio.to_thread(upload, stack, f"folder-{number}.jsonl", data))["report"]
            passages += report["chunks"]
            documents += report["counts"]["taken"]
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    peaks = {name: round(value, 1) for name, value in sorted(watch.peaks.items())}
    return {
        "megabytes": megabytes,
        "documents": documents,
        "passages": passages,
        "worker_ready_mb": round(ready["worker_peak_mb"], 1),
        **peaks,
        "under_target": max(peaks["worker_peak_mb"], peaks["api_peak_mb"]) < TARGET_MB,
    }


def files(pages: list[dict[str, str]], megabytes: int, seed: int) -> Iterator[bytes]:
    """Yield JSON lines of ``megabytes`` in all, in files of at most ``FILE_MB``."""
    dice = np.random.default_rng(seed)
    left, made = megabytes * MB, 0
    while left > 0:
        lines: list[bytes] = []
        size, wanted = 0, min(left, FILE_MB * MB)
        while size < wanted:
            one, other = (pages[row] for row in dice.integers(0, len(pages), 2))
            body = mix(one["body"], other["body"], dice, lines=True)
            lines.append(json.dumps({"_id": f"varied-{made}", "title": one["title"], "body": body}).encode())
            size, made = size + len(lines[-1]) + 1, made + 1
        left -= size
        yield b"\n".join(lines)


class Watch:
    """Looks at the processes of a stack several times a second and keeps the most that each had."""

    def __init__(self, stack: Stack) -> None:
        """Look at the processes that the stack has at each moment."""
        self._stack = stack
        self.peaks: dict[str, float] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            for name, value in self.look():
                self.peaks[name] = max(value, self.peaks.get(name, 0.0))
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> Iterator[tuple[str, float]]:
        """Yield what each process has now, in MB: of its own, and with mapped files."""
        for name, pid in self._stack.pids.items():
            try:
                memory = psutil.Process(pid).memory_info()
            except psutil.NoSuchProcess:
                continue
            yield f"{name}_peak_mb", (memory.rss - memory.shared) / MB
            yield f"{name}_resident_mb", memory.rss / MB
