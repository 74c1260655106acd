"""Child processes that never outlive their parent, and the ports they listen on."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
"""``prctl(2)``: the signal a process gets when the thread that started it ends."""

LOG_BYTES = 20 * 1024 * 1024
"""A log that has grown beyond this is put aside, once, when its process starts."""


@dataclass
class Child:
    """A running child, the leader of its own process group."""

    name: str
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """Process id, and id of the process group."""
        return self.process.pid

    def alive(self) -> bool:
        """Return whether it still runs; a dead child is reaped."""
        return self.process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal to the whole group; a group that is gone is no error."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def stop(self, grace_seconds: float) -> None:
        """End the whole group: SIGTERM, then SIGKILL to what is left after the grace."""
        self.signal(signal.SIGTERM)
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace_seconds)
        finally:
            self.signal(signal.SIGKILL)
        self.process.wait()


def spawn(name: str, argv: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None) -> Child:
    """Start ``argv`` in its own process group with its output appended to ``log``.

    On Linux the kernel kills it when this process dies in any way, SIGKILL included. Call it from the main thread:
    the kernel watches the calling thread. Raises ``OSError`` when the program cannot be run.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.is_file() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),
        )
    return Child(name, process)


def die_with(parent: int) -> Callable[[], None] | None:
    """Return the ``preexec_fn`` that ties a child's life to the process ``parent``; None where the kernel cannot."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def process_began(pid: int) -> int:
    """Return when a process began, in clock ticks since the machine did (``proc(5)``); 0 where nobody can say."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    # Its name may hold blanks and brackets; behind it ``starttime`` is the twentieth field.
    return int(stat.rpartition(")")[2].split()[19])


def free_port(host: str = "127.0.0.1") -> int:
    """Return a TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def try_port(host: str, port: int) -> None:
    """Bind every address of ``host`` once; the last server's closed connections do not count.

    Raises ``OSError``: ``EADDRINUSE`` when somebody listens there, ``socket.gaierror`` for a name that is none.
    """
    for family, kind, protocol, _, address in socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    ):
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(address)


def tail(log: Path, lines: int = 3) -> str:
    """Return the last lines of a log as one line, for a message; empty when there are none."""
    if not log.is_file():
        return ""
    return " | ".join(log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-lines:])
