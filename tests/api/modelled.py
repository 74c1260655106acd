"""The door with the real agent behind it: real workflows, steps and records, and a scripted chat model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from activities.models.answer_cache import AnswerCache
from activities.models.chat.ollama import ModelOptions
from activities.models.chat.routed import Limits, RoutedModels
from activities.promises import Promises
from activities.records.kept_answers import KeptAnswers
from activities.records.ledger import TurnLedger
from activities.turn_records import TurnRecords
from api.events import EventHub
from evals.benchmarks.real_steps import Agent, EverybodyReads
from graphs.prices import Price
from tests.api.conftest import World
from tests.fake_ollama import FakeOllama, fake_ollama
from workflows.client import Conversations, connect
from workflows.registry import build_worker

MODEL = "qwen3:4b"
PRICES = {MODEL: Price(input=1_000, output=10_000)}
"""Of a million tokens: the stand-in's 321 tokens in and 45 out cost 0.321 and 0.45."""


@dataclass
class Modelled:
    """The world with the real agent, and the model that it asks."""

    world: World
    server: FakeOllama

    async def ask(self, name: str, question: str) -> Any:
        """Begin a conversation and return its first turn."""
        client = await self.world.client(name)
        answer = await client.post("/v1/conversations?wait_seconds=60", json={"message": question})
        assert answer.status_code == 201, answer.text
        return answer.json()["turn"]

    async def read(self, path: str, **query: str) -> Any:
        """Return what an administrator reads at a path."""
        return (await (await self.world.client("root")).get(path, params=query)).json()


@asynccontextmanager
async def open_modelled(agent: Agent, world: World, address: str, task_queue: str) -> AsyncIterator[Modelled]:
    """Run a worker with the agent and put it behind the world's door."""
    services, database = world.services, world.database
    client = await connect(address)
    chat = Conversations(client, task_queue=task_queue)
    world.app.state.services = replace(services, chat=chat, hub=EventHub(chat.events))
    answers = AnswerCache(KeptAnswers(database), EverybodyReads(agent.knowledge), agent.embedder, [MODEL])
    written = TurnRecords(
        TurnLedger(database), services.reviews, services.conversations, prices=PRICES, answers=answers
    )
    records = [written.record_turn, written.record_case, written.record_rating, written.record_end]
    async with fake_ollama() as server:
        options = ModelOptions(server.url, context_tokens=8_192, first_token_seconds=60, timeout_seconds=60)
        models = RoutedModels(MODEL, "", options, Limits(probe_seconds=5))
        tell = Promises(services.replies.current).write_notice
        async with build_worker(client, [*agent.steps(models, answers), *records, tell], task_queue=task_queue):
            yield Modelled(world, server)
        await models.aclose()
