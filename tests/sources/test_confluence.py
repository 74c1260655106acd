"""Confluence against a fake of its REST API, written from its documentation, that checks each request."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from activities.knowledge.preparation import document_id_of
from activities.knowledge.rules import NO_RULE
from activities.records.document_access import DocumentAccess
from activities.sources.connector import SourceRefusedError
from tests.sources.conftest import Rig
from tests.sources.web_server import Answer, Asked, Site

LOGIN = "Basic " + base64.b64encode(b"bot@example.com:t0ken").decode()
RULES = [
    {"reader": "support-team", "classification": "internal"},
    {"reader": "legal", "department": "legal", "classification": "confidential"},
]


@dataclass
class Space:
    """Pages by id: title, body, version, page above, and groups that alone may read."""

    pages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def put(
        self, number: str, title: str, body: str, version: int = 1, above: str = "", groups: tuple[str, ...] = ()
    ) -> None:
        self.pages[number] = {"title": title, "body": body, "version": version, "above": above, "groups": groups}

    def answer(self, asked: Asked) -> Answer:
        place = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(place.query).items()}
        if asked.headers.get("authorization") != LOGIN:
            return 401, {}, b""
        assert asked.method == "GET"
        parts = place.path.removeprefix("/wiki/").split("/")
        match parts:
            case ["api", "v2", "spaces"]:
                return said({"results": [{"id": "77", "key": "HELP"}] if query["keys"] == "HELP" else []})
            case ["api", "v2", "spaces", "77", "pages"]:
                return self.listing(query)
            case ["api", "v2", "pages", number] if number in self.pages:
                assert query == {"body-format": "export_view"}
                return said(self.page(number) | {"body": {"export_view": {"value": self.pages[number]["body"]}}})
            case ["api", "v2", "pages", number, "ancestors"] if number in self.pages:
                return said({"results": [{"id": each, "type": "page"} for each in self.above(number)]})
            case ["rest", "api", "content", number, "restriction", "byOperation", "read"] if number in self.pages:
                groups = [{"type": "group", "name": name} for name in self.pages[number]["groups"]]
                return said(
                    {"operation": "read", "restrictions": {"user": {"results": []}, "group": {"results": groups}}}
                )
        return 404, {}, b"{}"

    def listing(self, query: dict[str, str]) -> Answer:
        assert query["status"] == "current"
        ids, start = sorted(self.pages), int(query.get("cursor", "0"))
        further = {"next": f"/wiki/api/v2/spaces/77/pages?status=current&limit=2&cursor={start + 2}"}
        links = further if start + 2 < len(ids) else {}
        return said({"results": [self.page(each) for each in ids[start : start + 2]], "_links": links})

    def page(self, number: str) -> dict[str, Any]:
        found = self.pages[number]
        return {"id": number, "status": "current", "title": found["title"], "version": {"number": found["version"]}}

    def above(self, number: str) -> list[str]:
        above = self.pages[number]["above"]
        return [*self.above(above), above] if above else []


def said(value: Any) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


@pytest.fixture
def space(site: Site) -> Space:
    made = Space()
    made.put("1", "Refunds", "<p>Thirty days.</p>")
    made.put("2", "Contracts", "<p>Ask first.</p>", groups=("legal",))
    made.put("3", "Clauses", "<p>Clause nine.</p>", above="2")
    made.put("4", "Board", "<p>Minutes.</p>", groups=("board",))
    site.answer = made.answer
    return made


def config(rig: Rig, site: Site, **further: str) -> dict[str, str]:
    secret = rig.secret("wiki", "bot@example.com:t0ken")
    return {"url": f"{site.url}/wiki", "space": "HELP", "secret": secret, **further}


async def test_pages_have_the_rights_that_they_and_those_above_have(rig: Rig, site: Site, space: Space) -> None:
    source = await rig.add("confluence", config(rig, site), rights=RULES)
    await rig.run(source)
    assert await rig.answers() == {
        "Refunds-1.html": "Thirty days.", "Contracts-2.html": "Ask first.", "Clauses-3.html": "Clause nine.",
        "Board-4.html": "Minutes.",
    }  # fmt: skip
    assert await rig.partitions() == {"internal.support": 1, "confidential.legal": 2, "restricted.support": 1}


async def test_rights_taken_away_there_are_taken_away_here_though_no_page_changed(
    rig: Rig, site: Site, space: Space
) -> None:
    source = await rig.add("confluence", config(rig, site), rights=RULES)
    await rig.run(source)
    space.pages["1"]["groups"] = ("board",)
    await rig.run(source)
    assert await rig.partitions() == {"confidential.legal": 2, "restricted.support": 2}
    space.pages["1"]["groups"] = ()
    await rig.run(source)
    assert await rig.partitions() == {"internal.support": 1, "confidential.legal": 2, "restricted.support": 1}


async def test_a_group_there_becomes_a_group_here(rig: Rig, site: Site, space: Space) -> None:
    rules = [{"reader": "legal", "classification": "internal", "groups": ["lawyers"]}]
    source = await rig.add("confluence", config(rig, site), rights=rules)
    await rig.run(source)
    access = DocumentAccess(rig.bench.database)
    contracts = document_id_of("docs/Contracts-2.html")
    assert (await access.get(contracts)).allow == ("group:lawyers",)
    assert all("internal.support" in name for name in await rig.partitions() if "restricted" not in name)
    space.pages["2"]["groups"] = ()
    await rig.run(source)
    assert await access.get(contracts) == NO_RULE
    assert (await rig.partitions())["internal.support"] == 3


async def test_changed_renamed_and_deleted_pages_are_followed(rig: Rig, site: Site, space: Space) -> None:
    source = await rig.add("confluence", config(rig, site))
    await rig.run(source)
    space.put("1", "Returns", "<p>Forty days.</p>", version=2)
    del space.pages["4"]
    await rig.run(source)
    found = await rig.answers()
    assert found.pop("Returns-1.html") == "Forty days."
    assert sorted(found) == ["Clauses-3.html", "Contracts-2.html"]


async def test_no_page_is_readable_before_its_readers_are_known(rig: Rig, site: Site, space: Space) -> None:
    source = await rig.add("confluence", config(rig, site), classification="public")
    await rig.sync.list_changes(source.id, 1)
    assert {item.rights for item in (await rig.items(source)).values()} == {"restricted.support"}


@pytest.mark.parametrize(("change", "reason"), [({"space": "NOWHERE"}, "no space"), ({"secret": "other"}, "log-in")])
async def test_a_wrong_space_or_log_in_is_said(
    rig: Rig, site: Site, space: Space, change: dict[str, str], reason: str
) -> None:
    rig.secret("other", "bot@example.com:wrong")
    source = await rig.add("confluence", config(rig, site, **change))
    with pytest.raises(SourceRefusedError, match=reason):
        await rig.run(source)
