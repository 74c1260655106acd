"""What every answer carries: a correlation id and the security headers; and what is measured about it."""

import re
import time
from uuid import uuid4

from opentelemetry import trace
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import observe_request
from api.problems import internal_error, send_problem

CORRELATION_HEADER = "X-Request-ID"
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
MACHINE_PATHS = ("/v1/", "/health/", "/metrics", "/openapi.json")
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'self'; object-src 'none'; base-uri 'self'",
}
FOR_MACHINES = {
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Envelope:
    """ASGI middleware around everything else: correlation id, security headers, duration by route, bugs as 500."""

    def __init__(self, app: ASGIApp, *, encrypted: bool = False) -> None:
        """Wrap ``app``; ``encrypted`` says that browsers come by HTTPS, though a proxy hands plain HTTP on.

        Then the request is taken for what it was: everything behind that looks at its scheme (the cookie's ``Secure``,
        ``Strict-Transport-Security``, addresses in the pages) follows from that.
        """
        self.app = app
        self._encrypted = encrypted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; headers are added when the answer starts, the duration is taken when it ends."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if self._encrypted:
            scope["scheme"] = "https"
        correlation_id = _correlation_id(scope)
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        started, status = time.perf_counter(), 0

        async def send_enveloped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(scope, message, correlation_id)
            await send(message)

        try:
            await self.app(scope, receive, send_enveloped)
        except Exception as error:
            problem = internal_error(error, correlation_id)
            if status:
                raise  # the answer has begun: only cutting the connection tells the client
            await send_problem(scope, receive, send_enveloped, problem)
        finally:
            observe_request(scope, status or 500, time.perf_counter() - started)
        return None


def _correlation_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(CORRELATION_HEADER, "")
    if GIVEN_ID.fullmatch(given):
        return given
    span = trace.get_current_span().get_span_context()
    return trace.format_trace_id(span.trace_id) if span.is_valid else uuid4().hex


def _add_headers(scope: Scope, message: Message, correlation_id: str) -> None:
    headers = MutableHeaders(scope=message)
    headers[CORRELATION_HEADER] = correlation_id
    wanted = {**EVERYWHERE, **FOR_MACHINES} if scope["path"].startswith(MACHINE_PATHS) else EVERYWHERE
    for name, value in wanted.items():
        headers.setdefault(name, value)
    if scope.get("scheme") == "https":
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
