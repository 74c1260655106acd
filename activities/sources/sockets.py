"""The guards of ``network.py`` for libraries on urllib3: where they connect, how much they read, and for how long."""

import contextlib
import io
import socket
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator
from ipaddress import ip_address
from typing import Any

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from activities.sources.connector import SourceRefusedError, SourceUnavailableError
from activities.sources.network import ANSWER_SECONDS, is_public, wait_of

PIECE_BYTES = 64 * 1024
MAX_REQUESTS = 10_000
"""Of one opening: a listing of ten million objects."""
MAX_SAME = 3


class GuardedPools(PoolManager):
    """Refuses private addresses but those of the hosts ``allowed``, answers above ``max_bytes``, and endless ones.

    The connected address is looked at before a byte is sent. Redirects are not followed.
    """

    def __init__(self, allowed: Collection[str], max_bytes: int, **options: Any) -> None:
        super().__init__(**options)
        self._max_bytes = max_bytes
        self.pool_classes_by_scheme = _pool_classes(allowed)
        self._asked = Counter[str]()

    def urlopen(self, method: str, url: str, *args: Any, **kw: Any) -> BaseHTTPResponse:
        """Return an answer that has been read. Raises ``SourceRefusedError`` and ``SourceUnavailableError``."""
        self._count(url)
        until = time.monotonic() + ANSWER_SECONDS
        answer = super().urlopen(method, url, **{**kw, "redirect": False, "preload_content": False})
        place = url.partition("?")[0]
        try:
            asked = answer.headers.get("Retry-After", "")
            if answer.status in {429, 503}:
                raise SourceUnavailableError(f"{place} answers {answer.status}", wait_of(asked) if asked else None)
            body = self._read(answer, place, until)
            answer.release_conn()
        finally:
            answer.close()
        return HTTPResponse(
            io.BytesIO(body), answer.headers, answer.status, reason=answer.reason,
            preload_content=False, decode_content=False,
        )  # fmt: skip

    def _count(self, url: str) -> None:
        """Notice a listing that goes round in circles or never ends."""
        self._asked[url] += 1
        if self._asked[url] > MAX_SAME or self._asked.total() > MAX_REQUESTS:
            raise SourceRefusedError("its listing goes round or has no end")

    def _read(self, answer: BaseHTTPResponse, place: str, until: float) -> bytes:
        body = bytearray()
        while piece := answer.read1(PIECE_BYTES, decode_content=True):
            body += piece
            if len(body) > self._max_bytes:
                raise SourceRefusedError(f"{place} has more than {self._max_bytes:,} bytes")
            if time.monotonic() > until:
                raise _endless(place)
        return bytes(body)


def _endless(place: str) -> SourceUnavailableError:
    return SourceUnavailableError(f"{place} has not ended its answer within {ANSWER_SECONDS:g} seconds")


def _pool_classes(allowed: Collection[str]) -> dict[str, Any]:
    def check(connected: socket.socket, host: str, port: int) -> socket.socket:
        address = str(connected.getpeername()[0])
        if not {host.lower(), f"{host.lower()}:{port}"} & set(allowed) and not is_public(ip_address(address)):
            connected.close()
            raise SourceRefusedError(f"{host!r} is a private address; HOLDFAST_SOURCE_PRIVATE_HOSTS allows such hosts")
        return connected

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return check(super()._new_conn(), self.host, self.port)

        def getresponse(self) -> Any:
            with _ended_in_time(self.sock, self.host):
                return super().getresponse()

    class Encrypted(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return check(super()._new_conn(), self.host, self.port)

        def getresponse(self) -> Any:
            with _ended_in_time(self.sock, self.host):
                return super().getresponse()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}


@contextlib.contextmanager
def _ended_in_time(connected: socket.socket, host: str) -> Iterator[None]:
    """End a connection whose headers drip: each byte is in time, and there is no end of them."""
    late = threading.Event()

    def end() -> None:
        late.set()
        with contextlib.suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(ANSWER_SECONDS, end)
    watch.daemon = True
    watch.start()
    try:
        yield
    except Exception:
        if not late.is_set():
            raise
    finally:
        watch.cancel()
    if late.is_set():  # headers that were cut off may look whole
        raise _endless(host)
