"""The real turn over the sample knowledge: what a customer waits for, and what each step takes."""

import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from activities.nodes import SupportNodes
from activities.records.conversations import Conversations as ConversationRows
from activities.records.database import Database
from activities.records.people import People
from activities.settings import Settings
from evals.benchmarks.talk import CLEAN, Talk
from evals.benchmarks.throughput import QUESTIONS
from evals.benchmarks.timing import milliseconds
from evals.company import company_uploads, take
from graphs.state import SupportState
from workflows.adapters import Adapters, open_adapters
from workflows.client import Conversations, connect
from workflows.registry import build_worker
from workflows.worker import activities_of

CONVERSATIONS = 10
STEPS = ("classify", "retrieve", "answer", "check")


async def measure_real_turns(address: str) -> dict[str, Any]:
    """Return milliseconds of real turns on the server at ``address``, the embedded engine answering.

    ``unseen`` are turns whose passages nobody was asked about before, ``first`` those that open a conversation,
    ``later`` the others. ``step_ms`` and ``step_processor_ms`` are of the steps alone, called one after the other.
    Targets: p50 of ``later`` under 80, the processor time of classify and answer together under 120.
    """
    with TemporaryDirectory(prefix="holdfast-bench-") as name:
        settings = Settings(data_dir=Path(name), database_url="", chroma_url="", chat_engine="embedded")
        async with open_adapters(settings) as adapters:
            for upload in company_uploads(settings.company_dir):
                await take(adapters.writer, upload)
            await adapters.nodes.warm_up()
            customer = await People(adapters.database).create("bench", "customer")
            turns = await _talk(address, adapters, customer.id)
            return {**turns, **await _steps(adapters.nodes, customer.id)}


async def _talk(address: str, adapters: Adapters, customer_id: str) -> dict[str, float]:
    queue = f"bench-{uuid.uuid4()}"
    client = await connect(address)
    first, later = [], []
    async with build_worker(client, activities_of(adapters), task_queue=queue):
        conversations = Conversations(client, task_queue=queue)
        unseen = await _conversation(conversations, adapters.database, customer_id, 0)
        for number in range(CONVERSATIONS):
            waits = await _conversation(conversations, adapters.database, customer_id, number)
            first.append(waits[0])
            later += waits[1:]
    return {
        f"real_{name}_{quantile}_ms": milliseconds(waits, share)
        for name, waits in (("unseen", unseen), ("first", first), ("later", later))
        for quantile, share in (("p50", 0.5), ("p95", 0.95))
    }


async def _conversation(conversations: Conversations, database: Database, customer_id: str, number: int) -> list[float]:
    """Ask every question, beginning with another one each time; return the waits in seconds."""
    talk, waits = Talk(conversations, uuid.uuid4().hex, customer_id), []
    await ConversationRows(database).create_if_absent(talk.id, customer_id)  # as the API does
    for turn in range(len(QUESTIONS)):
        started = time.perf_counter()
        await talk.say(QUESTIONS[(number + turn) % len(QUESTIONS)], key=f"{turn}")
        waits.append(time.perf_counter() - started)
    return waits


async def _steps(nodes: SupportNodes, customer_id: str) -> dict[str, Any]:
    waits: dict[str, list[float]] = {step: [] for step in STEPS}
    processor: dict[str, list[float]] = {step: [] for step in STEPS}
    for number, question in enumerate(QUESTIONS * CONVERSATIONS):
        state = SupportState(
            turn_id=f"{number}", conversation_id="c", user_id=customer_id, message=question, history=[], guard=CLEAN
        )
        for step in STEPS:
            started, used = time.perf_counter(), time.process_time()
            state.update(await getattr(nodes, step)(state))
            waits[step].append(time.perf_counter() - started)
            processor[step].append(time.process_time() - used)
    spent = {step: round(1000 * sum(each) / len(each), 2) for step, each in processor.items()}
    return {
        "step_ms": {step: milliseconds(each) for step, each in waits.items()},
        "step_processor_ms": spent,
        "classify_and_answer_processor_ms": round(spent["classify"] + spent["answer"], 2),
    }
