"""A Temporal server for one machine: where its program is found, how it is started, when it answers."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

from commands.go_build import GoBuildError, Say, find_go, first_line, go_install, kept_program, on_path
from commands.process import Child, free_port, spawn, tail

CLI_PACKAGE = "github.com/temporalio/cli/cmd/temporal@v1.5.1"
"""The newest tag whose go.mod has no ``replace`` directive, which ``go install`` refuses."""
LABEL = "Temporal server"
DOWNLOAD_SECONDS = 300
START_SECONDS = 60
TUNING = {
    "history.transferProcessorMaxPollRPS": 2000,
    "history.timerProcessorMaxPollRPS": 2000,
    "history.visibilityProcessorMaxPollRPS": 2000,
}
"""Poll rates of the single shard's queues; the default of 20 a second makes each activity wait up to 50 ms."""
WHAT_TO_INSTALL = (
    "No Temporal server. Install the Temporal CLI (https://docs.temporal.io/cli) or Go 1.23 or newer "
    "(https://go.dev/dl), or set TEMPORAL_ADDRESS to a server that runs."
)


class ServerMissingError(Exception):
    """No Temporal server could be found, downloaded or built."""


class ServerStartError(Exception):
    """The Temporal server ended or stayed silent."""


def find_server(cache_dir: Path, say: Say) -> Path:
    """Return the ``temporal`` program: on PATH, in the cache folder, downloaded by the SDK, or built with Go.

    ``say`` gets one line for each step that failed. Raises ``ServerMissingError`` with what to install.
    """
    kept = cache_dir / "bin" / "temporal"
    if found := on_path("temporal", LABEL, say) or kept_program(kept, LABEL, say):
        return found
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServerMissingError(f"Cannot write to the cache folder {kept.parent}: {error.strerror}") from error
    with FileLock(kept.with_suffix(".lock")):
        if kept.is_file():
            return kept
        if found := _download(kept, say) or _build(kept, say):
            return found
    raise ServerMissingError(WHAT_TO_INSTALL)


def _download(kept: Path, say: Say) -> Path | None:
    """Let the SDK download its dev server, and keep it under our name."""
    # The SDK takes half a second to import, and a kept program needs none of it.
    from temporalio.testing import WorkflowEnvironment

    folder = kept.parent / "download"
    folder.mkdir(exist_ok=True)

    async def fetch() -> None:
        environment = await WorkflowEnvironment.start_local(download_dest_dir=str(folder))
        await environment.shutdown()

    try:
        asyncio.run(asyncio.wait_for(fetch(), DOWNLOAD_SECONDS))
        next(folder.glob("temporal*")).replace(kept)
    except (RuntimeError, OSError, TimeoutError, StopIteration) as error:
        say(f"Temporal server: download failed ({first_line(str(error) or type(error).__name__)})")
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return kept


def _build(kept: Path, say: Say) -> Path | None:
    """Build the CLI from source with the Go toolchain, about three minutes."""
    try:
        find_go()
        say(f"Temporal server: building {CLI_PACKAGE} with Go, about three minutes")
        return go_install(CLI_PACKAGE, kept)
    except GoBuildError as error:
        say(f"Temporal server: {error}")
        return None


def server_command(binary: Path, *, port: int, database: Path, ui_port: int | None = None) -> list[str]:
    """Return the command line of a tuned dev server kept in the SQLite file ``database``; no ``ui_port``, no web UI."""
    interface = ["--headless"] if ui_port is None else ["--ui-port", str(ui_port)]
    tuning = [word for key, value in TUNING.items() for word in ("--dynamic-config-value", f"{key}={value}")]
    return [
        *[str(binary), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(port), *interface],
        *["--db-filename", str(database), "--sqlite-pragma", "journal_mode=wal", "--log-level", "error", *tuning],
    ]


def start_server(
    binary: Path, folder: Path, *, port: int | None = None, ui_port: int | None = None
) -> tuple[Child, str]:
    """Start a server kept in ``folder/temporal.db``; return it and its ``host:port``, perhaps not answering yet."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    command = server_command(binary, port=port, database=folder / "temporal.db", ui_port=ui_port)
    return spawn("temporal", command, log=folder / "logs" / "temporal.log"), f"127.0.0.1:{port}"


def configured_server() -> dict[str, Any]:
    """Return what ``TEMPORAL_*`` variables and their profile say, as arguments of ``Client.connect``.

    Without ``target_host`` they name no server. Raises ``ServerStartError`` when they cannot be used.
    """
    # The SDK takes half a second to import, and only processes that talk to the server need it.
    from temporalio.envconfig import ClientConfig

    try:
        return dict(ClientConfig.load_client_connect_config())
    except (RuntimeError, OSError, ValueError) as error:
        raise ServerStartError(f"The TEMPORAL_ variables cannot be used: {error}") from error


async def wait_until_answers(
    address: str,
    *,
    config: Mapping[str, Any] | None = None,
    alive: Callable[[], bool] = lambda: True,
    log: Path | None = None,
    seconds: float = START_SECONDS,
) -> None:
    """Return as soon as the server at ``address`` serves its namespace.

    ``config`` has further arguments of ``Client.connect``: namespace, encryption, key; without it the server is one
    of ours, plain and with the namespace ``default``. Raises ``ServerStartError`` when ``alive()`` turns false or
    ``seconds`` have passed, with the end of ``log``.
    """
    # As above.
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.client import Client
    from temporalio.service import RPCError

    arguments = {**(config or {}), "target_host": address}
    deadline = time.monotonic() + seconds
    while True:
        try:
            client = await Client.connect(**arguments)
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
        except (RuntimeError, RPCError) as error:
            reason = "ended" if not alive() else "did not answer" if time.monotonic() > deadline else ""
            if reason:
                said = tail(log) if log else ""
                raise ServerStartError(f"The Temporal server at {address} {reason}: {said or error}") from error
            await asyncio.sleep(0.05)
        else:
            return


def main() -> int:
    """Fetch the server ahead of time (``python -m commands.temporal_server``); return the exit code."""
    # Settings name the cache folder; everything else here works without them.
    from activities.settings import Settings

    if os.environ.get("TEMPORAL_ADDRESS"):
        return 0
    try:
        find_server(Settings().cache_dir, lambda line: sys.stderr.write(f"{line}\n"))
    except ServerMissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
