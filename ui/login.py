"""Log-in and log-out: plain HTML that works without scripts, and the session cookie."""

from collections.abc import Callable
from html import escape
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ui import words
from ui.client import Api, ApiError
from ui.contract import DESK_ROLES, Person
from ui.sessions import SESSION_COOKIE, Sessions
from ui.theme import ASSETS, ICON

CONTENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "no-store"}


Vouch = Callable[[str], str]
"""Signs for a browser's address, so that the API counts its log-ins and not those of the pages."""


def make_router(api: Api, sessions: Sessions, vouch: Vouch | None = None) -> APIRouter:
    """Return the routes for people who are not logged in yet, or not any more."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/login")
    async def show(next: str = "", left: bool = False) -> HTMLResponse:
        return HTMLResponse(form(after=local(next), note=words.LOGGED_OUT if left else ""), headers=HEADERS)

    @router.post("/login")
    async def log_in(
        request: Request,
        username: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "",
    ) -> Response:
        if not username.strip() or not password:
            return HTMLResponse(form(username, local(next), words.LOG_IN_MISSING), 422, HEADERS)
        try:
            visitor = vouch(request.client.host) if vouch and request.client else ""
            token = await api.log_in(username.strip(), password, visitor)
            person = await api.caller(token).me()
        except ApiError as error:
            status = error.status if error.status in (401, 422, 429) else 503
            return HTMLResponse(form(username, local(next), words.explain_log_in(error)), status, HEADERS)
        response = RedirectResponse(local(next) or home(person), 303, HEADERS)
        secure = request.url.scheme == "https"
        response.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="strict", secure=secure, path="/")
        return response

    @router.post("/logout")
    async def log_out(request: Request) -> Response:
        sessions.forget(request.cookies.get(SESSION_COOKIE, ""))
        response = RedirectResponse("/login?left=true", 303, HEADERS)
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="strict", path="/")
        return response

    @router.get("/favicon.ico")
    async def icon() -> Response:
        return Response(unquote(ICON.partition(",")[2]), media_type="image/svg+xml")

    @router.get("/")
    async def start(request: Request) -> Response:
        try:
            person = await sessions.person(request.cookies.get(SESSION_COOKIE, ""))
        except ApiError:
            return HTMLResponse(unavailable(), 503, HEADERS)
        return RedirectResponse(home(person) if person else "/login", 303, HEADERS)

    return router


def home(person: Person) -> str:
    """Return where a person's work is."""
    return "/desk/" if person.role in DESK_ROLES else "/chat/"


def local(path: str) -> str:
    """Return a path of ours to go to after the log-in; empty for anything that could lead elsewhere."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours and "\\" not in path else ""


def page(body: str, title: str = words.LOG_IN) -> str:
    """Return a whole page around ``body``."""
    styles = "".join((ASSETS / name).read_text(encoding="utf-8") for name in ("tokens.css", "login.css"))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · {words.PRODUCT}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="{ICON}">'
        f"<style>{styles}</style></head><body><main>{body}</main></body></html>"
    )


def form(username: str = "", after: str = "", problem: str = "", note: str = "") -> str:
    """Return the log-in page; the password is never put back."""
    told = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    told += f'<p class="note" role="status">{escape(note)}</p>' if note else ""
    focus = ("", " autofocus") if username else (" autofocus", "")
    script = (ASSETS / "login.js").read_text(encoding="utf-8")
    return page(
        f'<div class="brand"><span class="mark"></span>{words.PRODUCT}</div>'
        f"<h1>{words.LOG_IN}</h1><p class=lead>{words.LOG_IN_LEAD}</p>{told}"
        f'<form method="post" action="/login"><input type="hidden" name="next" value="{escape(after)}">'
        f'<label>{words.USERNAME}<input name="username" autocomplete="username" autocapitalize="none" '
        f'spellcheck="false" maxlength="120" required value="{escape(username)}"{focus[0]}></label>'
        f'<label>{words.PASSWORD}<input name="password" type="password" autocomplete="current-password" '
        f'maxlength="256" required{focus[1]}></label><button type="submit">{words.LOG_IN}</button></form>'
        f"<script>{script}</script>"
    )


def forbidden(title: str, told: str, person: Person) -> str:
    """Return the page for who is logged in and may not see a page: whom it is for, and the way to their own."""
    way = words.TO_DESK if person.role in DESK_ROLES else words.TO_CHAT
    told = told.format(name=person.name)
    return page(
        f'<div class="brand"><span class="mark"></span>{words.PRODUCT}</div><h1>{title}</h1>'
        f'<p class="lead">{escape(told)}</p><a class="button" href="{home(person)}">{way}</a>'
        f'<form method="post" action="/logout"><button class="quiet">{words.LOG_OUT}</button></form>',
        title,
    )


def astray(title: str, told: str) -> str:
    """Return the page for an address that has nothing to show, whoever asks: what is wrong, and where to go on."""
    return page(
        f'<div class="brand"><span class="mark"></span>{words.PRODUCT}</div><h1>{title}</h1>'
        f'<p class="lead">{told}</p><a class="button" href="/chat/">{words.TO_CHAT}</a>'
        f'<a class="button quiet" href="/desk/">{words.TO_DESK}</a>',
        title,
    )


def unavailable() -> str:
    """Return the page for when nobody can be recognised; it tries again by itself."""
    return page(
        f'<div class="brand"><span class="mark"></span>{words.PRODUCT}</div><h1>{words.AWAY_TITLE}</h1>'
        f'<p class="lead">{words.LOG_IN_DOWN}</p><meta http-equiv="refresh" content="3">',
        words.AWAY_TITLE,
    )
