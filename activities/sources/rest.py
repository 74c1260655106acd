"""A REST API with pages of JSON objects: by a link, a cursor or a page's number; fields are named by dotted paths."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, Field

from activities.sources.connector import (
    Change,
    Content,
    Gone,
    Item,
    Json,
    Known,
    Skipped,
    SourceRefusedError,
    Tools,
    Whole,
)
from activities.sources.http_url import HttpUrl
from activities.sources.json_api import MAX_BYTES, Paging, basic, get_json, pick, same_place
from activities.sources.network import read

SUFFIXES = {"markdown": ".md", "html": ".html", "text": ".txt"}


class RestConfig(BaseModel):
    """Where the objects are, and which of their fields mean what."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    url: HttpUrl
    """The first page."""
    items: str = Field(default="", max_length=200)
    """Path of the list in a page; empty when the page is the list."""
    key: str = Field(default="id", max_length=200)
    body: str = Field(default="body", max_length=200)
    title: str = Field(default="title", max_length=200)
    updated: str = Field(default="", max_length=200)
    """Field that changes when the object does; without it the whole object is compared."""
    deleted: str = Field(default="", max_length=200)
    item_url: str = Field(default="", max_length=1_000)
    """Where one object is, with ``{key}``, when pages do not bring its body."""
    next: str = Field(default="", max_length=200)
    """Path of the next page's address, or of its cursor; a ``Link`` header with ``rel="next"`` is followed anyway."""
    cursor_param: str = Field(default="", max_length=100)
    page_param: str = Field(default="", max_length=100)
    """Query parameter that counts pages from 1, up to the first empty one."""
    max_items: int = Field(default=20_000, ge=1, le=1_000_000)
    format: Literal["markdown", "html", "text"] = "markdown"
    secret: str = Field(default="", max_length=64)
    login: Literal["bearer", "basic", "header"] = "bearer"
    header: str = Field(default="X-API-Key", pattern=r"^[A-Za-z0-9-]+$", max_length=100)
    """Which header has the secret when ``login`` is ``header``."""


class Rest:
    """An open API."""

    def __init__(self, config: RestConfig, client: httpx.AsyncClient) -> None:
        self._config = config
        self._client = client

    async def changes(self, cursor: Json, known: Known) -> AsyncIterator[Change]:
        """List all objects."""
        url, params = self._config.url, self._numbered(1)
        paging, number, items = Paging(), 1, 0
        while True:
            response = await read(self._client, "GET", url, MAX_BYTES, params=params or None)
            page = _decode(response)
            found = pick(page, self._config.items)
            if not isinstance(found, list):
                raise SourceRefusedError(f"{url} has no list at {self._config.items or 'its top'}")
            items += len(found)
            if items > self._config.max_items:
                raise SourceRefusedError(f"it names more than {self._config.max_items:,} items: raise max_items")
            number += 1
            following = self._next(response, page, number) if found else None
            paging.turn(found, following)
            for each in found:
                yield self._change(each)
            if following is None:
                yield Whole()
                return
            url, params = following

    async def fetch(self, key: str) -> Content | None:
        """Read one object."""
        if not self._config.item_url:
            raise SourceRefusedError("its body came with the list and is not kept; the next sync brings it again")
        url = same_place(self._config.item_url.replace("{key}", quote(key, safe="")), self._config.url)
        found = await get_json(self._client, url, ok={404, 410})
        return self._content(key, found) if found is not None else None

    async def readers(self, key: str) -> None:
        """Whoever may read the source."""
        return

    def _change(self, each: Any) -> Change:
        config = self._config
        key = pick(each, config.key)
        if key is None or isinstance(key, dict | list):
            return Skipped(json.dumps(each)[:100], f"it has no {config.key}")
        if config.deleted and pick(each, config.deleted):
            return Gone(str(key))
        updated = pick(each, config.updated) if config.updated else None
        mark = str(updated) if updated else sha256(json.dumps(each, sort_keys=True).encode()).hexdigest()
        return Item(str(key), mark, None if config.item_url else self._content(str(key), each))

    def _content(self, key: str, found: Any) -> Content:
        body, title = pick(found, self._config.body), pick(found, self._config.title)
        text = body if isinstance(body, str) else ""
        name = f"{key}{SUFFIXES[self._config.format]}"
        return Content(name, text.encode("utf-8", "replace"), str(title or "")[:400])

    def _next(self, response: httpx.Response, page: Any, number: int) -> tuple[str, Json] | None:
        config = self._config
        if linked := response.links.get("next", {}).get("url"):
            return same_place(linked, str(response.request.url)), {}
        if config.next and (found := pick(page, config.next)):
            if config.cursor_param:
                return config.url, {config.cursor_param: str(found)}
            return same_place(str(found), str(response.request.url)), {}
        return (config.url, self._numbered(number)) if config.page_param else None

    def _numbered(self, number: int) -> Json:
        return {self._config.page_param: number} if self._config.page_param else {}


def _decode(response: httpx.Response) -> Any:
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        raise SourceRefusedError(f"{response.request.url} answers without JSON") from error


class RestKind:
    """REST APIs."""

    name = "rest"
    config = RestConfig
    has_readers = False
    watched = False

    @asynccontextmanager
    async def open(self, config: RestConfig, tools: Tools, source_id: str) -> AsyncIterator[Rest]:
        """Open an API. Raises ``SecretMissingError``."""
        options: dict[str, Any] = {}
        if config.secret:
            secret = tools.secrets.read(config.secret)
            if config.login == "basic":
                options["auth"] = basic(secret)
            else:
                named = {"Authorization": f"Bearer {secret}"} if config.login == "bearer" else {config.header: secret}
                options["headers"] = named
        async with tools.http(**options) as client:
            yield Rest(config, client)


KIND = RestKind()
