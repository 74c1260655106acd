"""A SharePoint document library by Microsoft Graph: a delta of its files, and the permissions of each."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field

from activities.sources.connector import (
    Change,
    Checkpoint,
    Content,
    Gone,
    Item,
    Json,
    Known,
    Skipped,
    SourceRefusedError,
    SourceUnavailableError,
    Tools,
    Whole,
)
from activities.sources.http_url import HttpUrl
from activities.sources.json_api import Paging, get_json, pick, same_place
from activities.sources.network import read

RESYNC = 410
"""The delta's token has expired: list all of it again."""
MAX_RESYNCS = 3


class SharePointConfig(BaseModel):
    """An app registration with ``Sites.Read.All``; ``secret`` names its client secret."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    tenant: str = Field(pattern=r"^[A-Za-z0-9.-]{1,100}$")
    client_id: str = Field(pattern=r"^[A-Za-z0-9-]{1,100}$")
    secret: str = Field(min_length=1, max_length=64)
    site: str = Field(pattern=r"^[A-Za-z0-9.:/_ -]{1,300}$")
    """``contoso.sharepoint.com:/sites/help``."""
    graph_url: HttpUrl = "https://graph.microsoft.com/v1.0"
    login_url: HttpUrl = "https://login.microsoftonline.com"


class SharePoint:
    """An open library."""

    def __init__(self, config: SharePointConfig, client: httpx.AsyncClient, drive: str, max_bytes: int) -> None:
        self._base = f"{config.graph_url.rstrip('/')}/drives/{drive}"
        self._client = client
        self._max_bytes = max_bytes

    async def changes(self, cursor: Json, known: Known) -> AsyncIterator[Change]:
        """List what changed since the delta of the last time, or all."""
        url, whole = str(cursor.get("delta") or f"{self._base}/root/delta"), not cursor.get("delta")
        paging, resyncs = Paging(), 0
        while True:
            page = await get_json(self._client, same_place(url, self._base), ok={RESYNC})
            if page is None:
                if (resyncs := resyncs + 1) > MAX_RESYNCS:
                    raise SourceUnavailableError(f"it asked {resyncs} times to begin its listing anew")
                url, whole, paging = f"{self._base}/root/delta", True, Paging()
                continue
            paging.turn(page.get("value"), page.get("@odata.nextLink"))
            for each in page.get("value", []):
                for change in self._changes(each):
                    yield change
            if following := page.get("@odata.nextLink"):
                url = str(following)
                continue
            yield Checkpoint({"delta": page.get("@odata.deltaLink", "")})
            break
        if whole:
            yield Whole()

    async def fetch(self, key: str) -> Content | None:
        """Read a file. Its download address is elsewhere and takes no log-in, so none is sent there."""
        found = await get_json(self._client, f"{self._base}/items/{key}", ok={403, 404})
        if found is None or "file" not in found:
            return None
        url = f"{self._base}/items/{key}/content"
        answer = await read(self._client, "GET", url, self._max_bytes, ok={302, 404})
        if answer.status_code == 404:
            return None
        if answer.status_code == 302:
            place = answer.headers.get("location", "")
            plain = {"Authorization": ""}
            answer = await read(self._client, "GET", place, self._max_bytes, headers=plain)
        folder = str(pick(found, "parentReference.path") or "").partition("root:")[2].strip("/")
        return Content(f"{folder}/{found['name']}".strip("/"), answer.content)

    async def readers(self, key: str) -> frozenset[str] | None:
        """Return groups and people with a permission of their own; None when it is shared with the organisation."""
        names: set[str] = set()
        url: str | None = f"{self._base}/items/{key}/permissions"
        paging = Paging()
        while url is not None:
            page = await get_json(self._client, url, ok={403, 404})
            if page is None:
                return frozenset()
            paging.turn(page.get("value"), page.get("@odata.nextLink"))
            for each in page.get("value", []):
                if pick(each, "link.scope") in {"organization", "anonymous"}:
                    return None
                names.update(_names(each))
            following = page.get("@odata.nextLink")
            url = same_place(str(following), self._base) if following else None
        return frozenset(names)

    def _changes(self, each: Json) -> Iterator[Change]:
        if "deleted" in each:
            yield Gone(str(each["id"]))
        elif "file" in each:
            size = int(each.get("size") or 0)
            if size > self._max_bytes:
                yield Skipped(str(each["id"]), f"{each.get('name')} has {size:,} bytes; too many to be taken")
            else:
                yield Item(str(each["id"]), f"{each.get('cTag')}:{each.get('name')}")


def _names(permission: Json) -> Iterator[str]:
    granted = [permission.get("grantedToV2") or {}, *(permission.get("grantedToIdentitiesV2") or [])]
    for each in granted:
        for kind in ("group", "siteGroup", "user", "siteUser"):
            if name := pick(each, f"{kind}.displayName") or pick(each, f"{kind}.id"):
                yield str(name)


class SharePointKind:
    """SharePoint document libraries."""

    name = "sharepoint"
    config = SharePointConfig
    has_readers = True
    watched = False

    @asynccontextmanager
    async def open(self, config: SharePointConfig, tools: Tools, source_id: str) -> AsyncIterator[SharePoint]:
        """Log in and find the site's library. Raises what the connector's methods raise."""
        form = {
            "client_id": config.client_id,
            "client_secret": tools.secrets.read(config.secret),
            "scope": "https://graph.microsoft.com/.default",
            "grant_type": "client_credentials",
        }
        async with tools.http() as door:
            url = f"{config.login_url.rstrip('/')}/{config.tenant}/oauth2/v2.0/token"
            granted = await get_json(door, url, method="POST", data=form)
        token = pick(granted, "access_token")
        if not token:
            raise SourceRefusedError("the log-in of the app is not taken")
        async with tools.http(headers={"Authorization": f"Bearer {token}"}) as client:
            base = config.graph_url.rstrip("/")
            drive: Any = await get_json(client, f"{base}/sites/{config.site}/drive")
            yield SharePoint(config, client, str(pick(drive, "id")), tools.max_bytes)


KIND = SharePointKind()
