"""One `holdfast up` with the sample company for all tests of this folder, traced into a receiver of the test run."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from commands.process import free_port
from commands.runtime import Runtime, read_runtime

PROJECT = Path(__file__).parents[2]
START_SECONDS = 400


@dataclass
class Collector:
    """An OTLP receiver: the spans it got, as ``(service, trace id, name)``."""

    url: str = ""
    spans: list[tuple[str, bytes, str]] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        """Keep the spans of one export."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            names = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [(names["service.name"], span.trace_id, span.name) for span in scope.spans]


@dataclass
class Up:
    """A running `holdfast up`."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def runtime(self) -> Runtime:
        """What runs where, as `up` wrote it last."""
        found = read_runtime(self.folder)
        assert found, self.output.read_text(encoding="utf-8")
        return found


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """A receiver of traces in this process."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    collector.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield collector
    server.shutdown()


@pytest.fixture(scope="session")
async def up(
    tmp_path_factory: pytest.TempPathFactory, collector: Collector, temporal_binary: Path
) -> AsyncIterator[Up]:
    """`holdfast up` on a fresh folder, ready and with the sample company loaded."""
    folder = tmp_path_factory.mktemp("up")
    started = start_up(folder / "data", folder / "output", {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url})
    try:
        await until_ready(started)
        yield started
    finally:
        stop(started)


def start_up(folder: Path, output: Path, environment: dict[str, str]) -> Up:
    """Start `holdfast up`; it is not ready yet."""
    port = free_port()
    words = [sys.executable, "-m", "cli", "up", "--port", str(port), "--data-dir", str(folder)]
    given = {**os.environ, **environment, "HOLDFAST_CHAT_ENGINE": "embedded", "OTEL_BSP_SCHEDULE_DELAY": "200"}
    with output.open("wb") as sink:
        process = subprocess.Popen(
            words, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT, env=given
        )
    return Up(folder, port, process, output)


async def until_ready(up: Up) -> None:
    """Return when `up` says that it is ready. Fails with its output when it ends before."""
    async with asyncio.timeout(START_SECONDS):
        while "Holdfast is ready" not in up.output.read_text(encoding="utf-8"):
            assert up.process.poll() is None, up.output.read_text(encoding="utf-8")
            await asyncio.sleep(0.1)


def stop(up: Up) -> None:
    """End it as Ctrl-C does."""
    if up.process.poll() is None:
        up.process.send_signal(signal.SIGINT)
        up.process.wait(120)


@pytest.fixture(scope="session")
async def http(up: Up) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{up.port}", timeout=120, trust_env=False) as client:
        yield client
