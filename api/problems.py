"""RFC 9457 problem details: every error that leaves this door has one shape and tells nothing internal."""

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from activities.ports import KnowledgeUnavailableError
from activities.records.database import DatabaseUnavailableError
from api.schemas import Problem
from workflows.client import Refused, TemporalUnavailableError

UNAVAILABLE = (TemporalUnavailableError, DatabaseUnavailableError, KnowledgeUnavailableError, TimeoutError)
MEDIA_TYPE = "application/problem+json"
TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""The names of RFC 9110; Python's own differ from version to version."""
logger = logging.getLogger(__name__)


class ProblemError(Exception):
    """An expected failure: ``slug`` names the kind, ``detail`` says what was wrong and what to do."""

    def __init__(
        self, status: int, slug: str, detail: str, *, headers: Mapping[str, str] | None = None, **extensions: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.detail = detail
        self.headers = dict(headers or {})
        self.extensions = extensions


def not_found(what: str) -> ProblemError:
    """Return the one 404 that hidden and absent things share; ``what`` is a noun, never an id."""
    return ProblemError(404, "not-found", f"There is no such {what}, or it is not yours to see.")


def forbidden(detail: str) -> ProblemError:
    """Return a 403 with the reason in words."""
    return ProblemError(403, "forbidden", detail)


def invalid(detail: str, **extensions: Any) -> ProblemError:
    """Return a 422 with the reason in words."""
    return ProblemError(422, "invalid-request", detail, **extensions)


def unavailable(detail: str, retry_after_seconds: int = 2) -> ProblemError:
    """Return a 503 that says when to come back."""
    return ProblemError(503, "unavailable", detail, headers={"Retry-After": str(retry_after_seconds)})


def too_many(detail: str, retry_after_seconds: int) -> ProblemError:
    """Return a 429 that says when to come back."""
    return ProblemError(429, "too-many-requests", detail, headers={"Retry-After": str(max(1, retry_after_seconds))})


def title_of(status: int) -> str:
    """Return the standard's name of a status."""
    return TITLES.get(status) or HTTPStatus(status).phrase


def problem_response(scope: Scope, error: ProblemError) -> JSONResponse:
    """Render one problem, with the request's path as instance and its correlation id."""
    body = {
        "type": f"urn:holdfast:problem:{error.slug}",
        "title": title_of(error.status),
        "status": error.status,
        "detail": error.detail,
        "instance": scope["path"],
        "correlation_id": scope.get("state", {}).get("correlation_id", ""),
        **error.extensions,
    }
    return JSONResponse(body, error.status, error.headers, MEDIA_TYPE)


async def send_problem(scope: Scope, receive: Receive, send: Send, error: ProblemError) -> None:
    """Answer from a middleware, where no exception handler listens."""
    await problem_response(scope, error)(scope, receive, send)


def install_problem_handlers(app: FastAPI) -> None:
    """Replace every error answer of the framework, its own 422 included."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(Refused, _on_refused)
    for kind in UNAVAILABLE:
        app.add_exception_handler(kind, _on_unavailable)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)


def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)
    return problem_response(request.scope, error)


def _on_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return problem_response(request.scope, refusal_problem(error))


def refusal_problem(refusal: Refused) -> ProblemError:
    """Return the problem that a workflow's refusal becomes; a hidden conversation is an absent one."""
    if refusal.status == 404:
        return not_found("conversation")
    slug = re.sub(r"(?<!^)(?=[A-Z])", "-", refusal.kind).lower()
    headers = {"Retry-After": "2"} if refusal.status == 429 else {}
    message = refusal.message[:1].upper() + refusal.message[1:]
    return ProblemError(refusal.status, slug, f"{message}.", headers=headers)


def _on_unavailable(request: Request, error: Exception) -> JSONResponse:
    logger.warning("a service is unavailable: %s, correlation id %s", error, request.state.correlation_id)
    detail = "A part that this needs does not answer now; nothing is lost, send the same request again."
    return problem_response(request.scope, unavailable(detail))


def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    slug = title_of(error.status_code).lower().replace(" ", "-")
    details = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    detail = details.get(error.status_code, str(error.detail))
    return problem_response(request.scope, ProblemError(error.status_code, slug, detail, headers=error.headers))


def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # Only where and why: the input itself may be personal or hostile, so it is never echoed.
    errors = [{"pointer": pointer(item["loc"]), "detail": words(item["msg"])} for item in error.errors()[:20]]
    detail = "; ".join(f"{item['pointer']}: {item['detail']}" for item in errors[:5])
    return problem_response(request.scope, invalid(detail, errors=errors))


def pointer(location: tuple[str | int, ...]) -> str:
    """Return where in a request something is wrong, as in ``body/metadata/ticket``."""
    return "/".join(str(part)[:64] for part in location)


def words(message: str) -> str:
    """Return what pydantic says, without the name that it gives to errors of our own."""
    return message.removeprefix("Value error, ")


def internal_error(error: Exception, correlation_id: str) -> ProblemError:
    """Log a bug and return the 500 problem that tells nothing of it but the number to ask for."""
    logger.error("unhandled error, correlation id %s", correlation_id, exc_info=error)
    detail = "Something failed on our side. Try again; if it stays, give the correlation id to the operator."
    return ProblemError(500, "internal-error", detail)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare on a route which problems it answers with, for OpenAPI."""
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {
        status: {"description": title_of(status), "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted(statuses)
    }
