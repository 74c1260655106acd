"""What is no HTTP request is answered in the shape of every other error, and an unfinished one is not kept."""

import asyncio
import json
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.problems import MEDIA_TYPE, title_of

MOST_HEAD_BYTES = 64 * 1024
"""Of a request's first line and headers; the parser itself keeps whatever comes."""
HEAD_SECONDS = 30.0
"""Until they have to be there: a connection that says nothing, or a letter now and then, holds its place no longer."""
DETAILS = {
    HTTPStatus.BAD_REQUEST: "This is no HTTP/1.1 request that can be read: look at its method, its first line and its "
    "headers.",
    HTTPStatus.REQUEST_TIMEOUT: f"First line and headers were not there after {HEAD_SECONDS:.0f} seconds.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: f"First line and headers have more than {MOST_HEAD_BYTES} bytes.",
}
SLUGS = {
    HTTPStatus.BAD_REQUEST: "malformed-request",
    HTTPStatus.REQUEST_TIMEOUT: "request-timeout",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "headers-too-large",
}


class ProblemProtocol(HttpToolsProtocol):
    """uvicorn's protocol with bounds for what comes before a body, and problems where it answers by itself."""

    _head_bytes = 0
    _reads_head = True
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what came, and end the connection when it is too much for what comes before a body."""
        super().data_received(data)
        if self._reads_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Begin to count and to wait."""
        super().on_message_begin()
        self._head_bytes, self._reads_head = 0, True
        self._wait_for_head()

    def on_headers_complete(self) -> None:
        """Go on to the body, which has limits of its own."""
        self._reads_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer with a problem and end the connection; ``msg``, uvicorn's own line, says less."""
        self._refuse(HTTPStatus.BAD_REQUEST)

    def _wait_for_head(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        if self._head_bytes:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:  # a connection that a browser has opened in advance
            self.transport.close()

    def _refuse(self, status: HTTPStatus) -> None:
        self._stop_waiting()
        if self.transport.is_closing():
            return
        problem = {
            "type": f"urn:holdfast:problem:{SLUGS[status]}",
            "title": title_of(status),
            "status": status,
            "detail": DETAILS[status],
        }
        body = json.dumps(problem).encode()
        head = (
            f"HTTP/1.1 {status} {status.phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
