"""HTTP to places that others name: private addresses are refused at the moment of connecting.

The name is resolved once and the connection goes to the very address that was checked, so that a name server which
answers differently the next time (DNS rebinding) changes nothing; redirects are connections like any other.
"""

import asyncio
import socket
import zlib
from collections.abc import Collection, Iterable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import httpx

from activities.records.database import utc_now
from activities.sources.connector import SourceRefusedError, SourceUnavailableError

TIMEOUT_SECONDS = 30.0
"""Of silence."""
ANSWER_SECONDS = 300.0
"""For a whole answer, redirects apart: 80 kB a second for the largest file. A server that drips is never silent."""
AGENT = "Holdfast/1 (+document sync)"
Address = IPv4Address | IPv6Address
SocketOptions = Iterable[Any]
DEFAULT_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
NAT64 = IPv6Network("64:ff9b::/96")
GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that IANA has given out to the internet: neither a network's own NAT64 (RFC 8215) nor site-local addresses."""


class PrivateAddressError(httpcore.ConnectError):
    """The host is, or resolves to, an address that is not public."""


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the internet's; carriers of an inner IPv4 address are judged by that."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address not in GLOBAL_UNICAST:
            return False
    return address.is_global and not address.is_multicast


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to public addresses, and to the hosts (``name`` or ``name:port``) that the operator has allowed."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = {host.lower() for host in allowed}
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check, and connect to what was checked. Raises ``PrivateAddressError``."""
        *others, last = await resolve(host, port, self._allowed)
        for address in others:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(last, port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: SocketOptions | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Refuse."""
        raise PrivateAddressError("sources are not read from sockets of this machine")

    async def sleep(self, seconds: float) -> None:
        """Sleep between retries of the pool."""
        await self._inner.sleep(seconds)


async def resolve(host: str, port: int, allowed: Collection[str]) -> list[str]:
    """Return the addresses of ``host``, at least one, that may be connected to. Raises ``PrivateAddressError``."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(f"the host {host!r} has no address: {error}") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if {host.lower(), f"{host.lower()}:{port}"} & set(allowed):
        return addresses
    # One private address among public ones is enough to refuse: whoever answers so is not to be trusted.
    if not addresses or not all(is_public(ip_address(address.split("%")[0])) for address in addresses):
        raise PrivateAddressError(f"{host!r} is a private address; HOLDFAST_SOURCE_PRIVATE_HOSTS allows such hosts")
    return addresses


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over a pool that connects by ``GuardedBackend``, never through a proxy."""

    def __init__(self, allowed: Collection[str]) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(), network_backend=GuardedBackend(allowed), max_connections=8
        )


class GuardedHttp:
    """Makes clients for connectors."""

    def __init__(self, allowed: Collection[str] = ()) -> None:
        """Refuse private addresses but those of the hosts ``allowed``."""
        self._allowed = tuple(allowed)

    def __call__(self, **options: Any) -> httpx.AsyncClient:
        """Return a client that follows no redirect by itself."""
        headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip", **options.pop("headers", {})}
        return httpx.AsyncClient(
            transport=GuardedTransport(self._allowed),
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
            follow_redirects=False,
            headers=headers,
            **options,
        )


async def read(
    client: httpx.AsyncClient, method: str, url: str, max_bytes: int, *, ok: Collection[int] = (), **request: Any
) -> httpx.Response:
    """Send a request and read at most ``max_bytes``; ``ok`` are statuses besides 2xx that are answers.

    Raises ``SourceUnavailableError`` and ``SourceRefusedError``.
    """
    try:
        async with asyncio.timeout(ANSWER_SECONDS), client.stream(method, url, **request) as response:
            body = await _unpacked(response, url, max_bytes)
    except TimeoutError as error:
        raise SourceUnavailableError(f"{url} has not ended its answer within {ANSWER_SECONDS:g} seconds") from error
    except httpx.HTTPError as error:
        raise _unreachable(url, error) from error
    except httpx.InvalidURL as error:
        raise SourceRefusedError(f"{url!r} is no address: {error}") from error
    answer = httpx.Response(
        response.status_code, headers=_plain(response.headers), content=body, request=response.request
    )
    check_status(answer, ok)
    return answer


async def _unpacked(response: httpx.Response, url: str, max_bytes: int) -> bytes:
    """Return the body, never holding more than ``max_bytes`` of it: httpx would unfold first, and count then.

    Raises ``SourceRefusedError``.
    """
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in {"", "identity", "gzip", "x-gzip"}:
        raise SourceRefusedError(f"{url} packs its answer as {coding[:40]!r}, which was not asked for")
    unpacking = zlib.decompressobj(wbits=31) if "gzip" in coding else None
    body = bytearray()
    try:
        async for piece in response.aiter_raw():
            body += unpacking.decompress(piece, max_bytes + 1 - len(body)) if unpacking else piece
            if len(body) > max_bytes:
                raise SourceRefusedError(f"{url} has more than {max_bytes:,} bytes")
    except zlib.error as error:
        raise SourceRefusedError(f"{url} says that its answer is packed, and it is not: {error}") from error
    return bytes(body)


def check_status(response: httpx.Response, ok: Collection[int] = ()) -> None:
    """Raise what a status means: busy and broken are worth a retry, refusals are not."""
    status, url = response.status_code, response.request.url
    if response.is_success or status in ok:
        return
    if status in {408, 425, 429} or status >= 500:
        asked = response.headers.get("Retry-After", "")
        raise SourceUnavailableError(f"{url} answers {status}", wait_of(asked) if asked or status == 429 else None)
    if status in {401, 403}:
        raise SourceRefusedError(f"{url} answers {status}: its log-in is not taken, or may not read this")
    raise SourceRefusedError(f"{url} answers {status}")


def wait_of(retry_after: str) -> timedelta:
    """Return how long ``Retry-After`` (seconds or a date, RFC 9110 10.2.3) asks to wait, an hour at most."""
    if retry_after.strip().isdecimal():
        return min(timedelta(seconds=int(retry_after[:9])), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(retry_after) - utc_now()
    except (ValueError, TypeError):
        return DEFAULT_WAIT
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)


def _unreachable(url: str, error: httpx.HTTPError) -> Exception:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, PrivateAddressError):
            return SourceRefusedError(str(cause))
        cause = cause.__cause__ or cause.__context__
    return SourceUnavailableError(f"{url} does not answer: {error or type(error).__name__}")


def _plain(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Drop what speaks of the bytes on the wire: the body is decoded already."""
    return [
        (name, value) for name, value in headers.items() if name.lower() not in {"content-encoding", "content-length"}
    ]
