"""The ingestion drill: the worker is killed again and again, and the index is that of a run that nobody disturbed."""

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Any

from evals.drills.documents import file_of
from evals.drills.kills import order_kills, plan_kills, steps_done, struck
from evals.drills.people import Json, log_in
from evals.drills.taken import compare, read_taken
from evals.stack import Stack, running_stack

DOCUMENTS = 100
KILLS = 10
PATIENCE_SECONDS = 3600.0
KILLED_WORKER = ("evals.drills.killed_worker", "FOLDER")


async def run(documents: int = DOCUMENTS, kills: int = KILLS, seed: int = 1) -> dict[str, Any]:
    """Take ``documents`` in twice, the second time with ``kills`` SIGKILLs of the worker that ``seed`` repeats.

    Returns a row a kill, whether it struck, and a row a store: whether it holds what that of the first run holds, chunk
    for chunk, and each once. All of these must be 1, and then ``ok`` is.
    """
    data = file_of(documents)
    async with running_stack([KILLED_WORKER], sample=False) as stack:
        report = await _ingest(stack, data)
        undisturbed, steps = await read_taken(stack), steps_done(stack.folder)
    schedule = plan_kills(Random(seed), kills, steps)
    async with running_stack([KILLED_WORKER], sample=False) as stack:
        order_kills(stack.folder, schedule)
        report_after = await _ingest(stack, data)
        disturbed, number = await read_taken(stack), struck(stack.folder)
    rows = [
        {"kill": each + 1, "steps": kill.steps, "seconds": kill.seconds, "struck": int(each < number)}
        for each, kill in enumerate(schedule)
    ]
    return {
        "seed": seed,
        "documents": sum(report["counts"][name] for name in ("taken", "held", "refused")),
        "steps": steps,
        **summary(rows, compare(undisturbed, disturbed), report_after["counts"] == report["counts"]),
    }


def summary(rows: list[Json], stores: list[Json], same_report: bool) -> dict[str, Any]:
    """Return the figures of a drill; ``ok`` is 1 when every one is."""
    ones = [row["struck"] for row in rows]
    ones += [row[key] for row in stores for key in ("equal", "once")]
    ones.append(int(same_report))
    failed = sum(one != 1 for one in ones)
    return {
        "kills": sum(row["struck"] for row in rows),
        "same_report": int(same_report),
        "failed": failed,
        "ok": int(failed == 0),
        "rows": rows,
        "stores": stores,
    }


async def _ingest(stack: Stack, data: bytes) -> Mapping[str, Any]:
    """Upload a file and wait for its end; return its report."""
    admin = await log_in(stack.client, stack.folder, "admin")
    sent = await admin.call(
        "POST", "/v1/documents", files={"file": ("articles.jsonl", data)}, data={"classification": "public"}
    )
    path = f"/v1/ingestions/{sent.raise_for_status().json()['id']}"
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = await admin.call("GET", path)
            if answer.status_code == 401:  # a log-in lasts a quarter of an hour
                admin = await log_in(stack.client, stack.folder, "admin")
                continue
            ingestion: Json = answer.raise_for_status().json()
            if ingestion["status"] != "running":
                break
            await asyncio.sleep(0.5)
    report: Mapping[str, Any] = ingestion["report"]
    return report
