"""Sets up what a process tells about itself: traces, Temporal's own metrics, JSON logs.

Traces go out by OTLP over HTTP as the standard ``OTEL_*`` variables say, and are off without an endpoint.
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from temporalio.contrib.opentelemetry import OpenTelemetryPlugin, ReplaySafeTracerProvider, create_tracer_provider
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from activities import logs

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


@dataclass(frozen=True)
class Telemetry:
    """What ``set_up`` made; without a provider nothing is traced."""

    provider: ReplaySafeTracerProvider | None = None

    def temporal_plugins(self) -> list[OpenTelemetryPlugin]:
        """Return the plugins for ``Client.connect``; the client's workers inherit them, never give them both."""
        return [OpenTelemetryPlugin(add_temporal_spans=True)] if self.provider else []

    def shut_down(self) -> None:
        """Send the spans that are still held; call it last."""
        if self.provider:
            self.provider.force_flush()


def set_up(service: str, *, log_level: str = "INFO") -> Telemetry:
    """Send this process's logs to standard error as JSON and its spans to the collector, when one is configured.

    ``service`` is the ``service.name`` unless ``OTEL_SERVICE_NAME`` says otherwise. A second call in one process
    keeps the first tracer provider: OpenTelemetry allows one.
    """
    name = os.environ.get("OTEL_SERVICE_NAME") or service
    logs.set_up(name, log_level)
    if not tracing_wanted(os.environ):
        return Telemetry()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, ReplaySafeTracerProvider):
        provider = create_tracer_provider(resource=Resource.create({"service.name": name}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
    return Telemetry(provider)


def tracing_wanted(environment: Mapping[str, str]) -> bool:
    """Return whether an OTLP endpoint is named and neither the SDK nor the traces are switched off."""
    disabled = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    exported = environment.get("OTEL_TRACES_EXPORTER", "otlp") != "none"
    return exported and not disabled and any(environment.get(name) for name in ENDPOINTS)


def temporal_runtime(port: int = 0, host: str = "127.0.0.1") -> Runtime:
    """Return a runtime for ``Client.connect`` whose own log lines go through this process's logs, as JSON.

    With a ``port`` it serves the SDK's own metrics at ``http://host:port/metrics``; their names follow Prometheus:
    seconds, unit and ``_total`` suffixes.
    """
    metrics = PrometheusConfig(
        bind_address=f"{host}:{port}", counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
    )
    return Runtime(telemetry=TelemetryConfig(logging=_sdk_logs(), metrics=metrics if port else None))


def _sdk_logs() -> LoggingConfig:
    """The SDK writes plain text to standard error by itself, which tears lines of JSON apart."""
    forwarding = LogForwardingConfig(logging.getLogger("temporalio"), prepend_target_on_message=False)
    return LoggingConfig(TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding)
