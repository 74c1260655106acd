"""What a caller is told when nobody works, and what is left behind then: nothing."""

import asyncio
import gc
import uuid
from datetime import timedelta
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from tests.workflows.conftest import CLEAN
from workflows import client as workflows
from workflows.client import Conversations, TemporalUnavailableError, connect
from workflows.conversation import ConversationWorkflow
from workflows.messages import ConversationInput, Escalate, SendMessage, conversation_workflow_id


@pytest.fixture
async def reported() -> Any:
    """What asyncio complained about: tasks and futures whose error nobody has read."""
    complaints: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    yield complaints
    loop.set_exception_handler(None)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflows, "ACCEPT_SECONDS", 0.3)


@pytest.mark.parametrize("wait_seconds", [0, 0.2])
async def test_a_message_that_no_worker_takes_is_told_and_leaves_no_error_unread(
    wait_seconds: float, temporal_address: str, task_queue: str, reported: list[dict[str, Any]]
) -> None:
    conversations = Conversations(await connect(temporal_address), task_queue=task_queue)
    message = SendMessage(key="k", text="Hello", guard=CLEAN, author_id="ada")
    with pytest.raises(TemporalUnavailableError, match="no worker"):
        await conversations.send(uuid.uuid4().hex, "ada", message, timedelta(seconds=wait_seconds))
    gc.collect()
    assert reported == []


async def test_a_caller_who_leaves_is_cancelled_and_leaves_no_error_unread(
    temporal_address: str, task_queue: str, reported: list[dict[str, Any]]
) -> None:
    conversations = Conversations(await connect(temporal_address), task_queue=task_queue)
    message = SendMessage(key="k", text="Hello", guard=CLEAN, author_id="ada")
    sending = asyncio.create_task(conversations.send(uuid.uuid4().hex, "ada", message))
    await asyncio.sleep(0)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    del sending
    gc.collect()
    assert reported == []


async def test_a_closed_conversation_leaves_no_error_unread(
    temporal_address: str, task_queue: str, reported: list[dict[str, Any]]
) -> None:
    client = await connect(temporal_address)
    conversations = Conversations(client, task_queue=task_queue)
    conversation_id = uuid.uuid4().hex
    begun = ConversationInput(conversation_id=conversation_id, owner_id="ada")
    handle = await client.start_workflow(
        ConversationWorkflow.run, begun, id=conversation_workflow_id(conversation_id), task_queue=task_queue
    )
    await handle.terminate()
    with pytest.raises(workflows.Refused, match="closed"):
        await conversations.escalate(conversation_id, "ada", Escalate(key="e", author_id="ada"))
    gc.collect()
    assert reported == []


class BehindOnce:
    """A Temporal client whose server finds the worker late with its task, once."""

    def __init__(self) -> None:
        self.calls = 0

    async def execute_update_with_start_workflow(self, *arguments: Any, **options: Any) -> str:
        """Fail the first time, then answer."""
        self.calls += 1
        if self.calls == 1:
            raise RPCError("Workflow Task in failed state", RPCStatusCode.FAILED_PRECONDITION, b"")
        return "taken"


async def test_a_request_is_made_again_while_the_worker_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflows, "BEHIND_SECONDS", 0.0)
    client = BehindOnce()
    conversations = Conversations(client)  # type: ignore[arg-type]  # a stand-in
    taken: object = await conversations.escalate(uuid.uuid4().hex, "ada", Escalate(key="e", author_id="ada"))
    assert (taken, client.calls) == ("taken", 2)
