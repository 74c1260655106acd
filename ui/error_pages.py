"""What a browser shows when something fails: a page of ours in place of an answer that is meant for programs."""

from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import login, words
from ui.gate import under

FOR_PROGRAMS = ("/v1", "/health", "/metrics", "/openapi.json")
"""Errors have one shape there, whoever asks."""
REPLACED_HEADERS = ("content-type", "content-length")


class ErrorPages:
    """ASGI middleware around the pages: errors become pages for browsers, and Gradio's faults reach who tells of them.

    When Gradio fails it answers with plain text and raises again. The plain text is withheld, so that what stands
    around the pages answers as it does for every other fault.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an error that was withheld is answered when ``app`` is done with it."""
        if scope["type"] != "http" or under(scope["path"], *FOR_PROGRAMS):
            return await self.app(scope, receive, send)
        browser = prefers_page(Headers(scope=scope).get("accept", ""))
        withheld: Message | None = None

        async def send_unless_withheld(message: Message) -> None:
            nonlocal withheld
            if message["type"] == "http.response.start" and _is_replaced(message, browser):
                withheld = message
            if not withheld:
                await send(message)

        try:
            await self.app(scope, receive, send_unless_withheld)
        finally:
            if withheld and browser:
                await _page(withheld)(scope, receive, send)


def prefers_page(accept: str) -> bool:
    """Whether an ``Accept`` header names HTML, and nothing of JSON before it."""
    wishes = [_wish(each) for each in accept.lower().split(",")]
    page = max((weight for kind, weight in wishes if kind == "text/html"), default=0.0)
    data = max((weight for kind, weight in wishes if kind.endswith("json")), default=0.0)
    return page > data


def _wish(item: str) -> tuple[str, float]:
    kind, *parameters = (part.strip() for part in item.split(";"))
    quality = next((each.removeprefix("q=") for each in parameters if each.startswith("q=")), "1")
    try:
        return kind, float(quality)
    except ValueError:
        return kind, 0.0


def _is_replaced(start: Message, browser: bool) -> bool:
    media_type = Headers(raw=start["headers"]).get("content-type", "").partition(";")[0]
    if browser:
        return start["status"] >= HTTPStatus.BAD_REQUEST and media_type != "text/html"
    return start["status"] == HTTPStatus.INTERNAL_SERVER_ERROR and media_type == "text/plain"


def _page(start: Message) -> HTMLResponse:
    status = start["status"]
    headers = MutableHeaders(
        raw=[pair for pair in start["headers"] if pair[0].decode("latin-1") not in REPLACED_HEADERS]
    )
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        title, told = words.NOTHING_HERE_TITLE, words.NOTHING_HERE
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        title, told = words.FAULT_TITLE, words.BROKEN
    else:
        title, told = words.NOT_DONE_TITLE, words.NOT_DONE
    headers.update(login.HEADERS)
    return HTMLResponse(login.astray(title, told), status, headers)
