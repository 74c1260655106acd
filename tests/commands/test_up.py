"""`holdfast up` starts what it says, keeps it up, and leaves nothing running; only API and worker are stand-ins."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from activities.knowledge.folder_lock import FolderLock
from commands.errors import BadInputError
from commands.process import free_port, process_began
from commands.runtime import Runtime, read_runtime, write_runtime
from commands.up import check_port

STAND_IN = Path(__file__).with_name("stand_in.py")
BOUND_SECONDS = 60.0


class Up:
    """One run of `holdfast up` on a folder."""

    def __init__(self, folder: Path, port: int, output: Path, *options: str) -> None:
        self.folder, self.port = folder, port
        self.output = output / f"output-{port}"
        given = ["--port", str(port), "--data-dir", str(folder), "--no-sample", *options]
        words = [sys.executable, str(STAND_IN), "up", *given]
        environment = {**os.environ, "PYTHONPATH": str(STAND_IN.parents[2])}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
            )

    def text(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def until_ready(self) -> Runtime:
        wait_until(lambda: "Holdfast is ready" in self.text() or self.process.poll() is not None)
        runtime = read_runtime(self.folder)
        assert runtime, self.text()
        return runtime

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(BOUND_SECONDS)


@pytest.fixture
def start(tmp_path: Path, temporal_binary: Path) -> Iterator[Callable[..., Up]]:
    """Start `up` on this test's folder; whatever still runs at the end is ended."""
    runs: list[Up] = []

    def begin(*options: str) -> Up:
        runs.append(Up(tmp_path / "data", free_port(), tmp_path, *options))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()


def wait_until(condition: Callable[[], bool]) -> None:
    """Come back when the condition holds; the bound is for a broken `up` only."""
    deadline = time.monotonic() + BOUND_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def alive(pids: Iterator[int] | list[int]) -> list[int]:
    """Those of the processes that still run."""
    found = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
    return found


def test_it_starts_every_part_prints_addresses_and_log_ins_and_ctrl_c_ends_all(start: Callable[..., Up]) -> None:
    first = start()
    runtime = first.until_ready()
    pids = list(runtime.children.values())
    logins = json.loads((first.folder / "demo-users.json").read_bytes())

    assert set(runtime.children) == {"temporal", "chroma", "worker", "api"}
    assert alive(pids) == pids
    assert f"http://127.0.0.1:{first.port}/docs" in first.text()
    assert all(login.get("password", login.get("api_key")) in first.text() for login in logins)
    assert first.end(signal.SIGINT) == 0
    assert alive(pids) == []
    assert read_runtime(first.folder) is None

    second = start()
    second.until_ready()
    assert logins[0]["username"] in second.text()
    assert logins[0]["password"] not in second.text()
    assert json.loads((second.folder / "demo-users.json").read_bytes()) == logins
    assert second.end(signal.SIGTERM) == 0


def test_a_killed_worker_and_a_killed_temporal_come_back_at_their_addresses(start: Callable[..., Up]) -> None:
    up = start("--workers", "2")
    before = up.until_ready()
    for name in ("worker", "temporal"):
        os.kill(before.children[name], signal.SIGKILL)
    addresses = [*before.worker_url.split(","), before.temporal_address]
    wait_until(lambda: all(map(_listens, addresses)) and _changed(up, before))

    after = read_runtime(up.folder)
    assert after
    assert after.temporal_address == before.temporal_address
    assert after.worker_url == before.worker_url
    assert all(after.children[name] == before.children[name] for name in ("api", "worker-2"))
    assert "worker ended (signal SIGKILL): starting it again" in up.text()
    assert up.end() == 0
    assert alive(list(after.children.values())) == []


def test_a_second_up_on_the_same_folder_is_refused_with_the_address_of_the_first(start: Callable[..., Up]) -> None:
    first = start()
    first.until_ready()
    second = start()

    assert second.process.wait(BOUND_SECONDS) == 2
    assert f"runs on {first.folder} already at http://127.0.0.1:{first.port}" in second.text()
    assert len(second.text().splitlines()) == 1
    assert first.process.poll() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel ties a child to its parent")
def test_nothing_is_left_running_when_up_itself_is_killed(start: Callable[..., Up]) -> None:
    up = start()
    pids = list(up.until_ready().children.values())
    up.end(signal.SIGKILL)

    wait_until(lambda: alive(pids) == [])
    assert read_runtime(up.folder) is None


def test_a_taken_port_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        up = Up(tmp_path / "data", taken.getsockname()[1], tmp_path)
        assert up.process.wait(BOUND_SECONDS) == 2

    assert up.text() == (
        f"holdfast: Port {up.port} on 127.0.0.1 is taken: end what listens there, or choose another (--port)\n"
    )


@pytest.mark.parametrize("host", ["no.such.name.invalid", "192.0.2.1"])
def test_an_address_that_is_not_ours_is_not_called_a_taken_port(host: str) -> None:
    with pytest.raises(BadInputError, match=f"^Cannot listen on {host}, port 8000: .*HOLDFAST_HOST"):
        check_port(host, 8000)


def test_a_port_is_tried_on_every_address_of_its_host() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        port = taken.getsockname()[1]
        for host in ("::1", "::"):
            with pytest.raises(BadInputError, match=f"Port {port} on {host} is taken"):
                check_port(host, port)
        check_port("127.0.0.1", port)


def test_a_process_with_the_number_of_an_up_that_is_gone_is_not_taken_for_it(tmp_path: Path) -> None:
    began = process_began(os.getpid())
    runtime = Runtime(
        pid=os.getpid(), started=began, url="http://up", temporal_address="t:1", chroma_url="http://c", worker_url=""
    )
    write_runtime(tmp_path, runtime)
    assert read_runtime(tmp_path) == runtime

    write_runtime(tmp_path, runtime.model_copy(update={"started": began - 1}))
    assert read_runtime(tmp_path) is None


def test_a_folder_that_cannot_be_written_to_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    up = Up(tmp_path / "file" / "data", free_port(), tmp_path)

    assert up.process.wait(BOUND_SECONDS) == 2
    assert up.text().startswith(f"holdfast: Cannot write to the data folder {tmp_path / 'file' / 'data'}: ")
    assert len(up.text().splitlines()) == 1


def test_a_vector_folder_that_another_process_has_open_is_one_line_and_exit_code_2(
    tmp_path: Path, temporal_binary: Path
) -> None:
    lock = FolderLock(tmp_path / "data" / "chroma")
    try:
        up = Up(tmp_path / "data", free_port(), tmp_path)
        assert up.process.wait(BOUND_SECONDS) == 2
    finally:
        lock.release()

    assert f"in use by process {os.getpid()}" in up.text().splitlines()[-1]


def _changed(up: Up, before: Runtime) -> bool:
    now = read_runtime(up.folder)
    return bool(now) and all(now.children[name] != before.children[name] for name in ("worker", "temporal"))


def _listens(address: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=1).close()
    except OSError:
        return False
    return True
