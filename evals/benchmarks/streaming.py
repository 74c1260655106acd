"""What the checks cost a customer who reads along: the first sentence released against the model's own first sentence.

A stand-in model at a fixed pace, everything else real: steps, checks, graph, workflow, Temporal server and its stream.
"""

import asyncio
import time
import uuid
from datetime import timedelta
from typing import Any

from activities.models.chat.ollama import ModelOptions
from activities.models.chat.routed import Limits, RoutedModels
from evals.benchmarks.bench_server import temporal_server
from evals.benchmarks.real_steps import open_agent
from evals.benchmarks.slow_model import SlowModel, slow_model
from evals.benchmarks.talk import Talk
from evals.benchmarks.timing import milliseconds
from evals.benchmarks.trivial_steps import TrivialSteps
from workflows.client import Conversations, connect
from workflows.registry import build_worker

QUESTION = "My account is locked, how long do I have to wait?"
SENTENCES = (
    "An account is locked for 30 minutes after 10 wrong passwords in a row.",
    "Wait 30 minutes, or reset the password, which lifts the lock at once.",
    "Support staff cannot lift the lock by hand.",
)
WAIT = timedelta(seconds=60)


async def run(rounds: int = 10, tokens_per_second: float = 25.0) -> dict[str, Any]:
    """Return p50 in milliseconds of both sides and their ratio; the target is at most 1.2.

    ``model_first_sentence`` runs from the request's arrival at the model to the last character of its first sentence;
    ``customer_first_sentence`` from the customer's message to that sentence on the conversation's stream;
    ``customer_whole_answer`` to the end of the turn, which is what there was to wait for without streaming.
    """
    async with (
        temporal_server() as (address, _),
        open_agent() as agent,
        slow_model(SENTENCES, tokens_per_second) as slow,
    ):
        models = RoutedModels(SlowModel.name, "", ModelOptions(slow.url), Limits())
        client = await connect(address)
        queue = f"bench-{uuid.uuid4()}"
        async with build_worker(client, agent.activities(models, TrivialSteps()), task_queue=queue):
            customer = Customer(Conversations(client, task_queue=queue, turns_per_run=10_000))
            await customer.ask()
            seen = [await customer.ask() for _ in range(rounds)]
        await models.aclose()
    return _report([first for first, _ in seen], [whole for _, whole in seen], slow)


class Customer:
    """Asks the same question in one conversation, and reads along."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self._talk = Talk(conversations, uuid.uuid4().hex)
        self._offset = 0
        self.asked = 0

    async def ask(self) -> tuple[float, float]:
        """Return the seconds until the first sentence and until the whole answer."""
        self.asked += 1
        started = time.perf_counter()
        asking = asyncio.create_task(self._talk.say(QUESTION, f"key-{self.asked}", WAIT))
        first = 0.0
        async with asyncio.timeout(WAIT.total_seconds()):
            if self.asked == 1:
                await asking  # the conversation's workflow must be there before its events can be followed
            async for offset, event in self._conversations.events(self._talk.id, self._offset):
                if event.name == "message.delta" and event.attempt and not first:
                    first = time.perf_counter() - started
                if event.name == "message.completed":
                    self._offset = offset + 1
                    break
        await asking
        return first, time.perf_counter() - started


def _report(first: list[float], whole: list[float], slow: SlowModel) -> dict[str, Any]:
    model = slow.first_sentence_seconds[1:]
    ratios = sorted(ours / theirs for ours, theirs in zip(first, model, strict=True))
    return {
        "model_first_sentence_p50_ms": milliseconds(model),
        "customer_first_sentence_p50_ms": milliseconds(first),
        "customer_whole_answer_p50_ms": milliseconds(whole),
        "ratio_first_sentence": round(milliseconds(first) / milliseconds(model), 3),
        "ratio_first_sentence_worst": round(ratios[-1], 3),
        "turns": len(first),
    }
