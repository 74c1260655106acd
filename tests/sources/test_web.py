"""A web site on a real local server: conditional requests, robots, limits, and no way to private addresses."""

import asyncio
import gzip
import socket
from ipaddress import ip_address
from typing import Any

import httpcore
import httpx
import pytest

from activities.knowledge.formats import load_formats
from activities.knowledge.formats.document import Format
from activities.sources.connector import SourceRefusedError, SourceUnavailableError
from activities.sources.network import GuardedBackend, GuardedHttp, PrivateAddressError, is_public, read, wait_of
from activities.sources.web_pages import Page, suffix_of
from tests.sources.conftest import MAX_BYTES, Rig, make_rig
from tests.sources.web_server import Site


def build(site: Site) -> None:
    site.page(
        "/", "<html><body><h1>Home</h1><p>Welcome.</p><a href='/a'>A</a> <a href='/b?x=1#top'>B</a></body></html>"
    )
    site.page("/a", "<html><body><h1>A</h1><p>Page a.</p><a href='/deep'>on</a><a href='/'>home</a></body></html>")
    site.page("/b?x=1", "<html><body><h1>B</h1><p>Page b.</p><a href='https://example.com/'>out</a></body></html>")
    site.page("/deep", "<html><body><h1>Deep</h1><p>Page deep.</p></body></html>")


async def test_a_site_is_crawled_and_asked_conditionally_the_next_time(rig: Rig, site: Site) -> None:
    build(site)
    source = await rig.add("web", {"url": f"{site.url}/"})
    await rig.run(source)
    found = sorted(text.split("\n")[0] for text in (await rig.answers()).values())
    assert found == ["Page a.", "Page b.", "Page deep.", "Welcome."]
    site.asked.clear()
    site.page("/deep", "<html><body><h1>Deep</h1><p>Page deeper.</p></body></html>")
    await rig.run(source)
    assert "Page deeper." in (await rig.answers()).values()
    assert all("if-none-match" in asked.headers for asked in site.asked if asked.path != "/robots.txt")
    assert sorted(site.paths()) == ["/", "/a", "/b?x=1", "/deep", "/robots.txt"]


async def test_a_page_that_is_gone_leaves_and_one_that_is_broken_stays(rig: Rig, site: Site) -> None:
    build(site)
    source = await rig.add("web", {"url": f"{site.url}/"})
    await rig.run(source)
    del site.pages["/a"]
    site.answer = lambda asked: (500, {}, b"") if asked.path.startswith("/b") else None
    await rig.run(source)
    assert sorted(text.split("\n")[0] for text in (await rig.answers()).values()) == ["Page b.", "Welcome."]


async def test_robots_and_tags_are_honoured(rig: Rig, site: Site) -> None:
    build(site)
    site.page("/robots.txt", "User-agent: *\nDisallow: /a\nDisallow: /*x=\n", "text/plain")
    site.page("/", "<html><head><meta name=robots content=noindex></head><body><p>Hi</p><a href='/a'>A</a>"
              "<a href='/b?x=1'>B</a><a href='/deep' rel=nofollow>D</a></body></html>")  # fmt: skip
    source = await rig.add("web", {"url": f"{site.url}/"})
    await rig.run(source)
    assert await rig.answers() == {}
    assert {item.reason for item in (await rig.items(source)).values()} == {
        "the page asks not to be indexed", "robots.txt asks not to read it"
    }  # fmt: skip
    assert site.paths() == ["/robots.txt", "/"]


async def test_depth_hosts_and_number_of_pages_are_limits(rig: Rig, site: Site) -> None:
    build(site)
    source = await rig.add("web", {"url": f"{site.url}/", "depth": 1})
    await rig.run(source)
    assert len(await rig.answers()) == 3
    few = await rig.add("web", {"url": f"{site.url}/", "max_pages": 2}, name="few")
    with pytest.raises(SourceRefusedError, match="more than 2 pages"):
        await rig.run(few)


