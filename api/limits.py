"""How much one caller may ask for: requests, messages, log-ins, open streams, bytes."""

import math
import re
import time
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Network, ip_address

from limits import RateLimitItem, parse
from limits.aio.storage import Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from activities.counts import counted
from api.problems import ProblemError, send_problem, too_many

FORM_OVERHEAD_BYTES = 64 * 1024
UPLOAD_PATH = "/v1/documents"
PUSH_PATH = re.compile(r"/v1/sources/[^/]+/push")
PUSH_BYTES = 4 * 1024 * 1024
"""Of a document that a system sends by itself: its signature is known only when all of it is here."""


@dataclass(frozen=True)
class Rates:
    """Ceilings in the notation of the ``limits`` package; one principal is one bucket, whatever the key or token."""

    requests: str = "1200/minute"
    messages: str = "240/minute"
    logins_by_name: str = "10/5minute"
    """From one address: whoever knows a name, and not the password, keeps only themselves out."""
    logins_by_name_anywhere: str = "100/5minute"
    """A right password clears both counts of its name."""
    logins_by_address: str = "200/5minute"
    streams: int = 8
    """Event streams that one principal may hold open on this process."""


class Limiter:
    """Counts by sliding windows in ``storage``: ``async+memory://`` for one process, ``async+redis://`` for many."""

    def __init__(self, rates: Rates, storage: str = "async+memory://") -> None:
        backend = storage_from_string(storage)
        assert isinstance(backend, Storage)
        self._limiter = SlidingWindowCounterRateLimiter(backend)
        self.rates = rates
        self._open_streams: dict[str, int] = {}

    async def count_request(self, principal_id: str) -> None:
        """Count one request. Raises a 429 problem."""
        await self._take("requests", self.rates.requests, principal_id)

    async def count_message(self, principal_id: str) -> None:
        """Count one customer message. Raises a 429 problem."""
        await self._take("messages", self.rates.messages, principal_id)

    async def count_login(self, username: str, address: str) -> None:
        """Count one attempt, before the password is looked at. Raises a 429 problem."""
        caller, name = one_caller(address), username.casefold()
        await self._take("logins-address", self.rates.logins_by_address, caller)
        await self._take("logins-name", self.rates.logins_by_name, name, caller)
        await self._take("logins-anywhere", self.rates.logins_by_name_anywhere, name)

    async def forget_logins(self, username: str, address: str) -> None:
        """Forget the attempts of somebody who just proved who they are; those of others elsewhere still count there."""
        caller, name = one_caller(address), username.casefold()
        await self._limiter.clear(_item("logins-name", self.rates.logins_by_name), name, caller)
        await self._limiter.clear(_item("logins-anywhere", self.rates.logins_by_name_anywhere), name)

    def open_stream(self, principal_id: str) -> None:
        """Count one open event stream. Raises a 429 problem."""
        count = self._open_streams.get(principal_id, 0)
        if count >= self.rates.streams:
            raise too_many(f"You already hold {counted(count, 'event stream')} open; close one first.", 5)
        self._open_streams[principal_id] = count + 1

    def close_stream(self, principal_id: str) -> None:
        """Give back what ``open_stream`` took."""
        count = self._open_streams.pop(principal_id, 0) - 1
        if count > 0:
            self._open_streams[principal_id] = count

    async def _take(self, namespace: str, rate: str, *key: str) -> None:
        item = _item(namespace, rate)
        if not await self._limiter.hit(item, *key):
            stats = await self._limiter.get_window_stats(item, *key)
            wait = max(1, math.ceil(stats.reset_time - time.time()))
            raise too_many(f"More than {item} for you; try again in {wait} s.", wait)


def one_caller(address: str) -> str:
    """Return what counts as one address: who has one of IPv6 has the whole /64 around it (RFC 6177)."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    # On a socket that takes both, IPv4 callers come mapped: they are not of one network.
    return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False))


def _item(namespace: str, rate: str) -> RateLimitItem:
    item = parse(rate)
    return type(item)(item.amount, item.multiples, namespace)


class BodyLimit:
    """ASGI middleware: refuses a body by its declared length, and stops reading one that grows past the limit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counting ``receive``; answer 413 itself when the declared length is too large."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        options = scope["app"].state.services.options
        limit = _body_limit(scope["path"].rstrip("/"), options.document_max_bytes, options.body_max_bytes)
        detail = f"The request is larger than the {limit} bytes taken here."
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > limit:
            return await send_problem(scope, receive, send, ProblemError(413, "content-too-large", detail))
        await self.app(scope, _counted(receive, limit, detail), send)
        return None


def _body_limit(path: str, document_max_bytes: int, body_max_bytes: int) -> int:
    if path == UPLOAD_PATH:
        return document_max_bytes + FORM_OVERHEAD_BYTES
    return PUSH_BYTES if PUSH_PATH.fullmatch(path) else body_max_bytes


def _counted(receive: Receive, limit: int, detail: str) -> Receive:
    total = 0

    async def receive_counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            # The one exception that the framework's body parsers let through unchanged.
            raise HTTPException(413, detail)
        return message

    return receive_counted
