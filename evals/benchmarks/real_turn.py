"""The real turn over the sample knowledge: what a customer waits for, and what each step takes."""

import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from activities.calm import Calm
from activities.nodes import SupportNodes
from activities.records.conversations import Conversations as ConversationRows
from activities.records.database import Database
from activities.records.documents import Documents
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

    ``unprepared`` are turns over passages that have just been taken in; ``unseen`` turns whose passages this worker was
    not asked about before, after it had the time to prepare them; ``first`` those that open a conversation,
    ``later`` the others. ``preparation_seconds`` is how long that takes, for ``prepared`` passages. ``step_ms`` and
    ``step_processor_ms`` are of the steps alone, called one after the other. Targets: p50 of ``later`` under 80, the
    processor time of classify and answer together under 120.
    """
    with TemporaryDirectory(prefix="holdfast-bench-") as name:
        settings = Settings(data_dir=Path(name), database_url="", chroma_url="", chat_engine="embedded")
        async with open_adapters(settings) as adapters:
            for upload in company_uploads(settings.company_dir):
                await take(adapters.writer, upload)
            await adapters.nodes.warm_up()
            customer = await People(adapters.database).create("bench", "customer")
            unprepared = await _talk(address, adapters, customer.id, conversations=1)
            started = time.perf_counter()
            await adapters.filling.fill(Calm(0))
            preparation = time.perf_counter() - started
            passages = await Documents(adapters.database).count_chunks()
        async with open_adapters(settings) as adapters:
            await adapters.nodes.warm_up()
            unseen, *talks = await _talk(address, adapters, customer.id, conversations=1 + CONVERSATIONS)
            steps = await _steps(adapters.nodes, customer.id)
    waits = {
        "unprepared": unprepared[0],
        "unseen": unseen,
        "first": [talk[0] for talk in talks],
        "later": [wait for talk in talks for wait in talk[1:]],
    }
    return {
        **{f"real_{name}_p50_ms": milliseconds(each) for name, each in waits.items()},
        **{f"real_{name}_p95_ms": milliseconds(each, 0.95) for name, each in waits.items()},
        "prepared": passages,
        "preparation_seconds": round(preparation, 1),
        **steps,
    }


async def _talk(address: str, adapters: Adapters, customer_id: str, *, conversations: int) -> list[list[float]]:
    """Return the waits of each conversation in seconds; a worker of its own answers them."""
    queue = f"bench-{uuid.uuid4()}"
    client = await connect(address)
    async with build_worker(client, activities_of(adapters), task_queue=queue):
        doors = Conversations(client, task_queue=queue)
        return [await _conversation(doors, adapters.database, customer_id, each) for each in range(conversations)]


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
