"""Spans in the GenAI semantic conventions of OpenTelemetry; never the text of a message.

Convention: https://github.com/open-telemetry/semantic-conventions-genai (in development).
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Literal

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.util.types import AttributeValue

from activities import logs, metrics

EMBEDDING_MODEL = "all-MiniLM-L6-v2"
Attributes = Mapping[str, AttributeValue]
_tracer = trace.get_tracer("holdfast")


@contextmanager
def span(name: str, attributes: Attributes, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Span]:
    """Open a span that names the conversation; an exception leaves its type on it and not its message."""
    known = {"gen_ai.conversation.id": conversation} if (conversation := logs.conversation_id()) else {}
    with _tracer.start_as_current_span(
        name, kind=kind, attributes={**known, **attributes}, record_exception=False, set_status_on_exception=False
    ) as opened:
        try:
            yield opened
        except BaseException as error:
            opened.set_attribute("error.type", f"{type(error).__module__}.{type(error).__qualname__}")
            opened.set_status(Status(StatusCode.ERROR))
            raise


@contextmanager
def model_call(
    operation: Literal["chat", "embeddings"], provider: str, model: str, asked: Attributes | None = None
) -> Iterator[Span]:
    """Trace and time one call of a model; add its answer with ``set_response``. ``asked`` has further attributes."""
    names = {"gen_ai.operation.name": operation, "gen_ai.provider.name": provider, "gen_ai.request.model": model}
    attributes = {**names, **(asked or {})}
    started = time.perf_counter()
    try:
        with span(f"{operation} {model}", attributes, SpanKind.CLIENT) as opened:
            yield opened
    finally:
        metrics.MODEL_SECONDS.labels(operation, model).observe(time.perf_counter() - started)


def embedding() -> AbstractContextManager[Span]:
    """Trace and time one call of the embedding model, which runs in this process."""
    return model_call("embeddings", "holdfast", EMBEDDING_MODEL)


def set_response(
    opened: Span, model: str, *, input_tokens: int = 0, output_tokens: int = 0, finish_reason: str = ""
) -> None:
    """Put what the model reported on its span, and count its tokens."""
    opened.set_attribute("gen_ai.response.model", model)
    if finish_reason:
        opened.set_attribute("gen_ai.response.finish_reasons", [finish_reason])
    for kind, count in (("input", input_tokens), ("output", output_tokens)):
        opened.set_attribute(f"gen_ai.usage.{kind}_tokens", count)
        metrics.MODEL_TOKENS.labels(model, kind).inc(count)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Trace and time one attempt of a step of a turn."""
    with span(f"step {name}", {}), metrics.step(name):
        yield


def retrieval(source: str) -> AbstractContextManager[Span]:
    """Open the span of one search in ``source``."""
    return _operation("retrieval", "gen_ai.data_source.id", source)


def _operation(operation: str, key: str, value: str) -> AbstractContextManager[Span]:
    return span(f"{operation} {value}", {"gen_ai.operation.name": operation, key: value})
