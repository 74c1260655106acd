"""The supervisor restarts what dies, says when nothing helps, and leaves no process behind."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from commands.supervisor import GIVE_UP, Service, ServiceError, Supervisor

GRACE = 4.5
SERVES = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"
STUBBORN = (
    "import pathlib, signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "pathlib.Path(sys.argv[1]).write_text(str(child.pid)); time.sleep(600)"
)
BROKEN = "import sys; sys.exit('no config')"
MISLED = "import sys; print('chmod 600 the key', file=sys.stderr); sys.exit(2)"


class Run:
    """A supervisor under test, with what it told."""

    def __init__(self, folder: Path, *programs: str) -> None:
        self.flags = [folder / f"flag{number}" for number in range(len(programs))]
        self.starts: list[dict[str, int]] = []
        self.said: list[str] = []
        services = [
            Service(
                name=f"part{number}",
                argv=[sys.executable, "-S", "-c", program, str(self.flags[number])],
                env=dict(os.environ),
                log=folder / f"part{number}.log",
                ready=self.ready(self.flags[number]),
                rank=number,
            )
            for number, program in enumerate(programs)
        ]
        self.supervisor = Supervisor(
            services, changed=lambda pids: self.starts.append(dict(pids)), say=self.said.append
        )

    @staticmethod
    def ready(flag: Path) -> Callable[[], Awaitable[bool]]:
        async def look() -> bool:
            return flag.exists()

        return look


@asynccontextmanager
async def running(folder: Path, *programs: str, grace_seconds: float = 5) -> AsyncIterator[Run]:
    run = Run(folder, *programs)
    run.supervisor.start()
    try:
        yield run
    finally:
        await run.supervisor.stop(grace_seconds)


async def until(condition: Callable[[], bool]) -> None:
    """Come back when the condition holds; the bound is for a broken supervisor only."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


async def test_all_services_start_together_and_are_ready_when_each_says_so(tmp_path: Path) -> None:
    async with running(tmp_path, SERVES, SERVES) as run:
        await asyncio.wait_for(run.supervisor.until_ready(), 60)

        assert all(flag.exists() for flag in run.flags)
        assert set(run.starts[-1]) == {"part0", "part1"}


async def test_a_killed_service_is_started_again_and_the_others_are_left_alone(tmp_path: Path) -> None:
    async with running(tmp_path, SERVES, SERVES) as run:
        await asyncio.wait_for(run.supervisor.until_ready(), 60)
        before = run.starts[-1]
        run.flags[0].unlink()
        os.kill(before["part0"], signal.SIGKILL)
        await until(run.flags[0].exists)

        after = run.starts[-1]
        assert after["part0"] != before["part0"]
        assert after["part1"] == before["part1"]
        assert run.said == ["part0 ended (signal SIGKILL): starting it again"]


async def test_a_service_that_never_starts_ends_the_attempt_with_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.supervisor.DELAYS", (0.0,))
    async with running(tmp_path, SERVES, BROKEN) as run:
        with pytest.raises(ServiceError, match=r"part1 does not start: .*no config"):
            await asyncio.wait_for(run.supervisor.until_ready(), 60)

        assert len(run.said) == GIVE_UP - 1


async def test_a_service_that_cannot_use_its_input_is_given_up_however_long_it_takes_to_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.supervisor.DELAYS", (0.0,))
    monkeypatch.setattr("commands.supervisor.STEADY_SECONDS", 0.0)
    async with running(tmp_path, MISLED) as run:
        with pytest.raises(ServiceError, match=r"part0 does not start: .*chmod 600"):
            await asyncio.wait_for(run.supervisor.until_ready(), 60)


async def test_stop_ends_grandchildren_and_a_service_that_ignores_sigterm(tmp_path: Path) -> None:
    async with running(tmp_path, STUBBORN, grace_seconds=0.1) as run:
        await until(lambda: run.flags[0].exists() and bool(run.flags[0].read_text()))
        grandchild = int(run.flags[0].read_text())

    assert not _alive(run.starts[-1]["part0"])
    await until(lambda: not _alive(grandchild))


async def test_a_service_stopped_on_purpose_is_not_started_again(tmp_path: Path) -> None:
    async with running(tmp_path, SERVES) as run:
        await asyncio.wait_for(run.supervisor.until_ready(), 60)

    assert len(run.starts) == 1
    assert run.said == []


async def test_services_that_cannot_be_waited_for_are_killed_whatever_their_rank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = subprocess.Popen.wait

    def failing(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        if timeout == GRACE:
            raise OSError("the clock stands still")
        return wait(process, timeout)

    async with running(tmp_path, SERVES, SERVES, grace_seconds=GRACE) as run:
        await asyncio.wait_for(run.supervisor.until_ready(), 60)
        monkeypatch.setattr(subprocess.Popen, "wait", failing)

    parts = run.starts[-1]
    await until(lambda: not any(map(_alive, parts.values())))
    assert set(parts) == {"part0", "part1"}


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel ties a child to its parent")
async def test_services_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, pathlib, sys\n"
        "from tests.commands.test_supervisor import Run, SERVES\n"
        "async def main():\n"
        "    run = Run(pathlib.Path(sys.argv[1]), SERVES)\n"
        "    run.supervisor.start()\n"
        "    await run.supervisor.until_ready()\n"
        "    print(run.starts[-1]['part0'], flush=True)\n"
        "    await run.supervisor.until_failed()\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(await asyncio.to_thread(parent.stdout.readline))
    assert _alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()

    await until(lambda: not _alive(child))


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_what_runs_and_does_nothing_is_started_again_and_what_only_rests_is_not(tmp_path: Path) -> None:
    looks: dict[str, int] = {}

    def stuck(name: str, verdict: Callable[[int], bool]) -> Callable[[], Awaitable[bool]]:
        async def look() -> bool:
            looks[name] = looks.get(name, 0) + 1
            return verdict(looks[name])

        return look

    # One is stuck until its second start; the other is busy at all looks but each third.
    starts: list[dict[str, int]] = []
    verdicts = {"hung": lambda _: len(starts) < 3, "busy": lambda number: number % 3 != 0}
    services = [
        Service(
            name=name,
            argv=[sys.executable, "-S", "-c", SERVES, str(tmp_path / name)],
            env=dict(os.environ),
            log=tmp_path / f"{name}.log",
            ready=Run.ready(tmp_path / name),
            stuck=stuck(name, verdict),
        )
        for name, verdict in verdicts.items()
    ]
    said: list[str] = []
    supervisor = Supervisor(
        services, changed=lambda pids: starts.append(dict(pids)), say=said.append, stuck_seconds=0.2
    )
    supervisor.start()
    try:
        await until(lambda: len(starts) == 3 and looks["busy"] > 12)
    finally:
        await supervisor.stop(5)
    assert starts[2]["hung"] != starts[1]["hung"]
    assert starts[2]["busy"] == starts[1]["busy"]
    assert said == ["hung runs and does nothing", "hung ended (signal SIGKILL): starting it again"]
