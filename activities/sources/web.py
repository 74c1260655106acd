"""A web site: crawled from a page or listed by its sitemap, with conditional requests and its robots.txt honoured."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256

import httpx
from protego import Protego
from pydantic import BaseModel, ConfigDict, Field

from activities.sources.connector import (
    Change,
    Content,
    Item,
    Json,
    Known,
    Present,
    Skipped,
    SourceRefusedError,
    SourceUnavailableError,
    Tools,
    Whole,
)
from activities.sources.http_url import HttpUrl
from activities.sources.network import AGENT, read
from activities.sources.web_pages import (
    LONGEST_ADDRESS,
    Page,
    links_of,
    name_of,
    page_rules,
    sitemap_urls,
    suffix_of,
)

MAX_REDIRECTS = 5
MAX_DELAY_SECONDS = 10.0
ROBOTS_BYTES = 512 * 1024
SITEMAP_BYTES = 50 * 1024 * 1024
"""As the sitemap protocol bounds one."""
MAX_SITEMAPS = 100
LINKS_KEPT = 500


class WebConfig(BaseModel):
    """``url`` is the first page, or a sitemap when it ends with ``.xml`` or ``.xml.gz``."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    url: HttpUrl
    hosts: list[str] = Field(default=[], max_length=50)
    """Besides the host of ``url``."""
    prefix: str = Field(default="/", max_length=400)
    """Pages whose path begins otherwise are left out."""
    depth: int = Field(default=3, ge=0, le=20)
    """Links from the first page."""
    max_pages: int = Field(default=1_000, ge=1, le=20_000)
    delay_seconds: float = Field(default=0, ge=0, le=MAX_DELAY_SECONDS)


@dataclass(frozen=True)
class _Visit:
    """What a visit to a page found: what to say of it, and where it leads."""

    changes: Sequence[Change]
    links: Sequence[str] = ()
    moved: bool = False
    """Whether it leads there because the page is there now: no step further."""


