"""``holdfast up``: everything on one machine, from one command, until Ctrl-C."""

import asyncio
import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from rich.console import Console

from activities.knowledge.folder_lock import FolderInUseError, FolderLock
from activities.settings import Settings
from commands.chat_model import look_for_models
from commands.errors import BadInputError, CommandError
from commands.process import try_port
from commands.runtime import Runtime, check_folder, own_folder, remove_runtime, write_runtime
from commands.sample import load_sample
from commands.seeding import seed
from commands.services import CHROMA_FOLDER, plan, services
from commands.supervisor import ServiceError, Supervisor
from commands.temporal_server import ServerMissingError, find_server
from commands.welcome import print_welcome

GRACE_SECONDS = 8.0
LOOK_TIMEOUT_SECONDS = 5.0


def run(settings: Settings, console: Console, *, sample: bool = True) -> None:
    """Start everything and keep it running until a signal; then end every process.

    Raises ``BadInputError`` for a folder or a port that cannot be used, ``CommandError`` when a part does not start.
    """
    settings = settings.model_copy(update={"data_dir": settings.data_dir.resolve()})
    check_folder(settings.data_dir)
    with own_folder(settings.data_dir, "choose another folder (--data-dir)"):
        check_port(settings.host, settings.port)
        binary = _find_temporal(settings, console)
        runtime = plan(settings, own_temporal=binary is not None)
        try:
            with _vector_folder(settings):
                asyncio.run(_supervise(settings, runtime, binary, console, sample=sample))
        except ServiceError as error:
            raise CommandError(f"{error} (logs: {settings.data_dir / 'logs'})") from error
        finally:
            remove_runtime(settings.data_dir)


def check_port(host: str, port: int) -> None:
    """See that the API can listen there. Raises ``BadInputError``."""
    try:
        try_port(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BadInputError(
                f"Port {port} on {host} is taken: end what listens there, or choose another (--port)"
            ) from error
        raise BadInputError(
            f"Cannot listen on {host}, port {port}: {error.strerror}; choose another address (HOLDFAST_HOST) or --port"
        ) from error


@contextmanager
def _vector_folder(settings: Settings) -> Iterator[None]:
    """Hold Chroma's folder for the server that is started on it, unless the vectors are elsewhere."""
    if settings.chroma_url:
        yield
        return
    try:
        lock = FolderLock(settings.data_dir / CHROMA_FOLDER)
    except FolderInUseError as error:
        raise BadInputError(str(error)) from error
    try:
        yield
    finally:
        lock.release()


def _find_temporal(settings: Settings, console: Console) -> Path | None:
    """Return the server to start; None when ``TEMPORAL_ADDRESS`` names one that runs."""
    if address := os.environ.get("TEMPORAL_ADDRESS"):
        console.print(f"Temporal server: {address}, from TEMPORAL_ADDRESS")
        return None
    try:
        return find_server(settings.cache_dir, console.print)
    except ServerMissingError as error:
        raise CommandError(str(error)) from error


async def _supervise(
    settings: Settings, runtime: Runtime, binary: Path | None, console: Console, *, sample: bool
) -> None:
    def note(children: dict[str, int]) -> None:
        runtime.children = children
        write_runtime(settings.data_dir, runtime)

    async with httpx.AsyncClient(timeout=LOOK_TIMEOUT_SECONDS, trust_env=False) as client:
        running = services(settings, runtime, binary, client)
        supervisor = Supervisor(running, changed=note, say=console.print)
        stop = _signals(supervisor.kill)
        console.print(f"Starting: {', '.join(service.name for service in reversed(running))}")
        supervisor.start()
        work = asyncio.create_task(_bring_up(settings, runtime, supervisor, console, sample=sample))
        try:
            await asyncio.wait([work, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            work.cancel()
            console.print("Stopping")
            await supervisor.stop(GRACE_SECONDS)


async def _bring_up(
    settings: Settings, runtime: Runtime, supervisor: Supervisor, console: Console, *, sample: bool
) -> None:
    await seed(settings, runtime)
    await supervisor.until_ready()
    if sample:
        await load_sample(settings, runtime.url, console)
    async with httpx.AsyncClient(timeout=LOOK_TIMEOUT_SECONDS, trust_env=False) as client:
        look = await look_for_models(settings, client)
    console.print(f"Chat model: {look.line}", soft_wrap=True)
    print_welcome(settings, runtime, console)
    await supervisor.until_failed()


def _signals(kill: Callable[[], None]) -> asyncio.Event:
    """Return the event that the first Ctrl-C, SIGTERM or hang-up sets; the next one kills at once."""
    stop = asyncio.Event()

    def ask() -> None:
        if stop.is_set():
            kill()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ask)
    return stop
