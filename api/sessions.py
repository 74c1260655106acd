"""Keeps a browser's session alive while it is used, up to twelve hours after its log-in."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth import SESSION_COOKIE, start_session
from api.tokens import TokenError, Tokens


class SessionRenewal:
    """ASGI middleware: a request with a token past half of its life gets a fresh one with its answer.

    The person is not looked up here: a token gives no rights by itself, each use of it reads them from records.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the cookie when the answer starts and does not set it itself."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request = Request(scope)
        renewed = _renewed(request)

        async def send_renewed(message: Message) -> None:
            if renewed and message["type"] == "http.response.start" and not _sets_session(message):
                message["headers"] = [*message["headers"], _cookie(renewed, request)]
            await send(message)

        await self.app(scope, receive, send_renewed)
        return None


def _renewed(request: Request) -> str | None:
    tokens: Tokens = request.app.state.services.tokens
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    try:
        return tokens.renew(tokens.read_token(token))
    except TokenError:
        return None


def _cookie(token: str, request: Request) -> tuple[bytes, bytes]:
    response = Response()
    start_session(response, token, request)
    return b"set-cookie", response.headers["set-cookie"].encode("latin-1")


def _sets_session(message: Message) -> bool:
    mark = f"{SESSION_COOKIE}=".encode()
    return any(name.lower() == b"set-cookie" and value.startswith(mark) for name, value in message["headers"])
