"""What the readiness probe looks at; each look uses the thing itself, as a request would."""

import asyncio
import shutil
from pathlib import Path

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from activities.knowledge.health import Half, IndexHealth
from activities.ports import Knowledge, ReadScope
from activities.probes import DEGRADED
from api.probes import Probe, ProbeError
from workflows.health import SERVES, temporal_health
from workflows.messages import TASK_QUEUE

DISK_FLOOR_BYTES = 256 * 1024 * 1024


def temporal(client: Client) -> Probe:
    """Return a probe that asks the Temporal server for its health."""

    async def look() -> None:
        if (state := await temporal_health(client)) != SERVES:
            raise ProbeError(state)

    return look


def worker(client: Client, task_queue: str = TASK_QUEUE) -> Probe:
    """Return a probe that asks Temporal whether a worker polls for conversations (within the last minutes)."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )

    async def look() -> None:
        described = await client.workflow_service.describe_task_queue(request)
        if not described.pollers:
            raise ProbeError("no worker polls")

    return look


def knowledge(search: Knowledge) -> Probe:
    """Return a probe that asks the index a question."""

    async def look() -> None:
        await search.search("refund", ReadScope(("public",)), k=1)

    return look


def half(health: IndexHealth, name: Half) -> Probe:
    """Return a probe of one half of the search, without which questions are answered less well."""

    async def look() -> None:
        state = (await health.halves())[name]
        if state != "ok":
            raise ProbeError(f"{DEGRADED}{state}")

    return look


def disk(folder: Path, floor_bytes: int = DISK_FLOOR_BYTES) -> Probe:
    """Return a probe of the room for ``folder``: on a full disk reads go on, and whatever is to be kept is refused."""

    async def look() -> None:
        free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
        if free < floor_bytes:
            raise ProbeError(f"{DEGRADED}{free // 1024**2} MB are free, on a full disk nothing more is kept")

    return look