@pytest.mark.parametrize("compressed", [False, True])
async def test_a_sitemap_names_the_pages(rig: Rig, site: Site, compressed: bool) -> None:
    build(site)
    name = "/pages.xml.gz" if compressed else "/pages.xml"
    inner = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{site.url}/a</loc></url></urlset>"
    site.pages[name] = ("application/xml", gzip.compress(inner.encode()) if compressed else inner.encode())
    site.page("/sitemap.xml", f"<sitemapindex><sitemap><loc>{site.url}{name}</loc></sitemap></sitemapindex>")
    source = await rig.add("web", {"url": f"{site.url}/sitemap.xml"})
    await rig.run(source)
    assert [text.split("\n")[0] for text in (await rig.answers()).values()] == ["Page a."]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<urlset><url>", "damaged"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><urlset><url><loc>&a;</loc></url></urlset>", "XML entities"),
        (gzip.compress(b"<urlset>" + b" " * 60_000_000), "inflates to more"),
    ],
)
async def test_a_hostile_sitemap_is_refused(rig: Rig, site: Site, body: bytes, reason: str) -> None:
    site.pages["/sitemap.xml"] = ("application/xml", body)
    source = await rig.add("web", {"url": f"{site.url}/sitemap.xml"})
    with pytest.raises(SourceRefusedError, match=reason):
        await rig.run(source)


async def test_busy_is_said_with_the_time_to_wait(rig: Rig, site: Site) -> None:
    site.answer = lambda asked: (429, {"Retry-After": "7"}, b"")
    source = await rig.add("web", {"url": f"{site.url}/"})
    with pytest.raises(SourceUnavailableError) as busy:
        await rig.run(source)
    assert busy.value.retry_after is not None
    assert busy.value.retry_after.total_seconds() == 7
    assert wait_of("Wed, 21 Oct 2099 07:28:00 GMT").total_seconds() == 3600
    assert wait_of("whenever").total_seconds() == 30


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[::1]/", "http://localhost/",
     "http://[::ffff:127.0.0.1]/", "file:///etc/passwd", "http://2130706433/"],
)  # fmt: skip
async def test_a_redirect_to_a_private_address_is_refused(rig: Rig, site: Site, target: str) -> None:
    build(site)
    site.redirects["/a"] = target
    source = await rig.add(
        "web", {"url": f"{site.url}/", "hosts": ["169.254.169.254", "10.0.0.1", "::1", "2130706433"]}
    )
    rig.tools = make_rig(rig.bench.database, rig.folder, ("127.0.0.1",)).tools
    await rig.run(source)
    assert not any("meta-data" in text or "root:" in text for text in (await rig.answers()).values())
    reason = (await rig.items(source))[f"{site.url}/a"].reason
    assert "private address" in reason or "not one of its hosts" in reason


async def test_loopback_is_refused_unless_the_operator_allows_it(rig: Rig, site: Site) -> None:
    build(site)
    rig.tools = make_rig(rig.bench.database, rig.folder, ()).tools
    source = await rig.add("web", {"url": f"{site.url}/"})
    with pytest.raises(SourceRefusedError, match="HOLDFAST_SOURCE_PRIVATE_HOSTS"):
        await rig.run(source)
    assert site.asked == []


async def test_the_address_that_was_checked_is_the_one_that_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: a name server that answers differently the second time is not asked a second time."""
    answers = iter(["93.184.216.34", "127.0.0.1"])

    async def getaddrinfo(host: str, port: int, **options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    connected = []

    async def connect(address: str, port: int, *options: Any) -> httpcore.AsyncNetworkStream:
        connected.append(address)
        raise httpcore.ConnectError("as far as the test goes")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    backend = GuardedBackend(())
    monkeypatch.setattr(backend._inner, "connect_tcp", connect)
    with pytest.raises(httpcore.ConnectError, match="as far"):
        await backend.connect_tcp("rebind.example", 80)
    with pytest.raises(PrivateAddressError):
        await backend.connect_tcp("rebind.example", 80)
    assert connected == ["93.184.216.34"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("64:ff9b::808:808", True),
        ("64:ff9b::7f00:1", False), ("64:ff9b:1::7f00:1", False), ("fec0::1", False), ("::127.0.0.1", False),
        ("::ffff:0:127.0.0.1", False), ("5f00::1", False), ("2002:7f00:1::", False), ("100.64.0.1", False),
    ],
)  # fmt: skip
def test_only_addresses_of_the_internet_are_public(address: str, *, public: bool) -> None:
    assert is_public(ip_address(address)) is public


async def test_a_page_without_end_is_not_read_to_its_end(rig: Rig, site: Site) -> None:
    site.page("/", "x" * (MAX_BYTES + 1), "text/plain")
    async with GuardedHttp(("127.0.0.1",))() as client:
        with pytest.raises(SourceRefusedError, match="more than"):
            await read(client, "GET", site.url, MAX_BYTES)


@pytest.mark.parametrize("found", load_formats(), ids=lambda found: found.name)
def test_each_format_is_taken_by_its_type(found: Format) -> None:
    page = Page("https://help.example/x", 200, httpx.Headers({"content-type": f"{found.media_type}; x=y"}), b"")
    assert suffix_of(page) in found.suffixes
