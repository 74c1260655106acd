"""Addresses that no database can look up are refused before anything is asked for them."""

from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import invalid, send_problem

NUL = "The address has a NUL character (%00), which no name and no text here has: leave it out."


class PlainAddress:
    """ASGI middleware that refuses NUL characters in path and query: no database has texts with one."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with a 422 problem."""
        if scope["type"] == "http" and ("\0" in scope["path"] or b"\0" in unquote_to_bytes(scope["query_string"])):
            return await send_problem(scope, receive, send, invalid(NUL))
        return await self.app(scope, receive, send)
