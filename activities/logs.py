"""Logs as one JSON object a line, with trace and conversation ids and without personal data."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from opentelemetry import trace
from temporalio import activity, workflow

_conversation: ContextVar[str] = ContextVar("conversation", default="")

PERSONAL = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<EMAIL>"),
    (re.compile(r"(?<![\w-])(?:\d[ -]?){12,18}\d(?![\w-])"), "<NUMBER>"),
    (re.compile(r"(?<!\w)\+\d[\d ().-]{7,}\d"), "<PHONE>"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), "<IBAN>"),
)
"""A net below the rule that no log line holds a customer's text: what slips through loses its plain identifiers."""
NOISY = ("httpx", "httpcore", "chromadb", "alembic.runtime", "presidio-analyzer", "tldextract", "filelock")


@contextmanager
def about(conversation_id: str) -> Iterator[None]:
    """Put ``conversation_id`` on every log line written inside."""
    token = _conversation.set(conversation_id)
    try:
        yield
    finally:
        _conversation.reset(token)


def conversation_id() -> str:
    """Return the conversation this code works on: named by ``about``, or that of the running workflow or activity."""
    if named := _conversation.get():
        return named
    workflow_id = ""
    if activity.in_activity():
        workflow_id = activity.info().workflow_id or ""
    elif workflow.in_workflow():
        workflow_id = workflow.info().workflow_id
    kind, _, name = workflow_id.partition(":")
    return name if kind == "conversation" else ""


def scrub(text: str) -> str:
    """Return ``text`` with e-mail addresses, card, account and phone numbers replaced by marks."""
    for pattern, mark in PERSONAL:
        text = pattern.sub(mark, text)
    return text


class JsonFormatter(logging.Formatter):
    """One JSON object a record. Of an exception it keeps type and stack; messages may quote what people wrote."""

    def __init__(self, service: str) -> None:
        """Take the ``service`` named on every line."""
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line |= {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
        if about_id := conversation_id():
            line["conversation_id"] = about_id
        if record.exc_info and record.exc_info[1]:
            line["error"] = _error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _error(error: BaseException) -> dict[str, Any]:
    """Describe an exception: the system's own messages are kept, all others may quote a customer."""
    frames = traceback.extract_tb(error.__traceback__)
    stack = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    described: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}", "stack": stack}
    if isinstance(error, OSError):
        described["message"] = scrub(str(error))
    if error.__cause__:
        described["cause"] = _error(error.__cause__)
    return described


def set_up(service: str, level: str) -> None:
    """Make JSON on standard error the only log of this process, at ``level`` and above."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # An evicted workflow's spans are closed in another context than they were opened in; nothing is lost by it.
    logging.getLogger("opentelemetry.context").setLevel(logging.CRITICAL)
