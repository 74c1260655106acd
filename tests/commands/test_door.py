"""Commands over HTTP: log-in, waiting, errors in words, and what is printed."""

import errno
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from rich.console import Console

from activities.knowledge.reports import Counts, IngestionReport, RefusedDocument, refusal
from activities.settings import Settings
from commands import door as door_module
from commands.ask import show_turn
from commands.door import Door, find_login, find_url
from commands.errors import BadInputError, CommandError
from commands.ingest import Source, find_sources, print_report, take_all
from commands.runtime import Runtime, write_runtime

ADA = {"username": "ada", "password": "secret", "role": "customer"}
TURN = {
    "id": "c.1",
    "conversation_id": "c",
    "status": "answered",
    "answer": "Open Settings.",
    "citations": [{"title": "Reset your password", "version": 3, "quote": "Open\n  Settings."}],
    "intent": "password_reset",
    "confidence_score": 0.934,
    "engine": "embedded",
}


class FakeApi:
    """Answers requests from a script of responses by method and path, and keeps what it was sent."""

    def __init__(self, **scripts: list[httpx.Response]) -> None:
        self.scripts, self.sent = scripts, list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        if request.url.path == "/v1/auth/token":
            return httpx.Response(200, json={"access_token": f"token{len(self.sent)}"})
        return self.scripts[request.method.lower()].pop(0)

    def door(self, login: dict[str, str] = ADA) -> Door:
        return Door("http://api", login, httpx.MockTransport(self))


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the door would have slept."""
    slept: list[float] = []
    monkeypatch.setattr(door_module, "time", SimpleNamespace(sleep=slept.append))
    return slept


def printed(show: Callable[[Console], object]) -> str:
    console = Console(width=100)
    with console.capture() as captured:
        show(console)
    return captured.get()


def test_a_question_is_asked_with_the_token_of_the_log_in() -> None:
    api = FakeApi(post=[httpx.Response(201, json={"conversation_id": "c", "turn": TURN})])

    with api.door() as door:
        assert door.ask("How do I reset my password?") == TURN
    assert api.sent[0].content == b"username=ada&password=secret"
    assert api.sent[1].headers["Authorization"] == "Bearer token1"
    assert json.loads(api.sent[1].content) == {"message": "How do I reset my password?"}


def test_a_running_turn_is_followed_to_its_outcome(naps: list[float]) -> None:
    running = {**TURN, "status": "running"}
    api = FakeApi(
        post=[httpx.Response(202, json={"conversation_id": "c", "turn": None})],
        get=[httpx.Response(200, json={"turns": turns}) for turns in ([], [running], [TURN])],
    )

    with api.door() as door:
        assert door.ask("Hello?")["status"] == "answered"
    assert len(naps) == 3


def test_a_service_sends_its_key_and_never_logs_in() -> None:
    api = FakeApi(get=[httpx.Response(200, json={})])

    with api.door({"username": "backend", "api_key": "hf_1_2", "role": "service"}) as door:
        door.call("GET", "/v1/me")
    assert [request.url.path for request in api.sent] == ["/v1/me"]
    assert api.sent[0].headers["X-API-Key"] == "hf_1_2"


def test_an_expired_token_is_renewed_and_the_request_repeated() -> None:
    api = FakeApi(get=[httpx.Response(401, json={"detail": "Expired."}), httpx.Response(200, json={"id": 1})])

    with api.door() as door:
        assert door.call("GET", "/v1/me") == {"id": 1}
    assert api.sent[-1].headers["Authorization"] == "Bearer token3"


def test_a_busy_api_is_given_the_time_it_asks_for(naps: list[float]) -> None:
    busy = httpx.Response(429, json={"detail": "Slow down."}, headers={"Retry-After": "7"})
    api = FakeApi(get=[busy, httpx.Response(200, json={})])

    with api.door() as door:
        door.call("GET", "/v1/me")
    assert naps == [7.0]


@pytest.mark.parametrize(
    ("response", "error", "exit_code", "words"),
    [
        (httpx.Response(422, json={"detail": "The message is empty."}), BadInputError, 2, "The message is empty."),
        (httpx.Response(500, json={"title": "Internal error"}), CommandError, 1, "Internal error"),
        (httpx.Response(502, text="<html>"), CommandError, 1, "answered 502 without JSON"),
    ],
)
def test_an_error_of_the_api_is_told_in_its_words(
    response: httpx.Response, error: type[CommandError], exit_code: int, words: str
) -> None:
    with FakeApi(get=[response]).door() as door, pytest.raises(error, match=words) as raised:
        door.call("GET", "/v1/me")
    assert raised.value.exit_code == exit_code


def test_a_silent_api_is_told_in_one_line() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(CommandError, match=r"No answer from http://api.*refused.*holdfast up"):
        Door("http://api", ADA, httpx.MockTransport(refuse))


def test_the_api_is_found_by_setting_then_by_what_up_wrote(data_dir: Path) -> None:
    with pytest.raises(CommandError, match="Nothing runs on"):
        find_url(Settings())
    runtime = Runtime(pid=1, url="http://a:1", temporal_address="t", chroma_url="c", worker_url="w")
    write_runtime(data_dir, runtime)

    assert find_url(Settings()) == "http://a:1"
    assert find_url(Settings(api_url="http://b:2")) == "http://b:2"


def test_a_log_in_is_found_by_name_or_else_the_first_of_the_role(data_dir: Path) -> None:
    ben = {**ADA, "username": "ben"}
    amir = {"username": "amir", "password": "p", "role": "admin"}
    (data_dir / "demo-users.json").write_text(json.dumps([ADA, ben, amir]), encoding="utf-8")

    assert find_login(Settings(), None, "customer") == ADA
    assert find_login(Settings(), "ben", "customer") == ben
    assert find_login(Settings(), None, "admin") == amir
    with pytest.raises(BadInputError, match=r"no demo log-in of eve; there are ada, ben, amir"):
        find_login(Settings(), "eve", "customer")


def test_an_answer_is_printed_with_numbered_sources_and_its_confidence() -> None:
    text = printed(lambda console: console.print(show_turn(TURN)))

    assert text.splitlines()[0].strip() == "Open Settings."
    assert "[1] Reset your password (version 3)" in text
    assert "    Open Settings." in text
    assert "answered, password_reset, confidence 0.93, engine embedded" in text


def test_a_turn_that_waits_for_a_person_says_so() -> None:
    waiting = {**TURN, "status": "pending_review", "answer": None, "citations": []}

    assert "A person looks at this first" in printed(lambda console: console.print(show_turn(waiting)))


def test_folders_are_walked_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b/2.md", "a.md", ".git/config", "b/.hidden", "b/1.md"):
        (tmp_path / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "docs" / name).touch()
    (tmp_path / "one.pdf").touch()

    unread: list[RefusedDocument] = []
    found = find_sources([tmp_path / "docs", tmp_path / "one.pdf"], unread)
    assert [source.name for source in found] == ["a.md", "b/1.md", "b/2.md", "one.pdf"]
    assert unread == []


def test_files_and_folders_that_cannot_be_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.md", "shut/b.md", "c/secret.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "gone.md").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop").symlink_to(tmp_path)
    scan, access = os.scandir, os.access

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "shut":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "secret.md" and access(path, mode))
    unread: list[RefusedDocument] = []
    assert [source.name for source in find_sources([tmp_path], unread)] == ["a.md"]
    assert {each.source: each.reason.partition(":")[0] for each in unread} == {
        "shut/": "the folder cannot be read",
        "c/secret.md": "it may not be read by who runs this command",
        "gone.md": "it is a link that leads nowhere",
    }


def test_the_report_counts_documents_and_lists_refused_ones_with_the_reason() -> None:
    parts = {
        "good.jsonl": IngestionReport(counts=Counts(taken=3, unchanged=1)),
        "bad.pdf": refusal("bad.pdf", "the file has a password"),
        "same.md": IngestionReport(counts=Counts(unchanged=1)),
    }
    sources = [Source(Path(name), name) for name in parts]
    report = take_all(sources, lambda source: parts[source.name], Console(quiet=True))
    text = printed(lambda console: print_report(len(sources), report, console))

    assert "bad.pdf" in text
    assert "the file has a password" in text
    assert "3 files: 3 documents taken, 2 skipped (unchanged), 1 refused" in text
