"""What Temporal's SDK logs by itself is one JSON object a line, like everything else."""

import asyncio
import json
import logging
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities import logs, telemetry


@workflow.defn(name="Broken")
class BrokenWorkflow:
    @workflow.run
    async def run(self) -> None:
        raise RuntimeError("a task that fails")


class Heard(logging.Handler):
    """Keeps the lines of the SDK and tells when there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.JsonFormatter("test"))
        self.lines: list[str] = []
        self.some = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def emit(self, record: logging.LogRecord) -> None:
        if "sdk_core" in record.name:
            self.lines.append(self.format(record))
            self._loop.call_soon_threadsafe(self.some.set)


async def test_a_warning_of_the_sdk_is_a_line_of_json_and_nothing_on_standard_error(
    temporal_address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    heard, logger = Heard(), logging.getLogger("temporalio")
    logger.addHandler(heard)
    client = await Client.connect(temporal_address, runtime=telemetry.temporal_runtime())
    queue = f"broken-{uuid4()}"
    worker = Worker(client, task_queue=queue, workflows=[BrokenWorkflow], workflow_runner=UnsandboxedWorkflowRunner())
    async with worker:
        handle = await client.start_workflow("Broken", id=queue, task_queue=queue)
        await asyncio.wait_for(heard.some.wait(), 30)
        await handle.terminate()
    logger.removeHandler(heard)
    line = json.loads(heard.lines[0])
    assert (line["level"], line["service"]) == ("warning", "test")
    assert "workflow task" in line["message"]
    assert "WARN" not in capfd.readouterr().err
