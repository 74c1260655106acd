"""The worker process: real adapters behind the activities, probes, and a clean end."""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Interceptor

from activities import telemetry
from activities.calm import Calm
from activities.deletion import DeletionActivities
from activities.evaluation import EvaluationActivities, golden_command
from activities.index_check import IndexCheckActivities
from activities.ingestion import IngestionActivities
from activities.placement import PlacementActivities
from activities.probes import ProbeServer
from activities.records.evaluations import Evaluations
from activities.records.sources import Sources
from activities.settings import Settings
from activities.sources.activities import SourceActivities
from workflows.adapters import Adapters, open_adapters
from workflows.client import connect
from workflows.evaluation import NIGHTLY_EVALUATION
from workflows.health import temporal_health
from workflows.index_check import NIGHTLY_CHECK
from workflows.index_watch import IndexWatch
from workflows.nightly import Nightly
from workflows.registry import build_step_worker, build_worker
from workflows.source_client import start_sources

logger = logging.getLogger(__name__)


def run(settings: Settings, *, interceptors: Sequence[Interceptor] = ()) -> None:
    """Work until SIGTERM or SIGINT; running activities are finished first."""
    asyncio.run(_serve(settings, interceptors))


def activities_of(adapters: Adapters) -> list[Callable[..., Any]]:
    """Return the product's activities over real adapters."""
    nodes, records = adapters.nodes, adapters.records
    return [
        nodes.take_steps,
        nodes.classify,
        nodes.retrieve,
        nodes.answer,
        nodes.ask_model,
        nodes.check,
        nodes.recheck,
        records.record_turn,
        records.record_case,
        records.record_rating,
        records.record_end,
        adapters.promises.write_notice,
        *IngestionActivities(adapters.writer).all(),
        PlacementActivities(adapters.writer).place_document,
        *IndexCheckActivities(adapters.check, adapters.database).all(),
        *DeletionActivities(adapters.writer.deletion).all(),
        *SourceActivities(adapters.sources).all(),
    ]


async def _serve(settings: Settings, interceptors: Sequence[Interceptor]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    seen = telemetry.set_up("holdfast-worker", log_level=settings.log_level)
    async with AsyncExitStack() as stack:
        stack.callback(seen.shut_down)
        adapters = await stack.enter_async_context(open_adapters(settings))
        await adapters.nodes.warm_up()
        gc.freeze()  # what is loaded by now stays: the collector need not look at it again and again
        sdk_port = _free_port()
        client = await connect(plugins=seen.temporal_plugins(), runtime=telemetry.temporal_runtime(sdk_port))
        nightly = EvaluationActivities(Evaluations(adapters.database), golden_command(settings.company_dir))
        activities = [*activities_of(adapters), *nightly.all()]
        calm = Calm()
        interceptors = [*interceptors, calm]
        worker = build_worker(client, activities, interceptors=interceptors)
        await stack.enter_async_context(worker)
        await start_sources(client, Sources(adapters.database), lanes=settings.source_lanes)
        steps = IngestionActivities(adapters.writer).steps()
        at_once = settings.ingestion_at_once
        await stack.enter_async_context(build_step_worker(client, steps, at_once=at_once, interceptors=interceptors))
        sdk = settings.worker_name.replace("worker", "temporal_sdk")
        sources = {sdk: f"http://127.0.0.1:{sdk_port}/metrics"}
        await stack.enter_async_context(_probes(settings, client, adapters, sources))
        await nightly.show_latest()
        await _schedule(client, NIGHTLY_EVALUATION, settings.nightly_evaluation_hour)
        await _schedule(client, NIGHTLY_CHECK, settings.nightly_check_hour)
        for spare in (
            IndexWatch(client, adapters.check).run(),
            adapters.filling.run(calm),
            adapters.known.prepare(calm),
        ):
            stack.callback(beside(spare).cancel)
        await stop.wait()


def beside(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start work beside what customers wait for; when it breaks the worker goes on without it, and says so."""
    task = asyncio.create_task(work)
    task.add_done_callback(_say_what_broke)
    return task


def _say_what_broke(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("%s ended; restart the worker to have it again", task.get_coro(), exc_info=error)


async def _schedule(client: Client, nightly: Nightly, hour: int) -> None:
    """Have something run every night; customers are served all the same when the server refuses."""
    try:
        await nightly.schedule(client, hour)
    except RPCError as error:
        logger.warning("%s is not scheduled: %s", nightly.schedule_id, error)


@asynccontextmanager
async def _probes(
    settings: Settings, client: Client, adapters: Adapters, sources: dict[str, str]
) -> AsyncIterator[None]:
    if not settings.worker_port:
        yield
        return

    async def ready() -> dict[str, str]:
        return {"temporal": await temporal_health(client), **await adapters.look()}

    server = ProbeServer(settings.host, settings.worker_port, ready, process=settings.worker_name, sources=sources)
    server.start()
    try:
        yield
    finally:
        await asyncio.to_thread(server.stop)


def _free_port() -> int:
    """A loopback port for the SDK's own metrics page, which cannot be asked for the port it took."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
