"""What stands in pages and sitemaps: types, links, rules for robots."""

import io
from dataclasses import dataclass
from pathlib import PurePosixPath

import httpx
from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from activities.knowledge.formats import load_formats
from activities.knowledge.formats.document import DocumentRefusedError
from activities.knowledge.formats.gzipped import inflate
from activities.knowledge.formats.html_tags import check_tags
from activities.sources.connector import Json, SourceRefusedError

XHTML = "application/xhtml+xml"
INFLATED_BYTES = 50 * 1024 * 1024
LONGEST_ADDRESS = 2_000
MAX_ADDRESSES = 50_000
"""Of one sitemap, as its protocol bounds it."""
MAX_ELEMENTS = 10 * MAX_ADDRESSES


@dataclass(frozen=True)
class Page:
    """A page that was read."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def media_type(self) -> str:
        """Its type without parameters."""
        return str(self.headers.get("content-type", "")).split(";")[0].strip().lower()

    def validators(self) -> Json:
        """Return what asks next time whether it changed."""
        return {"etag": self.headers.get("etag", ""), "modified": self.headers.get("last-modified", "")}


@dataclass(frozen=True)
class PageRules:
    """What a page asks of robots."""

    noindex: bool
    nofollow: bool


def suffix_of(page: Page) -> str:
    """Return the ending of a page's type; empty for types that are not taken."""
    if page.media_type == XHTML:
        return ".html"
    return next((found.suffixes[0] for found in load_formats() if found.media_type == page.media_type), "")


def name_of(url: str, suffix: str) -> str:
    """Return a name for a page: host, path, and a query if there is one."""
    place = httpx.URL(url)
    path = place.path.strip("/") or "index"
    query = f"?{place.query.decode('ascii', 'replace')}" if place.query else ""
    stem = path if PurePosixPath(path).suffix.lower() != suffix or query else path[: -len(suffix)]
    return f"{place.host}/{stem}{query}{suffix}"


def links_of(page: Page) -> list[str]:
    """Return the addresses that an HTML page links to, in order, each once."""
    if suffix_of(page) != ".html" or not page.body.strip():
        return []
    try:
        root = _tree(page)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, DocumentRefusedError):
        return []
    base = httpx.URL(page.url)
    found = []
    for link in root.iter("a"):
        if "nofollow" in (link.get("rel") or "").lower():
            continue
        try:
            found.append(str(base.join((link.get("href") or "").strip())))
        except (httpx.InvalidURL, ValueError):
            continue
    return list(dict.fromkeys(found))


def page_rules(page: Page) -> PageRules:
    """Return what the page's header and its robots tag ask."""
    said = page.headers.get("x-robots-tag", "").lower()
    if suffix_of(page) == ".html":
        try:
            root = _tree(page)
            tags = [tag for tag in root.iter("meta") if (tag.get("name") or "").lower() == "robots"]
            said += ",".join(tag.get("content") or "" for tag in tags).lower()
        except (etree.ParserError, etree.XMLSyntaxError, ValueError, DocumentRefusedError):
            pass
    return PageRules("noindex" in said or "none" in said, "nofollow" in said or "none" in said)


def _tree(page: Page) -> HtmlElement:
    check_tags(page.body.decode("latin-1"))
    return document_fromstring(page.body)


def sitemap_urls(data: bytes) -> tuple[list[str], list[str]]:
    """Return the pages and the further sitemaps that a sitemap names. Raises ``SourceRefusedError``. Blocks."""
    events = etree.iterparse(
        io.BytesIO(_unpacked(data)), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
    )
    places: list[str] = []
    root, elements = None, 0
    try:
        for event, element in events:
            if event == "start":
                root = element if root is None else root
                elements += 1
                if elements > MAX_ELEMENTS:
                    raise SourceRefusedError(f"the sitemap has more than {MAX_ELEMENTS:,} elements")
                continue
            if etree.QName(element).localname == "loc":
                places.append((element.text or "").strip())
            if len(places) > MAX_ADDRESSES:
                raise SourceRefusedError(f"the sitemap names more than {MAX_ADDRESSES:,} addresses")
            element.clear()  # a tree of all would take thirty times the bytes
            while element.getprevious() is not None:
                del element.getparent()[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceRefusedError(f"the sitemap is damaged: {error}") from error
    if root is None:
        raise SourceRefusedError("the sitemap is empty")
    if root.getroottree().docinfo.doctype:
        raise SourceRefusedError("the sitemap declares XML entities, which it has no use for")
    is_index = etree.QName(root).localname == "sitemapindex"
    return ([], places) if is_index else (places, [])


def _unpacked(data: bytes) -> bytes:
    try:
        return inflate(data, INFLATED_BYTES)
    except DocumentRefusedError as error:
        raise SourceRefusedError(f"the sitemap cannot be read: {error}") from error
