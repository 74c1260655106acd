"""Servers that mean harm: each is refused in a line, what is whole of it is taken, and no answer fills the memory."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from activities.sources import sockets, web_pages
from activities.sources.connector import SourceRefusedError, SourceUnavailableError
from activities.sources.network import GuardedHttp, read
from activities.sources.sync import LONGEST_KEY, mark_of
from activities.sources.web_pages import sitemap_urls
from tests.sources.conftest import MAX_BYTES, Rig
from tests.sources.web_server import Answer, Asked, Site

XML = {"Content-Type": "application/xml"}


def reply(value: Any) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


@pytest.fixture
def packed(site: Site) -> Callable[[str, bytes], None]:
    def serve(coding: str, body: bytes) -> None:
        site.answer = lambda asked: (200, {"Content-Type": "text/html", "Content-Encoding": coding}, body)

    return serve


BOMB = gzip.compress(bytes(50 * MAX_BYTES))


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("gzip", BOMB, "more than"),
        ("gzip, gzip", gzip.compress(BOMB), "not asked for"),
        ("br", b"x", "not asked for"),
        ("gzip", b"<html>", "it is not"),
    ],
)
async def test_packed_answers_are_unfolded_no_further_than_is_taken(
    packed: Any, site: Site, coding: str, body: bytes, reason: str
) -> None:
    packed(coding, body)
    async with GuardedHttp(("127.0.0.1",))() as client:
        with pytest.raises(SourceRefusedError, match=reason):
            await read(client, "GET", site.url, MAX_BYTES)
        packed("gzip", gzip.compress(b"whole"))
        assert (await read(client, "GET", site.url, MAX_BYTES)).text == "whole"


@pytest.fixture
async def dripping() -> AsyncIterator[Callable[[bytes], str]]:
    """A server that sends a beginning, and then a byte again and again."""
    begin = b""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(begin)
            while True:
                await asyncio.sleep(0.01)
                writer.write(b"x")
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)

    def serve(beginning: bytes) -> str:
        nonlocal begin
        begin = beginning
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    yield serve
    server.close()


BEGINNINGS = [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"]


@pytest.mark.parametrize("beginning", BEGINNINGS)
async def test_an_answer_that_drips_ends_in_time(
    dripping: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr("activities.sources.network.ANSWER_SECONDS", 0.2)
    async with GuardedHttp(("127.0.0.1",))() as client:
        with pytest.raises(SourceUnavailableError, match="not ended its answer within"):
            await read(client, "GET", dripping(beginning), MAX_BYTES)


@pytest.mark.parametrize("beginning", BEGINNINGS)
async def test_a_bucket_that_drips_ends_in_time(
    rig: Rig, dripping: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(sockets, "ANSWER_SECONDS", 0.2)
    source = await rig.add("s3", {"endpoint": dripping(beginning), "bucket": "docs"})
    with pytest.raises(SourceUnavailableError, match="not ended its answer within"):
        await rig.run(source)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "leads to no address"),
        ({"Location": "http://[::1"}, "Invalid URL"),
        ({"Location": "//"}, "leads on more than 5 times"),
        ({"Location": "/" + "x" * 9000}, "leads to no address"),
    ],
)
async def test_a_redirect_that_leads_nowhere_spoils_no_other_page(
    rig: Rig, site: Site, headers: Any, reason: str
) -> None:
    site.page("/", "<html><body><p>Home.</p><a href='/odd'>odd</a><a href='/plain'>p</a></body></html>")
    site.page("/plain", "<html><body><p>Plain.</p></body></html>")
    site.answer = lambda asked: (302, headers, b"") if asked.path == "/odd" else None
    source = await rig.add("web", {"url": f"{site.url}/"})
    await rig.run(source)
    assert {text.split("\n")[0] for text in (await rig.answers()).values()} == {"Home.", "Plain."}
    assert reason in (await rig.items(source))[f"{site.url}/odd"].reason


def sitemap(root: str, *places: str) -> Answer:
    inner = "".join(f"<x><loc>{place}</loc></x>" for place in places)
    return 200, XML, f"<{root} xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{inner}</{root}>".encode()


async def test_sitemaps_that_name_each_other_are_read_once(rig: Rig, site: Site) -> None:
    site.page("/new", "<html><body><p>New place.</p></body></html>")
    site.redirects["/old"] = "/new"
    maps = {
        "/a.xml": sitemap("sitemapindex", f"{site.url}/b.xml", f"{site.url}/a.xml", f"{site.url}/c.xml"),
        "/b.xml": sitemap("sitemapindex", f"{site.url}/a.xml"),
        "/c.xml": sitemap("urlset", f"{site.url}/old", "http://169.254.169.254/latest", "x" * 3000),
    }
    site.answer = lambda asked: maps.get(asked.path)
    source = await rig.add("web", {"url": f"{site.url}/a.xml"})
    await rig.run(source)
    assert list((await rig.answers()).values()) == ["New place."]
    assert [path for path in site.paths() if path.endswith(".xml")] == ["/a.xml", "/b.xml", "/c.xml"]


async def test_a_sitemap_of_endless_sitemaps_removes_nothing(rig: Rig, site: Site) -> None:
    site.page("/page", "<html><body><p>There.</p></body></html>")
    site.answer = lambda asked: sitemap("urlset", f"{site.url}/page") if asked.path.endswith(".xml") else None
    source = await rig.add("web", {"url": f"{site.url}/0.xml"})
    await rig.run(source)

    def endless(asked: Asked) -> Answer | None:
        number = asked.path.strip("/").removesuffix(".xml")
        return sitemap("sitemapindex", f"{site.url}/{int(number) + 1}.xml") if number.isdecimal() else None

    site.answer = endless
    with pytest.raises(SourceRefusedError, match="more than 100 others"):
        await rig.run(source)
    assert list((await rig.answers()).values()) == ["There."]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<urlset>" + b"<url><loc>http://x/</loc></url>" * 51 + b"</urlset>", "more than 50 addresses"),
        (b"<urlset><url>" + b"<x/>" * 501 + b"</url></urlset>", "more than 500 elements"),
        (b"<urlset>" + b"<x>" * 300 + b"</x>" * 300 + b"</urlset>", "damaged"),
        (b"", "damaged"),
    ],
)
def test_a_sitemap_is_as_large_and_as_deep_as_they_are(
    monkeypatch: pytest.MonkeyPatch, body: bytes, reason: str
) -> None:
    monkeypatch.setattr(web_pages, "MAX_ADDRESSES", 50)
    monkeypatch.setattr(web_pages, "MAX_ELEMENTS", 500)
    with pytest.raises(SourceRefusedError, match=reason):
        sitemap_urls(body)


def test_what_else_a_sitemap_says_of_an_address_is_passed_over() -> None:
    page = b"<url><x/><loc>http://x/</loc><image><loc2/></image></url>"
    assert sitemap_urls(b"<urlset>" + page * 2 + b"</urlset>") == (["http://x/"] * 2, [])


@pytest.mark.parametrize(
    ("config", "answer", "reason"),
    [
        ({"items": "data", "next": "next", "cursor_param": "c"}, {"data": [{"id": 1}], "next": "same"}, "go round"),
        ({"page_param": "p"}, [{"id": 1, "body": "One."}], "go round"),
        ({"max_items": 2}, [{"id": number} for number in range(3)], "more than 2 items"),
        ({"items": "data"}, {"data": "none"}, "no list"),
    ],
)
async def test_pages_that_never_end_are_refused_and_nothing_is_removed(
    rig: Rig, site: Site, config: Any, answer: Any, reason: str
) -> None:
    source = await rig.add("rest", {"url": f"{site.url}/list", **config})
    site.answer = lambda asked: reply(answer)
    with pytest.raises(SourceRefusedError, match=reason):
        await rig.run(source)
    assert len(site.asked) <= 3


async def test_keys_and_titles_that_nobody_could_keep_spoil_no_other(rig: Rig, site: Site) -> None:
    odd = ["\ud800", "a\0b", "k" * (LONGEST_KEY + 1)]
    found = [{"id": key, "body": "Odd."} for key in odd] + [
        {"id": "../../etc/x", "title": "a\0\ud800b", "body": "Fine."}
    ]
    source = await rig.add("rest", {"url": site.url, "updated": "mark"})
    site.answer = lambda asked: reply([{**each, "mark": "m" * 5000} for each in found])
    await rig.run(source)
    items = (await rig.items(source)).values()
    assert sorted(item.status for item in items) == ["skipped", "skipped", "skipped", "taken"]
    assert list((await rig.answers()).values()) == ["Fine."]
    assert mark_of("m" * 5000) != mark_of("m" * 5001)


@pytest.mark.parametrize("pages", [[1, 2], {"results": 7}, {"results": [{"no": "id"}]}, "x"])
async def test_answers_of_another_shape_are_refused_in_a_line(rig: Rig, site: Site, pages: Any) -> None:
    site.answer = lambda asked: reply({"results": [{"id": "1"}]} if "keys" in asked.path else pages)
    source = await rig.add("confluence", {"url": site.url, "space": "HELP", "secret": rig.secret("wiki", "a:b")})
    with pytest.raises(SourceRefusedError, match="not what a source of this kind answers"):
        await rig.run(source)


def listing(*keys: str, token: str = "") -> Answer:
    contents = "".join(
        f"<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag>"
        "<Size>5</Size></Contents>"
        for key in keys
    )
    more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>" if token else ""
    namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    return (
        200,
        XML,
        f"<ListBucketResult xmlns='{namespace}'><Name>docs</Name>{contents}{more}</ListBucketResult>".encode(),
    )


async def test_object_names_that_climb_and_empty_objects_spoil_no_other(rig: Rig, site: Site) -> None:
    def answer(asked: Asked) -> Answer:
        if "list-type" in asked.path:
            return listing("../../etc/passwd.md", "a/../b.md", "empty.md", "fine.md", "%00.md")
        return 200, {"Content-Type": "text/plain"}, b"" if "empty" in asked.path else b"Fine."

    site.answer = answer
    source = await rig.add("s3", {"endpoint": site.url, "bucket": "docs"})
    await rig.run(source)
    items = await rig.items(source)
    assert "'..'" in items["../../etc/passwd.md"].reason
    assert "0 bytes" in items["empty.md"].reason
    assert (await rig.answers())["fine.md"] == "Fine."


@pytest.mark.parametrize(
    ("said", "failure", "reason"),
    [
        (listing("a.md", token="again"), SourceRefusedError, "goes round"),
        (listing(token="again"), SourceRefusedError, "goes round"),
        ((429, {"Retry-After": "99999999"}, b""), SourceUnavailableError, "answers 429"),
        ((200, XML, b"<a" + b"x" * 17_000_000), SourceRefusedError, "more than"),
        ((200, XML, b"no xml"), SourceRefusedError, "cannot be read"),
        ((503, {"Retry-After": "0"}, b""), SourceUnavailableError, "answers 503"),
    ],
)
async def test_a_bucket_that_never_ends_or_never_answers_is_refused(
    rig: Rig, site: Site, said: Answer, failure: type[Exception], reason: str
) -> None:
    site.answer = lambda asked: said
    source = await rig.add("s3", {"endpoint": site.url, "bucket": "docs"})
    with pytest.raises(failure, match=reason):
        await rig.run(source)
