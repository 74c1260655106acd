"""A process that reads documents for the worker: ``python -P -m activities.knowledge.parse_child BYTES``.

It has a limit of memory and ends by itself when a document takes too long, whatever becomes of the worker: processor
time is counted, so that a busy machine refuses nothing, and time on the wall in case it waits for ever. Requests and
answers are pickles, each after its length in 8 bytes; the first message says that it is ready. The pipe ends with the
worker.
"""

import pickle
import resource
import signal
import sys
from hashlib import sha256
from typing import IO

from activities.knowledge.formats import load_formats
from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.validate import find_format

LENGTH_BYTES = 8
READY = b"ready"
Request = tuple[str, bytes, int, int]
"""A file's name, its bytes, which of its documents to read, from 0, and the seconds of processor time for it."""
WALL = 2
"""So many times the processor time may pass on the wall."""
GRACE_SECONDS = 5
Answer = ParsedDocument | str
"""The document, or why it is refused."""
TOO_MUCH = "takes too much memory to read"
NO_MEMORY = TOO_MUCH + ": more than {megabytes} MB; split it, or save it in a simpler form"


def serve(source: IO[bytes], target: IO[bytes], memory_bytes: int) -> None:
    """Answer until ``source`` ends, or memory does."""
    load_formats()  # a library that cannot be loaded is no document's fault
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    opened = OneFile()
    write_message(target, READY)
    try:
        while request := read_message(source):
            filename, data, number, seconds = pickle.loads(request)
            signal.setitimer(signal.ITIMER_PROF, seconds)
            # The worker gives up a little earlier, if it is still there.
            signal.alarm(WALL * seconds + GRACE_SECONDS)
            try:
                answer: Answer = opened.read(filename, data, number)
            except DocumentRefusedError as error:
                answer = str(error)
            write_message(target, pickle.dumps(answer))
            signal.alarm(0)
            signal.setitimer(signal.ITIMER_PROF, 0)
    except MemoryError:  # the next document deserves a process that has some
        write_message(target, pickle.dumps(NO_MEMORY.format(megabytes=memory_bytes // 2**20)))


class OneFile:
    """The file that was read last: the next document is likely to be of the same."""

    def __init__(self) -> None:
        self._key: tuple[str, bytes] | None = None
        self._entries: list[Entry] = []

    def read(self, filename: str, data: bytes, number: int) -> ParsedDocument:
        """Return a document of a file. Raises ``DocumentRefusedError`` and what a broken parser raises."""
        key = filename, sha256(data).digest()
        if key != self._key:
            self._entries = find_format(filename, data).entries(data, filename)
            self._key = key
        return self._entries[number].read()


def read_message(source: IO[bytes]) -> bytes:
    """Return the next message, empty when there is none."""
    return source.read(int.from_bytes(source.read(LENGTH_BYTES), "little"))


def write_message(target: IO[bytes], message: bytes) -> None:
    """Send a message."""
    target.write(len(message).to_bytes(LENGTH_BYTES, "little") + message)
    target.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1]))
