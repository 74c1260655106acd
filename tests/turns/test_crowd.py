"""A crowd that asks a worker which has just started: everybody is answered, nobody is handed to a person."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from activities.models.embedded import EmbeddedEngine
from evals.benchmarks.real_steps import Agent
from evals.benchmarks.trivial_steps import TrivialSteps
from tests.workflows.conftest import Customer
from workflows.client import Conversations, connect
from workflows.registry import build_worker

CUSTOMERS = 24
QUESTIONS = (
    "How do I reset my password?",
    "How long is an account locked after wrong passwords?",
    "How do I turn on two-factor authentication?",
    "How do I cancel my subscription?",
)
SLOW_SECONDS = 0.01
"""More for each text: so slow is the embedding model on a machine that has other things to do."""


class SlowVectors:
    """The model of a busy machine."""

    def __init__(self, agent: Agent) -> None:
        self.agent, self.made = agent, Counter[str]()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.made.update(texts)
        time.sleep(SLOW_SECONDS * len(texts))
        return self.agent.embedder.embed(texts)


async def test_a_crowd_before_a_cold_worker_is_answered_to_the_last(
    agent: Agent, temporal_address: str, task_queue: str
) -> None:
    slow = SlowVectors(agent)
    cold = replace(agent, embedded=EmbeddedEngine(slow, agent.classifier, agent.classifier.sections.asked))
    client = await connect(temporal_address)
    doors = Conversations(client, task_queue=task_queue)
    crowd = [Customer(doors, client, TrivialSteps()) for _ in range(CUSTOMERS)]
    asking = [each.say(QUESTIONS[place % len(QUESTIONS)]) for place, each in enumerate(crowd)]
    records = TrivialSteps()
    async with build_worker(client, cold.activities(None, records), task_queue=task_queue):
        turns = await asyncio.gather(*asking)
    assert [turn.status for turn in turns] == ["answered"] * CUSTOMERS
    # A step whose task was late is done again, and records take it once: what counts is which turns there are.
    assert {record.turn.conversation_id for record in records.records} == {each.id for each in crowd}
    assert len({record.turn.id for record in records.records}) == CUSTOMERS
    again = slow.made.total() - len(slow.made)
    assert again < len(slow.made) / 4, "what one has waited for is not made again for the next"
