"""What a worker runs: the workflows, the graph plugin, the sandbox; the activities are the caller's."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio.client import Client
from temporalio.langgraph import LangGraphPlugin
from temporalio.worker import Interceptor, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from graphs.support import build_support_graph
from workflows import messages
from workflows.conversation import ConversationWorkflow
from workflows.ingestion import DeletionWorkflow, IngestionWorkflow
from workflows.runs import GRAPH
from workflows.steps import DurableSteps

WORKFLOWS: list[type] = [ConversationWorkflow, IngestionWorkflow, DeletionWorkflow]
SHARED = ("graphs", "activities", "workflows", "pydantic_core")
"""Modules shared by all conversations: loading them anew for each costs 15 ms a first turn or replay.

What the sandbox would have caught is caught by the linter (banned clocks and dice) and by replay tests.
"""


def graph_plugin() -> LangGraphPlugin:
    """Return a plugin with its own copy of the support graph; the plugin rewrites the graph it is given."""
    return LangGraphPlugin(graphs={GRAPH: build_support_graph(DurableSteps())})


def sandbox() -> SandboxedWorkflowRunner:
    """Return the runner of workflow code."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*SHARED))


def build_worker(
    client: Client,
    activities: Sequence[Callable[..., Any]],
    *,
    task_queue: str = messages.TASK_QUEUE,
    max_cached_workflows: int = 1000,
    interceptors: Sequence[Interceptor] = (),
) -> Worker:
    """Return a worker for all workflows with the given activities; it is not running yet."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=activities,
        plugins=[graph_plugin()],
        interceptors=interceptors,
        workflow_runner=sandbox(),
        max_cached_workflows=max_cached_workflows,
        sticky_queue_schedule_to_start_timeout=messages.STICKY_TIMEOUT,
    )
