"""The processes of ``holdfast up``: what each is started with, and how one sees that it is ready."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import httpx

from activities.settings import Settings, named_workers
from commands.process import free_port, process_began
from commands.runtime import Runtime
from commands.supervisor import Service
from commands.temporal_server import server_command

LOCAL = "127.0.0.1"
CHROMA_FOLDER, CHROMA_DATABASE = "chroma", "chroma.sqlite3"
"""As ``activities.knowledge.open`` and Chroma name them, whose import brings Chroma itself."""
HOLDFAST = (sys.executable, "-P", "-m", "cli")
CHROMA = (sys.executable, "-P", "-m", "commands.chroma_server")
"""``-P``: a folder named ``api`` where the user stands must not be taken for ours."""

MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "16777216"}
"""For glibc: by default each thread has an arena, and the thresholds grow until nothing freed goes back to the system.

ONNX Runtime's arena stays on: without it these thresholds cost a third of the embeddings a second. What is in the
environment already stays.
"""

QUIET = {"RUST_LOG": "warn"}
"""For Chroma: it would write some hundred bytes about each request, without an end."""

Ready = Callable[[], Awaitable[bool]]


def plan(settings: Settings, *, own_temporal: bool) -> Runtime:
    """Choose the address of everything that will run; what is given in the environment is used and not started."""
    temporal = f"{LOCAL}:{free_port()}" if own_temporal else os.environ["TEMPORAL_ADDRESS"]
    return Runtime(
        pid=os.getpid(),
        started=process_began(os.getpid()),
        url=settings.own_url,
        temporal_address=temporal,
        temporal_ui=f"http://{LOCAL}:{free_port()}" if own_temporal else "",
        chroma_url=settings.chroma_url or f"http://{LOCAL}:{free_port()}",
        worker_url=",".join(f"http://{LOCAL}:{free_port()}" for _ in range(settings.workers)),
    )


def services(settings: Settings, runtime: Runtime, binary: Path | None, client: httpx.AsyncClient) -> list[Service]:
    """Return what to run; the doors end first, the stores last. Without ``binary`` Temporal runs elsewhere."""
    logs = settings.data_dir / "logs"
    environment = child_environment(settings, runtime)

    def serving(url: str) -> Ready:
        return lambda: _answers(client, url)

    def ours(command: str, name: str, url: str, **own: str) -> Service:
        argv, env = [*HOLDFAST, command], {**environment, **own}
        return Service(name, argv, env, logs / f"{name}.log", serving(f"{url}/health/ready"))

    def working(name: str, url: str) -> Service:
        return ours(
            "worker", name, url, HOLDFAST_HOST=LOCAL, HOLDFAST_WORKER_NAME=name, HOLDFAST_WORKER_PORT=str(_port(url))
        )

    workers = [working(name, url) for name, url in named_workers(runtime.worker_url).items()]
    running = [ours("api", "api", runtime.url), *workers]
    if not settings.chroma_url:
        host, port = runtime.chroma_url.removeprefix("http://").rsplit(":", 1)
        folder = settings.data_dir / CHROMA_FOLDER
        argv = [*CHROMA, str(folder), host, port]
        ready = serving(f"{runtime.chroma_url}/api/v2/heartbeat")
        running.append(Service("chroma", argv, QUIET | environment, logs / "chroma.log", ready, 1, _locked(folder)))
    if binary:
        argv = server_command(
            binary,
            port=_port(runtime.temporal_address),
            database=settings.data_dir / "temporal.db",
            ui_port=_port(runtime.temporal_ui),
        )
        ready = _listening(_port(runtime.temporal_address))
        running.append(Service("temporal", argv, environment, logs / "temporal.log", ready, rank=1))
    return running


def child_environment(settings: Settings, runtime: Runtime) -> dict[str, str]:
    """Return the environment in which the parts find each other.

    Compiled modules may be written whatever the caller's shell says: without them each start compiles anew, which
    doubles the time until it is ready. A Temporal server of our own has no namespaces, keys or encryption that the
    caller may use elsewhere.
    """
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if runtime.temporal_ui:
        inherited = {name: value for name, value in inherited.items() if not name.startswith("TEMPORAL_")}
        inherited["TEMPORAL_CONFIG_FILE"] = os.devnull
    return {
        **MALLOC,
        **inherited,
        "TEMPORAL_ADDRESS": runtime.temporal_address,
        "HOLDFAST_DATA_DIR": str(settings.data_dir),
        "HOLDFAST_HOST": settings.host,
        "HOLDFAST_PORT": str(settings.port),
        "HOLDFAST_API_URL": runtime.url,
        "HOLDFAST_CHROMA_URL": runtime.chroma_url,
        "HOLDFAST_WORKER_URL": runtime.worker_url,
        "ANONYMIZED_TELEMETRY": "False",
        "GRADIO_ANALYTICS_ENABLED": "False",
    }


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.HTTPError:
        return False


def _locked(chroma: Path) -> Ready:
    """Return what looks whether Chroma keeps its database locked, as it does for ever when a disk was full.

    A transaction that could not be written stays open, and all later ones wait for it. This process looks and not
    Chroma's own: whoever closes a file there takes away the locks that Chroma has on it.
    """

    async def look() -> bool:
        return await asyncio.to_thread(is_locked, chroma / CHROMA_DATABASE)

    return look


def is_locked(database: Path, patience_seconds: float = 2.0) -> bool:
    """Tell whether nobody can write into an SQLite file now; one that is away or damaged is not locked."""
    try:
        address = f"file:{database}?mode=rw"
        with closing(sqlite3.connect(address, uri=True, timeout=patience_seconds, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
    return False


def _listening(port: int) -> Ready:
    async def look() -> bool:
        try:
            _, writer = await asyncio.open_connection(LOCAL, port)
        except OSError:
            return False
        writer.close()
        return True

    return look


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])
