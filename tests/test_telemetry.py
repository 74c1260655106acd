"""Traces, logs, metrics and probes: what is told, and what is kept back."""

import asyncio
import json
import logging
import socket
import struct
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families
from temporalio.contrib.opentelemetry import create_tracer_provider

from activities import logs, metrics, spans, telemetry
from activities.metrics_page import metrics_page
from activities.probes import DEGRADED, ProbeServer

FORMATTER = logs.JsonFormatter("test")


def line(message: str, *args: object, error: BaseException | None = None) -> dict[str, object]:
    """What the formatter makes of one record."""
    info = (type(error), error, error.__traceback__) if error else None
    return json.loads(FORMATTER.format(logging.LogRecord("name", logging.INFO, "file", 1, message, args, info)))


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Spans of this test, without a collector."""
    exporter = InMemorySpanExporter()
    provider = create_tracer_provider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(spans, "_tracer", provider.get_tracer("test"))
    return exporter


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_traces_go_out_only_where_the_standard_variables_say(environment: dict[str, str], wanted: bool) -> None:
    assert telemetry.tracing_wanted(environment) is wanted


def test_without_an_endpoint_temporal_gets_no_plugin() -> None:
    assert telemetry.Telemetry().temporal_plugins() == []


@pytest.fixture
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """An OTLP receiver: its address, and what it got."""
    got: list[ExportTraceServiceRequest] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()


async def test_a_process_sends_its_spans_by_otlp_under_its_service_name(
    collector: tuple[str, list[ExportTraceServiceRequest]],
) -> None:
    address, got = collector
    program = (
        "from activities import spans, telemetry\n"
        "t = telemetry.set_up('holdfast-test')\n"
        "assert len(t.temporal_plugins()) == 1\n"
        "with spans.retrieval('company'): pass\n"
        "t.shut_down()\n"
    )
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-c", program], env={"OTEL_EXPORTER_OTLP_ENDPOINT": address, "PYTHONPATH": "."}
    )

    assert await process.wait() == 0
    resource = got[0].resource_spans[0]
    names = {item.key: item.value.string_value for item in resource.resource.attributes}
    assert names["service.name"] == "holdfast-test"
    assert resource.scope_spans[0].spans[0].name == "retrieval company"


def test_a_model_call_is_a_client_span_in_genai_terms_and_its_tokens_are_counted(
    exported: InMemorySpanExporter,
) -> None:
    before = metrics.MODEL_TOKENS.labels("tiny", "output")._value.get()

    with logs.about("c1"), spans.model_call("chat", "ollama", "tiny") as opened:
        spans.set_response(opened, "tiny", input_tokens=7, output_tokens=3, finish_reason="stop")

    (span,) = exported.get_finished_spans()
    assert span.name == "chat tiny"
    assert span.kind is trace.SpanKind.CLIENT
    assert span.attributes is not None
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "ollama",
        "gen_ai.request.model": "tiny",
        "gen_ai.response.model": "tiny",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 3,
        "gen_ai.conversation.id": "c1",
    }
    assert metrics.MODEL_TOKENS.labels("tiny", "output")._value.get() == before + 3


def test_a_failed_span_keeps_the_errors_type_and_never_its_message(exported: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="my secret"), spans.retrieval("refund"):
        raise ValueError("my secret")

    (span,) = exported.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes is not None
    assert span.attributes["error.type"] == "builtins.ValueError"
    assert "my secret" not in span.to_json()


def test_a_log_line_names_its_trace_and_its_conversation() -> None:
    provider = create_tracer_provider(shutdown_on_exit=False)
    with provider.get_tracer("test").start_as_current_span("outer") as outer, logs.about("c42"):
        written = line("step %s done", "retrieve")

    assert written["message"] == "step retrieve done"
    assert written["conversation_id"] == "c42"
    assert written["trace_id"] == f"{outer.get_span_context().trace_id:032x}"
    assert "conversation_id" not in line("later")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("mail ann.o'hara+x@example.co.uk now", "mail ann.o'<EMAIL> now"),
        ("card 4111 1111 1111 1111.", "card <NUMBER>."),
        ("call +44 20 7946 0958", "call <PHONE>"),
        ("to GB33BUKB20201555555555", "to <IBAN>"),
        ("at 127.0.0.1:7233 on 2026-11-21 00:49:28", "at 127.0.0.1:7233 on 2026-11-21 00:49:28"),
        ("id 8d5c1e1c-9a4e-4a8b-8f07-3b2f6f1f2a11.3", "id 8d5c1e1c-9a4e-4a8b-8f07-3b2f6f1f2a11.3"),
    ],
)
def test_a_log_line_loses_personal_identifiers_and_keeps_the_rest(text: str, kept: str) -> None:
    assert line("%s", text)["message"] == kept


def test_a_logged_exception_keeps_type_and_stack_but_not_what_a_customer_wrote() -> None:
    try:
        try:
            raise ConnectionRefusedError(111, "refused")
        except ConnectionRefusedError as cause:
            raise ValueError("my name is Ann") from cause
    except ValueError as error:
        written = line("failed", error=error)

    assert "Ann" not in json.dumps(written)
    assert isinstance(written["error"], dict)
    assert written["error"]["type"] == "builtins.ValueError"
    assert written["error"]["cause"]["message"] == "[Errno 111] refused"
    assert "test_telemetry.py" in written["error"]["stack"][0]


def test_a_step_that_fails_is_timed_and_counted_by_its_error() -> None:
    errors = metrics.STEP_ERRORS.labels("test_step", "KeyError")
    before = errors._value.get()

    with pytest.raises(KeyError), metrics.step("test_step"):
        raise KeyError

    assert errors._value.get() == before + 1
    assert metrics.STEP_SECONDS.labels("test_step")._sum.get() > 0


def get(url: str) -> tuple[int, str]:
    """Status and body of a GET."""
    try:
        with urllib.request.urlopen(url, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


async def test_the_probes_say_what_is_wrong_and_ready_follows_it() -> None:
    checks = {"temporal": "ok", "index": "no answer"}

    async def ready() -> dict[str, str]:
        return checks

    probes = ProbeServer("127.0.0.1", 0, ready)
    probes.start()
    url = f"http://127.0.0.1:{probes.port}"
    try:
        assert (await asyncio.to_thread(get, f"{url}/health/live"))[0] == 200
        status, body = await asyncio.to_thread(get, f"{url}/health/ready")
        assert status == 503
        assert json.loads(body)["checks"] == checks
        checks["index"] = f"{DEGRADED}one half is damaged"
        status, body = await asyncio.to_thread(get, f"{url}/health/ready")
        assert (status, json.loads(body)["status"]) == (200, "degraded")
        checks["index"] = "ok"
        assert (await asyncio.to_thread(get, f"{url}/health/ready"))[0] == 200
        assert (await asyncio.to_thread(get, f"{url}/nowhere"))[0] == 404
    finally:
        probes.stop()


async def test_a_readiness_look_that_raises_is_not_ready() -> None:
    async def ready() -> dict[str, str]:
        raise ConnectionError("db://user:password@host")

    probes = ProbeServer("127.0.0.1", 0, ready)
    status, _, body = await asyncio.to_thread(probes.answer, "/health/ready")
    probes._server.server_close()

    assert status == 503
    assert json.loads(body)["checks"] == {"check": "ConnectionError"}


async def test_nobody_listening_for_the_answer_is_no_error_of_the_probes(capfd: pytest.CaptureFixture[str]) -> None:
    asked, left = threading.Event(), threading.Event()

    async def ready() -> dict[str, str]:
        asked.set()
        await asyncio.to_thread(left.wait)
        return {"wide": "x" * 10_000_000}

    def ask_and_leave(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET /health/ready HTTP/1.0\r\n\r\n")
            asked.wait()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # an abrupt end
        left.set()

    probes = ProbeServer("127.0.0.1", 0, ready)
    probes.start()
    await asyncio.to_thread(ask_and_leave, probes.port)
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            await asyncio.to_thread(thread.join)
    probes.stop()

    assert "Traceback" not in capfd.readouterr().err


async def test_one_page_tells_the_samples_of_two_processes_apart() -> None:
    async def ready() -> dict[str, str]:
        return {}

    metrics.TURNS.labels("answered", "embedded").inc()
    own = CollectorRegistry()
    Counter("support_turns", "Own", ["outcome", "engine"], registry=own).labels("answered", "embedded").inc(2)
    probes = ProbeServer("127.0.0.1", 0, ready, sources={"inner": "http://127.0.0.1:9/metrics"})
    probes.start()
    sources = {"sdk": f"http://127.0.0.1:{probes.port}/metrics", "gone": "http://127.0.0.1:9/metrics"}
    page = (await asyncio.to_thread(metrics_page, "api", sources, own, patience=60)).decode()
    probes.stop()

    families = {family.name: family for family in text_string_to_metric_families(page)}
    counted = {s.labels["process"]: s.value for s in families["support_turns"].samples if s.name.endswith("_total")}
    assert counted["api"] == 2
    assert counted["worker"] >= 1
    up = {sample.labels["process"]: sample.value for sample in families["support_metrics_source_up"].samples}
    assert up == {"sdk": 1, "gone": 0, "inner": 0}
    assert page.count("# TYPE support_metrics_source_up") == 1
    assert page.count("# TYPE support_turns_total") == 1
