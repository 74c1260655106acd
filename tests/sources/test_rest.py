"""A REST API with pages, by each way of paging."""

import json
from typing import Any

import pytest

from activities.sources.connector import SourceRefusedError, SourceUnavailableError
from tests.sources.conftest import Rig
from tests.sources.web_server import Answer, Asked, Site

ARTICLES = [{"id": number, "title": f"T{number}", "body": f"Text {number}."} for number in range(1, 6)]


def reply(value: Any, **headers: str) -> Answer:
    return 200, {"Content-Type": "application/json", **headers}, json.dumps(value).encode()


def by_link(asked: Asked) -> Answer:
    first = "page=2" not in asked.path
    return reply(ARTICLES[:3], Link='</articles?page=2>; rel="next"') if first else reply(ARTICLES[3:])


def by_cursor(asked: Asked) -> Answer:
    first = "after=c2" not in asked.path
    return reply({"data": {"items": ARTICLES[:3] if first else ARTICLES[3:]}, "next": "c2" if first else None})


def by_address(asked: Asked) -> Answer:
    first = "page=2" not in asked.path
    return reply(
        {"data": {"items": ARTICLES[:3] if first else ARTICLES[3:]}, "next": "/articles?page=2" if first else ""}
    )


def by_number(asked: Asked) -> Answer:
    number = int(asked.path.rpartition("p=")[2])
    return reply(ARTICLES[(number - 1) * 3 : number * 3])


@pytest.mark.parametrize(
    ("answer", "config"),
    [
        (by_link, {}),
        (by_cursor, {"items": "data.items", "next": "next", "cursor_param": "after"}),
        (by_address, {"items": "data.items", "next": "next"}),
        (by_number, {"page_param": "p"}),
    ],
)
async def test_all_pages_are_read(rig: Rig, site: Site, answer: Any, config: dict[str, str]) -> None:
    site.answer = answer
    source = await rig.add("rest", {"url": f"{site.url}/articles", **config})
    await rig.run(source)
    assert await rig.answers() == {f"{number}.md": f"Text {number}." for number in range(1, 6)}


async def test_changes_deletes_and_objects_without_a_key(rig: Rig, site: Site) -> None:
    now: list[dict[str, Any]] = [dict(each) for each in ARTICLES[:3]]
    site.answer = lambda asked: reply(now)
    source = await rig.add("rest", {"url": f"{site.url}/articles", "deleted": "archived"})
    await rig.run(source)
    now[0]["body"], now[1]["archived"] = "New text.", True
    del now[2]
    now.append({"title": "nobody"})
    await rig.run(source)
    assert await rig.answers() == {"1.md": "New text."}
    assert [item.reason for item in (await rig.items(source)).values() if item.status == "skipped"] == ["it has no id"]


async def test_bodies_are_fetched_one_by_one_with_the_log_in(rig: Rig, site: Site) -> None:
    def answer(asked: Asked) -> Answer:
        if asked.headers.get("authorization") != "Bearer t0ken":
            return 401, {}, b""
        key = asked.path.rpartition("/")[2]
        return reply(ARTICLES[int(key) - 1]) if key.isdecimal() else reply([{"id": 1, "v": 1}, {"id": 2, "v": 1}])

    site.answer = answer
    config = {"url": f"{site.url}/articles", "item_url": f"{site.url}/articles/{{key}}", "updated": "v"}
    source = await rig.add("rest", {**config, "secret": rig.secret("api", "t0ken\n")})
    await rig.run(source)
    assert await rig.answers() == {"1.md": "Text 1.", "2.md": "Text 2."}
    (rig.folder / "secrets" / "api").write_text("wrong")
    with pytest.raises(SourceRefusedError, match="log-in is not taken"):
        await rig.run(source)
    await rig.drain(source)
    assert len(await rig.answers()) == 2


async def test_busy_is_waited_for_as_long_as_it_says(rig: Rig, site: Site) -> None:
    site.answer = lambda asked: (429, {"Retry-After": "42"}, b"")
    source = await rig.add("rest", {"url": f"{site.url}/articles"})
    with pytest.raises(SourceUnavailableError) as busy:
        await rig.run(source)
    assert busy.value.retry_after is not None
    assert busy.value.retry_after.total_seconds() == 42


@pytest.mark.parametrize(
    ("body", "config", "reason"),
    [
        (b"<html>", {}, "without JSON"),
        (b"{}", {"items": "data"}, "no list at data"),
        (b"[" * 100_000, {}, "without JSON"),
        (b'{"data": [{"id": 1, "body": "x"}], "next": "https://evil.example/2"}', {"items": "data", "next": "next"},
         "another place"),
    ],
)  # fmt: skip
async def test_an_answer_that_is_not_what_it_should_be_is_said(
    rig: Rig, site: Site, body: bytes, config: dict[str, str], reason: str
) -> None:
    site.answer = lambda asked: (200, {"Content-Type": "application/json"}, body)
    source = await rig.add("rest", {"url": f"{site.url}/articles", **config})
    with pytest.raises(SourceRefusedError, match=reason):
        await rig.run(source)
