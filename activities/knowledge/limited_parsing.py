"""Documents read in a process of their own, with limits of time and memory: a hostile file never holds a worker."""

import contextlib
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import IO, cast

from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.parse_child import TOO_MUCH, WALL, Answer, Request, read_message, write_message

SMALL_BYTES = 32 * 1024
"""A text below this is read by the worker itself: the worst Markdown of that size took a busy one 5 seconds."""
CONTAINERS = (b"%PDF", b"PK\x03\x04")
"""How files begin that hold more than their size says."""
IDLE_SECONDS = 20.0
"""How long a process that has nothing to read is kept: it holds 90 MB, and takes a second to start."""
PACKED = 3
"""So many times the seconds of a text has a file that is packed, which is one document: 1,000 dense pages of a PDF."""
TOO_LONG = "takes too long to read: more than {seconds} seconds; split it, or save it in a simpler form"
BROKEN = "cannot be read: the parser broke over it"


class LimitedParsing:
    """Reads large and packed documents in child processes, which are kept for some seconds for the next one."""

    def __init__(self, seconds: int, memory_bytes: int) -> None:
        """Give each document so many seconds of processor time, and the process that reads it so much memory."""
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._guard = threading.Lock()
        self._idle: list[_Child] = []

    def is_wanted(self, entries: Sequence[Entry]) -> bool:
        """Tell whether any of some documents should not be read by the worker itself."""
        return any(is_suspicious(entry) for entry in entries)

    def read(self, filename: str, data: bytes, start: int, entries: Sequence[Entry]) -> list[Entry]:
        """Read those documents that ``is_suspicious``; return all, read or to be read.

        ``entries`` are those of a file from ``start`` on. One that broke a limit is refused when it is read. Blocks.
        """
        return [
            self._read(filename, data, number, entry) if is_suspicious(entry) else entry
            for number, entry in enumerate(entries, start)
        ]

    def _read(self, filename: str, data: bytes, number: int, entry: Entry) -> Entry:
        with self._child() as child:
            answer = child.ask((filename, data, number, self._allowance(entry)))

        def read() -> ParsedDocument:
            if isinstance(answer, str):
                raise DocumentRefusedError(answer)
            return answer

        return replace(entry, read=read)

    def _allowance(self, entry: Entry) -> int:
        return self._seconds * (PACKED if entry.data.startswith(CONTAINERS) else 1)

    @contextlib.contextmanager
    def _child(self) -> Iterator["_Child"]:
        with self._guard:
            child = self._idle.pop() if self._idle else None
        if child and not child.alive:
            child = None
        child = child or _Child(self._memory_bytes)
        child.stay()
        try:
            yield child
        finally:
            with self._guard:
                if child.alive:
                    self._idle.append(child)
                    child.end_after(IDLE_SECONDS, lambda: self._end(child))

    def _end(self, child: "_Child") -> None:
        with self._guard:
            if child not in self._idle:
                return
            self._idle.remove(child)
        child.end()

    def close(self) -> None:
        """End the processes that wait."""
        with self._guard:
            idle, self._idle = self._idle, []
        for child in idle:
            child.stay()
            child.end()


class _Child:
    """One process; used by one thread at a time."""

    def __init__(self, memory_bytes: int) -> None:
        self._timer: threading.Timer | None = None
        self._ready = False
        argv = ["-P", "-m", "activities.knowledge.parse_child", str(memory_bytes)]
        self._process = subprocess.Popen(
            [sys.executable, *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Request) -> Answer:
        """Return what the child answers, or a refusal when it broke a limit or ended."""
        if not self._ready:  # its start is not the document's fault
            self._ready = bool(read_message(self._pipe(self._process.stdout)))
        late = threading.Event()

        def kill() -> None:
            late.set()
            self._process.kill()

        seconds = request[-1]
        watch = threading.Timer(WALL * seconds, kill)
        watch.daemon = True
        watch.start()
        try:
            with contextlib.suppress(OSError):  # one without memory says so before it has read all
                write_message(self._pipe(self._process.stdin), pickle.dumps(request))
            answer = read_message(self._pipe(self._process.stdout))
        except (OSError, ValueError):
            answer = b""
        finally:
            watch.cancel()
        found = cast(Answer, pickle.loads(answer)) if answer else ""
        if not found or (isinstance(found, str) and found.startswith(TOO_MUCH)):
            self.end()
        if found:
            return found
        spent = late.is_set() or self._process.returncode in {-signal.SIGPROF, -signal.SIGALRM}
        return TOO_LONG.format(seconds=seconds) if spent else BROKEN

    def stay(self) -> None:
        """Forget that it was to be ended."""
        if self._timer:
            self._timer.cancel()

    def end_after(self, seconds: float, end: Callable[[], None]) -> None:
        """Call ``end`` when nobody needs it for so long."""
        self._timer = threading.Timer(seconds, end)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        """End the process and wait for that."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                self._pipe(pipe).close()

    def _pipe(self, pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe


def is_suspicious(entry: Entry) -> bool:
    """Tell a document that may take long to read: a large one, or one that unfolds."""
    return len(entry.data) > SMALL_BYTES or entry.data.startswith(CONTAINERS)
