"""The door of the pages: who is not logged in gets the log-in page, who may not see a page is told so."""

from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import login, words
from ui.client import ApiError
from ui.contract import DESK_ROLES, LEAD_ROLES, Person
from ui.sessions import SESSION_COOKIE, Sessions

CHAT_PATH, DESK_PATH, KNOWLEDGE_PATH, SEARCH_PATH, COSTS_PATH = "/chat", "/desk", "/knowledge", "/search", "/costs"
PAGES = (CHAT_PATH, DESK_PATH, KNOWLEDGE_PATH, SEARCH_PATH, COSTS_PATH)
STAFF_PAGES = (DESK_PATH, KNOWLEDGE_PATH)
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Gradio builds its templates and starts its pages with inline scripts.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class Gate:
    """ASGI middleware in front of the pages; all other paths pass untouched."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self.app = app
        self.sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for who may not pass, and add the pages' headers for who may."""
        if scope["type"] != "http" or not under(scope["path"], *PAGES):
            return await self.app(scope, receive, send)
        refusal = await self._refusal(Request(scope))
        await (refusal or self.app)(scope, receive, guarded(send))
        return None

    async def _refusal(self, request: Request) -> Response | None:
        page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        token = request.cookies.get(SESSION_COOKIE, "")
        try:
            person = await self.sessions.person(token)
        except ApiError:
            # A running page goes on and says itself that the service is away; a new one has nothing to show yet.
            return HTMLResponse(login.unavailable(), 503) if page else self._unasked(token, request.url.path)
        if person is None:
            return self._to_log_in(request) if page else JSONResponse({"detail": words.SESSION_OVER}, 401)
        return not_for(person, request.url.path)

    def _unasked(self, token: str, path: str) -> Response | None:
        """Judge by who it was when that was last known; to pages of some roles nobody else gets."""
        person = self.sessions.remembered(token)
        if person is None and under(path, *STAFF_PAGES, COSTS_PATH):
            return JSONResponse({"detail": words.LOG_IN_DOWN}, 503)
        return not_for(person, path) if person else None

    def _to_log_in(self, request: Request) -> Response:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(wanted, safe='')}", 303)


def under(path: str, *roots: str) -> bool:
    """Whether ``path`` is one of ``roots`` or below one."""
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def not_for(person: Person, path: str) -> Response | None:
    """Return the page that says whom a page is for; None for who may see it."""
    if under(path, *STAFF_PAGES) and person.role not in DESK_ROLES:
        return HTMLResponse(login.forbidden(words.NOT_FOR_YOU_TITLE, words.NOT_FOR_YOU, person), 403)
    if under(path, COSTS_PATH) and person.role not in LEAD_ROLES:
        return HTMLResponse(login.forbidden(words.LEADS_ONLY_TITLE, words.LEADS_ONLY, person), 403)
    return None


def guarded(send: Send) -> Send:
    """Return ``send`` with the pages' security headers added to the answer."""

    async def send_guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = CONTENT_POLICY
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "same-origin"
        await send(message)

    return send_guarded
