"""A customer of the real agent with scripted or real chat models, on the run's Temporal server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from activities.models.chat.ollama import ModelOptions
from activities.models.chat.routed import Limits, RoutedModels
from evals.benchmarks.real_steps import Agent
from evals.benchmarks.trivial_steps import TrivialSteps
from tests.workflows.conftest import Customer
from workflows.client import Conversations, connect
from workflows.registry import build_worker

LOCKED = "My account is locked, how long do I have to wait?"
RULE = "An account is locked for 30 minutes after 10 wrong passwords in a row."
REMEDY = "Wait 30 minutes, or reset the password, which lifts the lock at once."


@asynccontextmanager
async def model_customer(
    agent: Agent,
    url: str,
    address: str,
    task_queue: str,
    *,
    large: str = "qwen3:4b",
    small: str = "",
    seconds: float = 20,
    context_tokens: int = 8_192,
    **limits: Any,
) -> AsyncIterator[Customer]:
    """Run a worker with the agent and the models at ``url``; its customer's records are in ``steps``."""
    options = ModelOptions(url, context_tokens=context_tokens, first_token_seconds=seconds, timeout_seconds=seconds)
    models = RoutedModels(large, small, options, Limits(**{"probe_seconds": 5.0, **limits}))
    records = TrivialSteps()
    client = await connect(address)
    try:
        async with build_worker(client, agent.activities(models, records), task_queue=task_queue):
            yield Customer(Conversations(client, task_queue=task_queue), client, records)
    finally:
        await models.aclose()
