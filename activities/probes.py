"""A worker's door for machines: ``/health/live``, ``/health/ready``, ``/health/startup`` and ``/metrics``.

It answers from a thread of its own, so that a stalled event loop is seen as one and not as a silent port.
"""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

from prometheus_client import CONTENT_TYPE_LATEST

from activities.metrics_page import metrics_page

PATIENCE_SECONDS = 2.0
"""How long the event loop may take for one look before the worker counts as stuck."""

Checks = Mapping[str, str]
"""``ok`` or what is wrong, by the name of what was looked at."""
DEGRADED = "degraded: "
"""Begins what is wrong when questions are answered all the same."""
Standing = Literal["ok", "degraded", "unavailable"]


def standing(checks: Checks) -> Standing:
    """Return what the checks come to: ``degraded`` when nothing is wrong that keeps questions from being answered."""
    wrong = [state for state in checks.values() if state != "ok"]
    if not all(state.startswith(DEGRADED) for state in wrong):
        return "unavailable"
    return "degraded" if wrong else "ok"


class ProbeServer:
    """Serves the probes of the process whose event loop runs when it is made.

    ``ready`` looks at what the process needs; it runs on the event loop. ``sources`` are URLs of further metrics
    pages (Temporal's runtime) by the value of their ``process`` label. Raises ``OSError`` when the port is taken.
    """

    def __init__(
        self,
        host: str,
        port: int,
        ready: Callable[[], Awaitable[Checks]],
        *,
        process: str = "worker",
        sources: Mapping[str, str] | None = None,
    ) -> None:
        """Bind the port; nothing is answered before ``start``."""
        self._loop = asyncio.get_running_loop()
        self._ready = ready
        self._process = process
        self._sources = dict(sources or {})
        self._server = ThreadingHTTPServer((host, port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, name="probes", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more and give the port back."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Return status, content type and body for ``path``; called from the server's threads."""
        if path == "/metrics":
            return HTTPStatus.OK, CONTENT_TYPE_LATEST, metrics_page(self._process, self._sources)
        looks = {"/health/live": _alive, "/health/ready": self._ready, "/health/startup": self._ready}
        if path not in looks:
            return _problem(HTTPStatus.NOT_FOUND, {"path": "unknown"})
        try:
            checks = asyncio.run_coroutine_threadsafe(_run(looks[path]), self._loop).result(PATIENCE_SECONDS)
        except FutureTimeoutError:
            checks = {"event_loop": f"no answer in {PATIENCE_SECONDS} s"}
        good = standing(checks) != "unavailable"
        return _problem(HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE, checks)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        probes = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body = probes.answer(self.path.partition("?")[0])
                with suppress(ConnectionError):  # whoever asked no longer waits
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Keep probes out of the log."""

        return Handler


async def _run(look: Callable[[], Awaitable[Checks]]) -> Checks:
    try:
        return await look()
    except Exception as error:
        return {"check": type(error).__name__}


async def _alive() -> Checks:
    return {"event_loop": "ok"}


def _problem(status: HTTPStatus, checks: Checks) -> tuple[int, str, bytes]:
    body = {"status": standing(checks), "checks": dict(checks)}
    return status, "application/json", json.dumps(body).encode()
