"""A whole Holdfast for drills and benchmarks: Temporal, Chroma, API and workers in a temporary folder."""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from rich.console import Console

from activities.settings import Settings
from commands.people import seed_demo_people
from commands.process import free_port
from commands.sample import load_sample
from commands.services import plan, services
from commands.supervisor import Service, Supervisor
from commands.temporal_server import find_server


@dataclass
class Stack:
    """A running Holdfast; ``pids`` follows the supervisor's restarts."""

    settings: Settings
    folder: Path
    url: str
    temporal_address: str
    chroma_url: str
    client: httpx.AsyncClient
    pids: dict[str, int]


@asynccontextmanager
async def running_stack(
    workers: Sequence[Sequence[str]] = (),
    *,
    sample: bool = True,
    probed: bool = True,
    count: int = 1,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Stack]:
    """Start everything, load the sample company, yield, end everything.

    ``workers`` are the arguments to Python of the workers to run instead of the product's own one; ``FOLDER`` and
    ``TEMPORAL`` in them stand for the data folder and the server's address. Those that are not ``probed`` have no
    page that says when they are ready. ``count`` is how many of the product's own there are. ``environment`` has
    further variables for API and workers.
    """
    with TemporaryDirectory(prefix="holdfast-stack-") as name:
        settings = Settings(data_dir=Path(name), port=free_port(), chat_engine="embedded", chroma_url="", workers=count)
        runtime = plan(settings, own_temporal=True)
        binary = find_server(settings.cache_dir, lambda line: None)
        pids: dict[str, int] = {}
        async with httpx.AsyncClient(base_url=runtime.url, timeout=30, trust_env=False) as client:
            started = services(settings, runtime, binary, client)
            planned = [replace(each, env={**each.env, **(environment or {})}) for each in started]
            words = {"FOLDER": name, "TEMPORAL": runtime.temporal_address}
            supervisor = Supervisor(
                _with_workers(planned, workers, words, probed), changed=pids.update, say=lambda line: None
            )
            await seed_demo_people(settings)
            supervisor.start()
            try:
                await supervisor.until_ready()
                if sample:
                    await load_sample(settings, runtime.url, Console(quiet=True))
                yield Stack(
                    settings, Path(name), runtime.url, runtime.temporal_address, runtime.chroma_url, client, pids
                )
            finally:
                await supervisor.stop(grace_seconds=5)


def _with_workers(
    planned: Sequence[Service], workers: Sequence[Sequence[str]], words: dict[str, str], probed: bool
) -> list[Service]:
    if not workers:
        return list(planned)
    own = next(service for service in planned if service.name == "worker")
    kept = [replace(service, env=_embedded(service)) for service in planned if service.name != "worker"]
    for number, arguments in enumerate(workers):
        argv = [sys.executable, "-P", "-m", *(words.get(word, word) for word in arguments)]
        name = "worker" if number == 0 else f"worker-{number + 1}"
        env = dict(_embedded(own)) if number == 0 else {**_embedded(own), "HOLDFAST_WORKER_PORT": "0"}
        ready = own.ready if probed else _at_once
        kept.append(replace(own, name=name, argv=argv, env=env, log=own.log.with_name(f"{name}.log"), ready=ready))
    return kept


async def _at_once() -> bool:
    return True


def _embedded(service: Service) -> dict[str, str]:
    return {**service.env, "HOLDFAST_CHAT_ENGINE": "embedded"}
