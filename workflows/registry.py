"""What a worker runs: the workflows, the graph plugin, the runner; the activities are the caller's."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.langgraph import LangGraphPlugin
from temporalio.worker import Interceptor, UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig

from graphs.support import build_support_graph
from workflows import messages
from workflows.conversation import ConversationWorkflow
from workflows.deletion import DeletionWorkflow
from workflows.documents import DocumentWorkflow
from workflows.evaluation import EvaluationWorkflow
from workflows.index_check import IndexCheckWorkflow
from workflows.ingestion import IngestionWorkflow
from workflows.placement import PlacementWorkflow
from workflows.runs import GRAPH
from workflows.sources import SourceWorkflow
from workflows.steps import DurableSteps

WORKFLOWS: list[type] = [
    ConversationWorkflow,
    IngestionWorkflow,
    DocumentWorkflow,
    DeletionWorkflow,
    PlacementWorkflow,
    SourceWorkflow,
    EvaluationWorkflow,
    IndexCheckWorkflow,
]
STEPS_AT_ONCE = 8
"""Short steps that run side by side: more only share the processors, and each has its time limit from its start on."""
DEPLOYMENT = WorkerDeploymentVersion("holdfast", version("holdfast"))
"""What Temporal shows of the code of a worker. Left to itself the SDK hashes every loaded module at each start."""


def graph_plugin() -> LangGraphPlugin:
    """Return a plugin with its own copy of the support graph; the plugin rewrites the graph it is given."""
    return LangGraphPlugin(graphs={GRAPH: build_support_graph(DurableSteps())})


def runner() -> UnsandboxedWorkflowRunner:
    """Return the runner of workflow code: no sandbox, which costs a fifth of a turn's processor time.

    It enters its restrictions anew for every payload, and does not guard graph nodes at all. What it would have caught
    is caught by the linter, which bans clocks, dice and the environment, and by replay tests.
    """
    return UnsandboxedWorkflowRunner()


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
        workflow_runner=runner(),
        deployment_config=WorkerDeploymentConfig(version=DEPLOYMENT, use_worker_versioning=False),
        max_cached_workflows=max_cached_workflows,
        max_concurrent_local_activities=STEPS_AT_ONCE,
        sticky_queue_schedule_to_start_timeout=messages.STICKY_TIMEOUT,
    )


def build_step_worker(
    client: Client,
    activities: Sequence[Callable[..., Any]],
    *,
    at_once: int,
    interceptors: Sequence[Interceptor] = (),
) -> Worker:
    """Return a worker for the steps of ingestions alone, of which it does ``at_once`` side by side.

    They have a queue of their own so that two hundred uploads wait there, and no message of a customer behind them.
    """
    return Worker(
        client,
        task_queue=messages.INGESTION_QUEUE,
        activities=activities,
        interceptors=interceptors,
        deployment_config=WorkerDeploymentConfig(version=DEPLOYMENT, use_worker_versioning=False),
        max_concurrent_activities=at_once,
    )
