"""The crash drill: every turn is hit once by a SIGKILL and must end with exactly one answer and one audit row."""

import asyncio
from random import Random
from typing import Any

from evals.drills.cases import CASES, Scene
from evals.drills.cut import was_cut
from evals.drills.people import Json, Visitor, log_in
from evals.stack import Stack, running_stack

SETTLE_SECONDS = 15.0
CUT_WORKER = ("evals.drills.cut_worker", "FOLDER")


async def run(turns: int = 6, seed: int = 1) -> dict[str, Any]:
    """Play ``turns`` cases, each at least once from six turns on, by a schedule that ``seed`` repeats.

    Returns a row a turn: case, whether the kill struck, answers sent, audit rows, turns; all four must be 1.
    """
    dice = Random(seed)
    names = list(CASES)
    schedule = [names[number % len(names)] for number in range(turns)]
    dice.shuffle(schedule)
    async with running_stack([CUT_WORKER, CUT_WORKER]) as stack:
        people = [await log_in(stack.client, stack.folder, role) for role in ("customer", "supervisor", "admin")]
        rows = [await _play(stack, name, dice, *people) for name in schedule]
    failed = sum(any(row[key] != 1 for key in ("struck", "answers", "audit_rows", "turns")) for row in rows)
    return {"seed": seed, "turns": turns, "failed": failed, "rows": rows}


async def _play(stack: Stack, name: str, dice: Random, customer: Visitor, reviewer: Visitor, auditor: Visitor) -> Json:
    turn = await CASES[name](Scene(stack, customer, reviewer, dice))
    conversation_id = turn["conversation_id"]
    async with asyncio.timeout(SETTLE_SECONDS):
        while (await customer.turns(conversation_id))[-1]["status"] != "answered":
            await asyncio.sleep(0.1)
    sent = await customer.answers_sent(conversation_id)
    rows = await auditor.audit_rows(conversation_id)
    return {
        "case": name,
        "struck": int(was_cut(stack.folder)),
        "answers": sum(sent.values()),
        "audit_rows": len(rows),
        "turns": len(await customer.turns(conversation_id)),
        "outcome": rows[0]["outcome"] if rows else "none",
    }
