"""JSON over HTTP as sources speak it."""

import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any

import httpx

from activities.sources.connector import SourceRefusedError, SourceUnavailableError
from activities.sources.network import read

MAX_BYTES = 16 * 1024 * 1024
MAX_PAGES = 10_000


class Paging:
    """Follows a listing from page to page, and notices one that goes round in circles or never ends."""

    def __init__(self) -> None:
        """Begin before the first page."""
        self._met = set[bytes]()
        self._pages = 0

    def turn(self, listed: Any, following: Any) -> None:
        """Take note of what a page lists, and of where the next one is. Raises ``SourceRefusedError``.

        Both are new each time: a cursor that is given again, and a number that is not looked at, lead round.
        """
        self._pages += 1
        if self._pages > MAX_PAGES:
            raise SourceRefusedError(f"it has more than {MAX_PAGES:,} pages")
        for name, said in (("listed", listed), ("following", following)):
            mark = sha256(f"{name} {json.dumps(said, sort_keys=True)}".encode()).digest()
            if said and mark in self._met:
                raise SourceRefusedError(f"its pages go round: after {self._pages:,} an earlier one comes again")
            self._met.add(mark)


async def get_json(
    client: httpx.AsyncClient, url: str, *, ok: Collection[int] = (), method: str = "GET", **request: Any
) -> Any:
    """Return what ``url`` answers; None for a status in ``ok``.

    Raises ``SourceUnavailableError`` and ``SourceRefusedError``.
    """
    response = await read(client, method, url, MAX_BYTES, ok=ok, **request)
    if response.status_code in ok:
        return None
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        raise SourceUnavailableError(f"{url} answers without JSON") from error


def pick(value: Any, path: str) -> Any:
    """Return what stands at a dotted path, ``a.b.0.c``; the value itself for an empty one, None where nothing is."""
    for part in filter(None, path.split(".")):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def same_place(url: str, start: str) -> str:
    """Return ``url``, absolute; a next page elsewhere would be sent our log-in. Raises ``SourceRefusedError``."""
    base = httpx.URL(start)
    found = base.join(url)
    if (found.scheme, found.host, found.port) != (base.scheme, base.host, base.port):
        raise SourceRefusedError(f"{start} sends on to another place, {found.host}; its log-in is not sent there")
    return str(found)


def basic(secret: str) -> httpx.BasicAuth:
    """Return the log-in of ``user:password``."""
    user, _, password = secret.partition(":")
    return httpx.BasicAuth(user, password)
