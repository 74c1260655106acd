"""SharePoint against a fake of Microsoft Graph, written from its documentation, that checks each request."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from activities.sources.connector import SourceRefusedError
from tests.sources.conftest import Rig
from tests.sources.web_server import Answer, Asked, Site


@dataclass
class Library:
    """Files by id, a log of changes behind the delta, and whether its tokens have expired."""

    url: str
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    expired: bool = False

    def put(self, number: str, name: str, text: str, groups: tuple[str, ...] = ("Members",)) -> None:
        self.files[number] = {"name": name, "text": text, "groups": groups}
        self.log.append(number)

    def remove(self, number: str) -> None:
        del self.files[number]
        self.log.append(number)

    def answer(self, asked: Asked) -> Answer:
        place = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(place.query).items()}
        if place.path == "/login/contoso/oauth2/v2.0/token":
            return self.log_in(asked)
        if place.path.startswith("/download/"):
            assert not asked.headers.get("authorization"), "the token must not leave Graph"
            return 200, {"Content-Type": "text/plain"}, self.files[place.path.rpartition("/")[2]]["text"].encode()
        assert asked.headers["authorization"] == "Bearer granted"
        parts = place.path.removeprefix("/graph/").split("/")
        match parts:
            case ["sites", "contoso.sharepoint.com:", "sites", "help", "drive"]:
                return said({"id": "d1"})
            case ["drives", "d1", "root", "delta"]:
                return self.delta(query)
            case ["drives", "d1", "items", number] if number in self.files:
                return said(self.item(number))
            case ["drives", "d1", "items", number, "content"] if number in self.files:
                return 302, {"Location": f"{self.url.replace('127.0.0.1', 'localhost')}/download/{number}"}, b""
            case ["drives", "d1", "items", number, "permissions"] if number in self.files:
                return self.permissions(number)
        return 404, {}, b"{}"

    def log_in(self, asked: Asked) -> Answer:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        assert (asked.method, form["grant_type"], form["client_id"]) == ("POST", "client_credentials", "app")
        good = form["client_secret"] == "s3cret"
        return said({"access_token": "granted"}) if good else (401, {}, b'{"error": "invalid_client"}')

    def delta(self, query: dict[str, str]) -> Answer:
        start = int(query.get("token", "0"))
        if start and self.expired:
            return 410, {}, b'{"error": {"code": "resyncRequired"}}'
        changed = list(dict.fromkeys(self.log[start:])) if start else list(self.files)
        skip = int(query.get("skip", "0"))
        root = f"{self.url}/graph/drives/d1/root/delta"
        page = {"value": [{"id": "root", "folder": {}}, *map(self.item, changed[skip : skip + 2])]}
        if skip + 2 < len(changed):
            return said(page | {"@odata.nextLink": f"{root}?token={start}&skip={skip + 2}"})
        return said(page | {"@odata.deltaLink": f"{root}?token={len(self.log)}"})

    def item(self, number: str) -> dict[str, Any]:
        if number not in self.files:
            return {"id": number, "deleted": {"state": "deleted"}}
        found = self.files[number]
        parent = {"path": "/drives/d1/root:/Guides"}
        tag = f"c:{len(found['text'])}:{found['text'][-5:]}"
        return {
            "id": number,
            "name": found["name"],
            "file": {},
            "size": len(found["text"]),
            "cTag": tag,
            "parentReference": parent,
        }

    def permissions(self, number: str) -> Answer:
        groups = self.files[number]["groups"]
        if groups == ("everybody",):
            return said({"value": [{"roles": ["read"], "link": {"scope": "organization"}}]})
        return said(
            {"value": [{"roles": ["read"], "grantedToV2": {"siteGroup": {"displayName": name}}} for name in groups]}
        )


def said(value: Any) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


RULES = [{"reader": "Members", "classification": "internal"}]


@pytest.fixture
def library(site: Site) -> Library:
    made = Library(site.url)
    for number in range(1, 6):
        made.put(str(number), f"{number}.md", f"# Page {number}\n\nText {number}.")
    made.put("6", "all.md", "# All\n\nFor everybody.", ("everybody",))
    made.put("7", "board.md", "# Board\n\nMinutes.", ("Board",))
    site.answer = made.answer
    return made


def config(rig: Rig, site: Site) -> dict[str, str]:
    return {
        "tenant": "contoso", "client_id": "app", "secret": rig.secret("graph", "s3cret"),
        "site": "contoso.sharepoint.com:/sites/help",
        "graph_url": f"{site.url}/graph", "login_url": f"{site.url}/login",
    }  # fmt: skip


async def test_files_are_taken_with_their_permissions(rig: Rig, site: Site, library: Library) -> None:
    source = await rig.add("sharepoint", config(rig, site), rights=RULES)
    await rig.run(source)
    found = await rig.answers()
    assert len(found) == 7
    assert found["Guides/1.md"] == "Text 1."
    assert await rig.partitions() == {"internal.support": 6, "restricted.support": 1}


async def test_the_delta_brings_changes_and_deletes_and_nothing_else(rig: Rig, site: Site, library: Library) -> None:
    source = await rig.add("sharepoint", config(rig, site), rights=RULES)
    await rig.run(source)
    library.put("1", "1.md", "# Page 1\n\nNew text.")
    library.remove("2")
    listed = await rig.sync.list_changes(source.id, 2)
    assert (listed.listed, listed.to_take, listed.to_delete) == (2, 1, 1)
    await rig.drain(source)
    found = await rig.answers()
    assert found["Guides/1.md"] == "New text."
    assert "Guides/2.md" not in found
    assert len(found) == 6


async def test_a_permission_taken_away_is_noticed_though_the_delta_is_silent(
    rig: Rig, site: Site, library: Library
) -> None:
    source = await rig.add("sharepoint", config(rig, site), rights=RULES)
    await rig.run(source)
    library.files["1"]["groups"] = ("Board",)
    await rig.run(source)
    assert await rig.partitions() == {"internal.support": 5, "restricted.support": 2}


async def test_an_expired_delta_is_listed_anew_and_what_went_meanwhile_goes(
    rig: Rig, site: Site, library: Library
) -> None:
    source = await rig.add("sharepoint", config(rig, site), rights=RULES)
    await rig.run(source)
    library.remove("3")
    library.expired = True
    await rig.run(source)
    assert "Guides/3.md" not in await rig.answers()
    assert len(await rig.answers()) == 6


async def test_a_log_in_that_is_not_taken_is_said(rig: Rig, site: Site, library: Library) -> None:
    source = await rig.add("sharepoint", {**config(rig, site), "secret": rig.secret("wrong", "no")})
    with pytest.raises(SourceRefusedError, match="log-in is not taken"):
        await rig.run(source)
