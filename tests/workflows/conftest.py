"""A worker with trivial steps on the run's Temporal server, and a customer who talks to it."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from activities.turns import TurnView
from evals.benchmarks.trivial_steps import TrivialSteps
from graphs.state import GuardMark
from workflows import messages
from workflows.client import Conversations, connect
from workflows.messages import Decide, Decided, SendMessage
from workflows.registry import build_worker

PATIENCE = timedelta(seconds=170)
"""The first turn of a run may load models, on a machine that has other things to do."""
CLEAN = GuardMark(injection_score=0.0, injection_flagged=False, reasons=[], redacted=[])


@dataclass
class Customer:
    """One conversation, its workflow and the steps that serve it."""

    conversations: Conversations
    client: Client
    steps: TrivialSteps
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    sent: int = 0

    async def say(self, text: str, *, key: str = "", author: str = "ada") -> TurnView:
        """Send a message and return its turn."""
        self.sent += 1
        message = SendMessage(key=key or f"key-{self.sent}", text=text, guard=CLEAN, author_id=author)
        turn = await self.conversations.send(self.id, "ada", message, PATIENCE)
        assert turn is not None
        return turn

    async def decide(self, turn: TurnView, action: Any, **fields: Any) -> Decided:
        """Decide on the turn's case as a supervisor who has seen the first draft."""
        given = {"digest": "digest-0", "reviewer_id": "sue", "reviewer_role": "supervisor", **fields}
        assert turn.review_id
        return await self.conversations.decide(self.id, Decide(review_id=turn.review_id, action=action, **given))

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        """The conversation's workflow."""
        return self.client.get_workflow_handle(messages.conversation_workflow_id(self.id))


@asynccontextmanager
async def serve(address: str, task_queue: str, *, cached: int = 100, **options: Any) -> AsyncIterator[Customer]:
    """Run a worker with trivial steps; ``cached=0`` replays the whole conversation at every task."""
    client = await connect(address)
    steps = TrivialSteps()
    async with build_worker(client, steps.activities, task_queue=task_queue, max_cached_workflows=cached):
        yield Customer(Conversations(client, task_queue=task_queue, **options), client, steps)


@pytest.fixture(params=[100, 0], ids=["cached", "replayed"])
async def customer(request: pytest.FixtureRequest, temporal_address: str, task_queue: str) -> AsyncIterator[Customer]:
    """A customer of a worker that keeps workflows, and of one that replays them at every step."""
    async with serve(temporal_address, task_queue, cached=request.param) as found:
        yield found


__all__ = ["CLEAN", "Customer", "Worker", "serve"]
