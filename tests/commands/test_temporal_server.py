"""The Temporal server is found in the promised order, starts tuned, and answers."""

import asyncio
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from commands.process import free_port
from commands.temporal_server import (
    ServerMissingError,
    ServerStartError,
    configured_server,
    find_server,
    server_command,
    wait_until_answers,
)

FAKE_GO = f"#!{sys.executable}\n" + (
    "import os, pathlib, sys\n"
    "bin = pathlib.Path(os.environ['GOBIN']); bin.mkdir(parents=True, exist_ok=True)\n"
    "(bin / 'temporal').write_text('built ' + ' '.join(sys.argv[1:])); (bin / 'temporal').chmod(0o755)\n"
    "builds = bin.parent / 'builds'; builds.write_text(builds.read_text() + 'x' if builds.exists() else 'x')\n"
)
BROKEN_GO = "#!/bin/sh\necho 'go: downloading' >&2\necho 'go: no network' >&2\nexit 1\n"


class Machine:
    """A machine with nothing on its PATH, an empty cache and no internet; a test adds what it needs."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.cache, self.said = folder / "path", folder / "cache", list[str]()
        self.path.mkdir()
        monkeypatch.setenv("PATH", str(self.path))
        monkeypatch.setattr(WorkflowEnvironment, "start_local", self.download)
        self.downloads: str | None = None
        self.shut_down = False

    def program(self, folder: Path, name: str, text: str = "#!/bin/sh\n") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        program = folder / name
        program.write_text(text, encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return program

    async def download(self, *, download_dest_dir: str) -> "Machine":
        if self.downloads is None:
            raise RuntimeError("failed to download\nno route")
        self.program(Path(download_dest_dir), "temporal-sdk-python-1.0", self.downloads)
        return self

    async def shutdown(self) -> None:
        self.shut_down = True

    def find(self) -> Path:
        return find_server(self.cache, self.said.append)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_a_temporal_on_path_goes_before_the_kept_one(machine: Machine) -> None:
    on_path = machine.program(machine.path, "temporal")
    machine.program(machine.cache / "bin", "temporal")

    assert machine.find() == on_path
    assert machine.said == []


def test_the_kept_one_goes_before_a_download(machine: Machine) -> None:
    kept = machine.program(machine.cache / "bin", "temporal")
    machine.downloads = "downloaded"

    assert machine.find() == kept
    assert kept.read_text() == "#!/bin/sh\n"
    assert machine.said == ["Temporal server: no `temporal` on PATH"]


def test_a_download_goes_before_a_build_and_is_kept_for_the_next_time(machine: Machine) -> None:
    machine.downloads = "downloaded"
    machine.program(machine.path, "go", FAKE_GO)

    assert machine.find().read_text() == "downloaded"
    assert machine.shut_down
    assert machine.find() == machine.cache / "bin" / "temporal"
    assert sorted(path.name for path in (machine.cache / "bin").iterdir()) == ["temporal", "temporal.lock"]


def test_go_builds_the_pinned_version_when_the_download_fails(machine: Machine) -> None:
    machine.program(machine.path, "go", FAKE_GO)

    assert machine.find().read_text() == "built install github.com/temporalio/cli/cmd/temporal@v1.5.1"
    assert machine.said[2] == "Temporal server: download failed (failed to download)"
    assert machine.said[3].startswith("Temporal server: building github.com/temporalio/cli")


def test_when_every_step_fails_each_says_so_in_one_line_and_the_error_says_what_to_install(machine: Machine) -> None:
    machine.program(machine.path, "go", BROKEN_GO)

    with pytest.raises(ServerMissingError, match=r"Install the Temporal CLI .* or Go .* or set TEMPORAL_ADDRESS"):
        machine.find()
    assert machine.said == [
        "Temporal server: no `temporal` on PATH",
        f"Temporal server: none kept at {machine.cache / 'bin' / 'temporal'}",
        "Temporal server: download failed (failed to download)",
        "Temporal server: building github.com/temporalio/cli/cmd/temporal@v1.5.1 with Go, about three minutes",
        "Temporal server: go install failed (go: no network)",
    ]


def test_without_go_it_says_so(machine: Machine) -> None:
    with pytest.raises(ServerMissingError):
        machine.find()
    assert machine.said[-1] == "Temporal server: no Go toolchain to build it with"


def test_a_cache_folder_that_cannot_be_made_is_said_in_one_line(machine: Machine) -> None:
    machine.cache.touch()

    with pytest.raises(ServerMissingError, match="Cannot write to the cache folder"):
        machine.find()


def test_two_at_once_build_once(machine: Machine) -> None:
    machine.program(machine.path, "go", FAKE_GO)
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(machine.find())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert found == [machine.cache / "bin" / "temporal"] * 2
    assert (machine.cache / "bin" / "builds").read_text() == "x"


def test_an_address_in_the_environment_fetches_nothing(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    environment = {"TEMPORAL_ADDRESS": "127.0.0.1:1", "HOLDFAST_CACHE_DIR": str(cache), "PATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-m", "commands.temporal_server"], env=environment, capture_output=True)

    assert done.returncode == 0
    assert done.stderr == b""
    assert not cache.exists()


def test_the_server_is_started_on_its_file_on_loopback_and_tuned() -> None:
    command = server_command(Path("t"), port=7, database=Path("d/temporal.db"))

    assert " ".join(command) == (
        "t server start-dev --ip 127.0.0.1 --port 7 --headless --db-filename d/temporal.db"
        " --sqlite-pragma journal_mode=wal --log-level error"
        " --dynamic-config-value history.transferProcessorMaxPollRPS=2000"
        " --dynamic-config-value history.timerProcessorMaxPollRPS=2000"
        " --dynamic-config-value history.visibilityProcessorMaxPollRPS=2000"
    )


async def test_the_session_server_answers_and_knows_update_with_start(temporal_client: Client) -> None:
    info = await temporal_client.workflow_service.get_system_info(GetSystemInfoRequest())

    assert info.capabilities.eager_workflow_start


async def test_waiting_for_a_server_that_ended_says_what_it_logged(tmp_path: Path) -> None:
    log = tmp_path / "temporal.log"
    log.write_text("first\nbind: address already in use\n", encoding="utf-8")

    with pytest.raises(ServerStartError, match=r"ended: first \| bind: address already in use"):
        await wait_until_answers(f"127.0.0.1:{free_port()}", alive=lambda: False, log=log)


async def test_waiting_for_a_silent_server_is_bounded() -> None:
    with pytest.raises(ServerStartError, match="did not answer"):
        await asyncio.wait_for(wait_until_answers(f"127.0.0.1:{free_port()}", seconds=0), 60)


async def test_the_look_is_at_the_namespace_of_the_standard_variables(
    temporal_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    await wait_until_answers(temporal_address, config=configured_server())

    monkeypatch.setenv("TEMPORAL_NAMESPACE", "absent")
    with pytest.raises(ServerStartError, match="absent"):
        await wait_until_answers(temporal_address, config=configured_server(), seconds=0)


async def test_the_look_speaks_tls_when_the_standard_variables_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.put_nowait(await reader.read(3))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1")
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    monkeypatch.setenv("TEMPORAL_TLS", "true")
    async with server:
        with pytest.raises(ServerStartError):
            await wait_until_answers(address, config=configured_server(), seconds=0)
        # The record of a TLS handshake begins with these two bytes, a plain connection with "PRI".
        assert (await asyncio.wait_for(heard.get(), 60))[:2] == b"\x16\x03"


@pytest.mark.parametrize(("name", "value"), [("TEMPORAL_CONFIG_FILE", "."), ("TEMPORAL_PROFILE", "nobody's")])
def test_variables_that_cannot_be_used_are_one_line(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ServerStartError, match="TEMPORAL_ variables cannot be used"):
        configured_server()
