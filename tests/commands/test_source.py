"""`holdfast source` over an API that answers as the real one does."""

import json
from typing import Any

import httpx
import pytest
from rich.console import Console

from activities.settings import Settings
from commands import source
from commands.door import Door
from commands.errors import BadInputError

LOGIN = {"username": "shop", "role": "admin", "api_key": "k"}
REPORT = {"phase": "waiting", "taken": 3, "refused": 1, "error": ""}


class Api:
    """Remembers what it was asked, and ends a sync at the second look."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.synced_at = "2026-01-01T00:00:00Z"
        self.looks = 0
        self.names = ["docs"]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.asked.append((request.method, request.url.path, body))
        if request.method != "GET":
            return httpx.Response(202, json={"name": "docs"})
        if request.url.path.endswith("/items"):
            refused = {"key": "a.pdf", "status": "refused", "reason": "the file is damaged"}
            return httpx.Response(200, json={"items": [refused] if request.url.params["status"] == "refused" else []})
        if request.url.path == "/v1/sources":
            return httpx.Response(200, json={"items": [{"name": name} for name in self.names]})
        self.looks += 1
        if self.looks > 2:
            self.synced_at = "2026-01-02T00:00:00Z"
        view = {"name": "docs", "kind": "folder", "status": "active", "synced_at": self.synced_at, "report": REPORT}
        return httpx.Response(200, json={**view, "progress": REPORT, "items": {"taken": 3, "refused": 1}})


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    answering = Api()
    transport = httpx.MockTransport(answering)
    monkeypatch.setattr(source, "open_door", lambda settings: Door("http://api", LOGIN, transport))
    monkeypatch.setattr(source, "POLL_SECONDS", 0)
    return answering


def said(run: Any, *arguments: Any, **options: Any) -> str:
    console = Console(width=140)
    with console.capture() as captured:
        run(Settings(), console, *arguments, **options)
    return captured.get()


def test_a_source_is_added_with_its_options_as_json_or_text(api: Api) -> None:
    rules = ['{"path": "hr/*", "classification": "confidential"}']
    options = ["path=/srv/docs", "depth=2", 'hosts=["a.example"]']
    given = {"department": "support", "classification": "internal", "every": 60.0}
    assert "Added docs" in said(source.add, name="docs", kind="folder", options=options, rules=rules, **given)
    (_, path, body) = api.asked[-1]
    assert path == "/v1/sources"
    assert body["config"] == {"path": "/srv/docs", "depth": 2, "hosts": ["a.example"]}
    assert body["rights"] == [{"path": "hr/*", "classification": "confidential"}]


@pytest.mark.parametrize(("options", "rules"), [(["path"], []), ([], ["no json"])])
def test_an_option_or_a_rule_that_is_none_is_said(api: Api, options: list[str], rules: list[str]) -> None:
    given = {"department": "support", "classification": "internal", "every": 60.0}
    with pytest.raises(BadInputError, match="is not"):
        said(source.add, name="docs", kind="folder", options=options, rules=rules, **given)


def test_the_list_shows_how_sources_go_and_one_shows_what_was_not_taken(api: Api) -> None:
    every = said(source.show, None, as_json=False)
    assert "docs" in every
    assert "the file is damaged" not in every
    assert "the file is damaged" in said(source.show, "docs", as_json=False)
    assert json.loads(said(source.show, "docs", as_json=True))[0]["kind"] == "folder"


def test_without_sources_the_list_says_so(api: Api) -> None:
    api.names = []
    assert "No sources yet" in said(source.show, None, as_json=False)
    assert json.loads(said(source.show, None, as_json=True)) == []


def test_a_sync_is_waited_for(api: Api) -> None:
    assert "3 taken, 1 refused" in said(source.sync, "docs", wait=True)
    assert ("POST", "/v1/sources/docs/sync", None) in api.asked


@pytest.mark.parametrize(
    ("action", "call"),
    [("pause", ("POST", "/v1/sources/docs/pause")), ("resume", ("POST", "/v1/sources/docs/resume")),
     ("remove", ("DELETE", "/v1/sources/docs"))],
)  # fmt: skip
def test_a_source_is_told_what_to_do(api: Api, action: Any, call: tuple[str, str]) -> None:
    assert said(source.tell, "docs", action).startswith("docs ")
    assert api.asked[-1][:2] == call
