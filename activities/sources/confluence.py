"""A Confluence space by its REST API (v2, restrictions by v1), with who may read each page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field

from activities.sources.connector import Change, Content, Item, Json, Known, SourceRefusedError, Tools, Whole
from activities.sources.http_url import HttpUrl
from activities.sources.json_api import Paging, basic, get_json, pick, same_place

PAGE = 100


class ConfluenceConfig(BaseModel):
    """``url`` ends with ``/wiki`` on Atlassian's cloud; ``secret`` names ``e-mail:token``, for ``bearer`` a token."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    url: HttpUrl
    space: str = Field(pattern=r"^[A-Za-z0-9~_-]{1,255}$")
    secret: str = Field(min_length=1, max_length=64)
    login: Literal["basic", "bearer"] = "basic"


class Confluence:
    """An open space. A page's readers are those whom neither it nor a page above it shuts out."""

    def __init__(self, config: ConfluenceConfig, client: httpx.AsyncClient) -> None:
        self._config = config
        self._client = client
        self._base = config.url.rstrip("/")
        self._restrictions: dict[str, frozenset[str] | None] = {}

    async def changes(self, cursor: Json, known: Known) -> AsyncIterator[Change]:
        """List all current pages; one is the same while its version is."""
        space = await get_json(self._client, f"{self._base}/api/v2/spaces", params={"keys": self._config.space})
        space_id = pick(space, "results.0.id")
        if space_id is None:
            raise SourceRefusedError(f"there is no space {self._config.space!r}, or this log-in may not read it")
        url: str | None = f"{self._base}/api/v2/spaces/{space_id}/pages"
        params: dict[str, Any] | None = {"status": "current", "limit": PAGE}
        paging = Paging()
        while url is not None:
            page = await get_json(self._client, url, params=params)
            following = pick(page, "_links.next")
            paging.turn(page.get("results"), following)
            for each in page.get("results", []):
                yield Item(str(each["id"]), f"{pick(each, 'version.number')}:{each.get('title', '')}")
            url, params = (same_place(str(following), url), None) if following else (None, None)
        yield Whole()

    async def fetch(self, key: str) -> Content | None:
        """Read a page as it is shown."""
        url = f"{self._base}/api/v2/pages/{key}"
        page = await get_json(self._client, url, ok={403, 404}, params={"body-format": "export_view"})
        if page is None or page.get("status") != "current":
            return None
        body = str(pick(page, "body.export_view.value") or "")
        title = str(page.get("title") or key)
        return Content(f"{title}-{key}.html", f"<!doctype html><body>{body}</body>".encode(), title)

    async def readers(self, key: str) -> frozenset[str] | None:
        """Return groups and people who may read a page: those allowed by it and by every page above it."""
        url = f"{self._base}/api/v2/pages/{key}/ancestors"
        above = await get_json(self._client, url, ok={403, 404}, params={"limit": PAGE})
        if above is None:
            return frozenset()
        allowed: frozenset[str] | None = None
        for page in [key, *(str(each["id"]) for each in above.get("results", []))]:
            named = await self._restriction(page)
            if named is not None:
                allowed = named if allowed is None else allowed & named
        return allowed

    async def _restriction(self, page: str) -> frozenset[str] | None:
        if page not in self._restrictions:
            url = f"{self._base}/rest/api/content/{page}/restriction/byOperation/read"
            found = await get_json(self._client, url, ok={403, 404})
            if found is None:
                self._restrictions[page] = frozenset()
            else:
                groups = [each.get("name") for each in pick(found, "restrictions.group.results") or []]
                people = [
                    each.get("accountId") or each.get("username")
                    for each in pick(found, "restrictions.user.results") or []
                ]
                named = frozenset(str(each) for each in [*groups, *people] if each)
                self._restrictions[page] = named or None
        return self._restrictions[page]


class ConfluenceKind:
    """Confluence spaces."""

    name = "confluence"
    config = ConfluenceConfig
    has_readers = True
    watched = False

    @asynccontextmanager
    async def open(self, config: ConfluenceConfig, tools: Tools, source_id: str) -> AsyncIterator[Confluence]:
        """Open a space. Raises ``SecretMissingError``."""
        secret = tools.secrets.read(config.secret)
        options: dict[str, Any] = (
            {"auth": basic(secret)} if config.login == "basic" else {"headers": {"Authorization": f"Bearer {secret}"}}
        )
        async with tools.http(**options) as client:
            yield Confluence(config, client)


KIND = ConfluenceKind()