class Web:
    """An open web site."""

    def __init__(self, config: WebConfig, client: httpx.AsyncClient, max_bytes: int) -> None:
        self._config = config
        self._client = client
        self._max_bytes = max_bytes
        self._hosts = {httpx.URL(config.url).host, *(host.lower() for host in config.hosts)}
        self._robots: dict[str, Protego] = {}

    async def changes(self, cursor: Json, known: Known) -> AsyncIterator[Change]:
        """List all pages; one that has not changed since costs a 304."""
        first, depth = await self._first_pages()
        waiting = deque((url, 0) for url in first)
        met = set(first)
        visited = 0
        while waiting:
            url, steps = waiting.popleft()
            visited += 1
            if visited > self._config.max_pages:
                raise self._too_many()
            visit = await self._visit(url, known, first=visited == 1)
            for change in visit.changes:
                yield change
            further = steps if visit.moved else steps + 1
            if further <= depth:
                new = [link for link in map(normal, visit.links) if link not in met and self._is_inside(link)]
                met.update(new)
                waiting.extend((link, further) for link in dict.fromkeys(new))
        yield Whole()

    async def fetch(self, key: str) -> Content | None:
        """Read a page."""
        page = await self._get(key, {})
        if page is None:
            return None
        suffix = suffix_of(page)
        return Content(name_of(page.url, suffix), page.body) if suffix else None

    async def readers(self, key: str) -> None:
        """Whoever may read the source."""
        return

    async def _first_pages(self) -> tuple[list[str], int]:
        url = normal(self._config.url)
        if not url.endswith((".xml", ".xml.gz")):
            return [url], self._config.depth
        found: dict[str, None] = {}
        sitemaps, met = deque([url]), {url}
        while sitemaps:
            answer = await read(self._client, "GET", sitemaps.popleft(), SITEMAP_BYTES)
            pages, further = await asyncio.to_thread(sitemap_urls, answer.content)
            found.update(dict.fromkeys(page for page in map(normal, pages) if self._is_inside(page)))
            if len(found) > self._config.max_pages:
                raise self._too_many()
            new = [each for each in map(normal, further) if each not in met and self._is_inside(each, prefix="/")]
            met.update(new)
            if len(met) > MAX_SITEMAPS:
                raise SourceRefusedError(f"its sitemap names more than {MAX_SITEMAPS} others")
            sitemaps.extend(dict.fromkeys(new))
        return list(found), 0

    async def _visit(self, url: str, known: Known, *, first: bool) -> _Visit:
        memory = await known.memory(url)
        try:
            return await self._look(url, memory)
        except SourceUnavailableError as error:
            if first or error.retry_after is not None:
                raise
            # Broken today: what is known of it holds.
            return _Visit([Skipped(url, str(error)) if memory is None else Present(url)])
        except SourceRefusedError as error:
            if first:
                raise
            return _Visit([Skipped(url, str(error))])

    def _too_many(self) -> SourceRefusedError:
        most = self._config.max_pages
        return SourceRefusedError(f"it has more than {most:,} pages: raise max_pages, or narrow prefix or depth")

    async def _look(self, url: str, memory: Json | None) -> _Visit:
        if not await self._may(url):
            return _Visit([Skipped(url, "robots.txt asks not to read it")])
        page = await self._get(url, memory or {})
        if page is None:
            return _Visit([])
        if page.status == 304:
            return _Visit([Present(url)], (memory or {}).get("links", []))
        if page.url != url:  # it lives elsewhere, and is visited there
            return _Visit([], [page.url], moved=True)
        rules, found = await asyncio.to_thread(lambda: (page_rules(page), links_of(page)))
        links = [] if rules.nofollow else found[:LINKS_KEPT]
        if rules.noindex:
            return _Visit([Skipped(url, "the page asks not to be indexed")], links)
        suffix = suffix_of(page)
        if not suffix:
            said = f"of the type {page.media_type[:100]}" if page.media_type else "that do not say their type"
            return _Visit([Skipped(url, f"pages {said} are not taken")])
        fingerprint = sha256(page.body).hexdigest()
        content = Content(name_of(url, suffix), page.body)
        return _Visit([Item(url, fingerprint, content, {**page.validators(), "links": links})], links)

    async def _get(self, url: str, memory: Json) -> Page | None:
        """Follow redirects within the site; None when the page is gone. Raises as ``read`` does."""
        headers = {"If-None-Match": memory.get("etag"), "If-Modified-Since": memory.get("modified")}
        sent = {name: value for name, value in headers.items() if value}
        for _ in range(MAX_REDIRECTS):
            if self._config.delay_seconds:
                await asyncio.sleep(self._config.delay_seconds)
            ok = {301, 302, 303, 304, 307, 308, 404, 410}
            answer = await read(self._client, "GET", url, self._max_bytes, ok=ok, headers=sent)
            if answer.status_code in {404, 410}:
                return None
            if answer.status_code == 304 or not answer.is_redirect:
                return Page(url, answer.status_code, answer.headers, answer.content)
            url, sent = _led_to(url, answer), {}
            if not self._is_inside(url, prefix="/"):
                raise SourceRefusedError(f"it leads to {httpx.URL(url).host}, which is not one of its hosts")
        raise SourceRefusedError(f"it leads on more than {MAX_REDIRECTS} times")

    async def _may(self, url: str) -> bool:
        place = httpx.URL(url)
        origin = f"{place.scheme}://{place.netloc.decode()}"
        if origin not in self._robots:
            answer = await read(self._client, "GET", f"{origin}/robots.txt", ROBOTS_BYTES, ok=range(300, 500))
            self._robots[origin] = Protego.parse(answer.text if answer.is_success else "")
            delay = self._robots[origin].crawl_delay(AGENT) or 0
            if delay > self._config.delay_seconds:
                self._config.delay_seconds = min(float(delay), MAX_DELAY_SECONDS)
        return self._robots[origin].can_fetch(url, AGENT)

    def _is_inside(self, url: str, prefix: str | None = None) -> bool:
        place = httpx.URL(url)
        begins = place.path.startswith(self._config.prefix if prefix is None else prefix)
        return place.scheme in {"http", "https"} and place.host in self._hosts and begins


def normal(url: str) -> str:
    """Return ``url`` without its fragment, as httpx writes it: one page, one address; empty when it is none."""
    try:
        found = str(httpx.URL(url).copy_with(fragment=None))
    except (httpx.InvalidURL, ValueError):
        return ""
    return found if len(found) <= LONGEST_ADDRESS else ""


def _led_to(url: str, answer: httpx.Response) -> str:
    try:
        found = normal(str(httpx.URL(url).join(answer.headers.get("location", ""))))
    except (httpx.InvalidURL, ValueError):
        found = ""
    if not found or "location" not in answer.headers:
        raise SourceRefusedError(f"it answers {answer.status_code} and leads to no address")
    return found


class WebKind:
    """Web sites and sitemaps."""

    name = "web"
    config = WebConfig
    has_readers = False
    watched = False

    @asynccontextmanager
    async def open(self, config: WebConfig, tools: Tools, source_id: str) -> AsyncIterator[Web]:
        """Open a web site."""
        async with tools.http() as client:
            yield Web(config, client, tools.max_bytes)


KIND = WebKind()
