"""`holdfast doctor` looks at what it claims, and tells what is missing from what is merely not running."""

import http.server
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from activities.records.migrations import newest_revision
from activities.settings import Settings
from commands.chat_model import look_for_models
from commands.doctor import Finding, State, examine
from commands.process import free_port
from commands.runtime import Runtime, write_runtime


class Server(http.server.BaseHTTPRequestHandler):
    """Stands for every HTTP server: ready where the path says so, and an Ollama with one model."""

    def do_GET(self) -> None:
        if self.path.startswith("/page"):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<h1>Hello</h1>")
            return
        known = {"/health/ready": {"status": "ok"}, "/api/tags": {"models": [{"name": "tiny:latest"}]}}
        self.send_response(200 if self.path in known else 503)
        self.end_headers()
        self.wfile.write(json.dumps(known.get(self.path, {"checks": {"chroma": "down"}})).encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server_url() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


async def findings(settings: Settings, temporal: str = "") -> dict[str, Finding]:
    return {finding.name: finding for finding in await examine(settings, temporal)}


async def test_with_nothing_running_nothing_is_missing(data_dir: Path) -> None:
    found = await findings(Settings(ollama_url=f"http://127.0.0.1:{free_port()}"))

    assert [name for name, finding in found.items() if finding.state == "missing"] == []
    assert found["API"].state == "optional"
    assert found["Chat model"].detail.endswith("the embedded engine answers")
    assert found["Database"] == Finding("Database", "optional", "sqlite, no schema yet: `holdfast up` makes it")
    assert list(data_dir.iterdir()) == []
    assert "temporalio" in found["Versions"].detail
    assert "GiB free" in found["Disk"].detail


@pytest.mark.parametrize(
    ("schema", "state", "detail"),
    [
        (newest_revision(), "ok", f"sqlite, schema {newest_revision()}"),
        ("0001", "ok", f"sqlite, schema 0001; the next start brings it to {newest_revision()}"),
        ("9999", "missing", "schema 9999, which this Holdfast does not know: install a newer one"),
    ],
)
async def test_the_schema_is_read_and_left_as_it_is(data_dir: Path, schema: str, state: State, detail: str) -> None:
    with closing(sqlite3.connect(data_dir / "holdfast.db")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (schema,))

    for _ in range(2):
        found = await findings(Settings(ollama_url=f"http://127.0.0.1:{free_port()}"))
        assert found["Database"] == Finding("Database", state, detail)


async def test_a_data_folder_that_cannot_be_made_is_missing() -> None:
    settings = Settings(data_dir=Path("/proc/data"), ollama_url=f"http://127.0.0.1:{free_port()}")
    found = await findings(settings)

    assert found["Disk"].state == "missing"
    assert found["Disk"].detail.startswith("cannot write to /proc: ")


async def test_a_server_that_is_something_else_is_missing(data_dir: Path, server_url: str) -> None:
    found = await findings(Settings(api_url=f"{server_url}/page"))

    assert found["API"] == Finding("API", "missing", f"{server_url}/page; what answers: it is not Holdfast")


@pytest.mark.parametrize(
    ("models", "detail"),
    [
        ({"ollama_model": "tiny"}, "tiny at URL"),
        ({"ollama_model": "big"}, "Ollama lacks big: the embedded engine answers (`ollama pull big`)"),
        (
            {"ollama_model": "big", "ollama_small_model": "tiny"},
            "Ollama lacks big: the other model answers (`ollama pull big`)",
        ),
        ({"chat_engine": "embedded"}, "the embedded engine, as HOLDFAST_CHAT_ENGINE says"),
    ],
)
async def test_one_line_says_which_model_is_there_or_how_to_pull_it(
    server_url: str, models: dict[str, Any], detail: str
) -> None:
    async with httpx.AsyncClient() as client:
        look = await look_for_models(Settings(ollama_url=server_url, **models), client)
    assert look.line == detail.replace("URL", server_url)
    assert look.complete is not look.line.startswith("Ollama lacks")


async def test_a_running_installation_is_looked_at_part_by_part(
    data_dir: Path, server_url: str, temporal_address: str
) -> None:
    runtime = Runtime(
        pid=1, url=server_url, temporal_address=temporal_address, chroma_url=server_url, worker_url=server_url
    )
    write_runtime(data_dir, runtime)
    found = await findings(Settings(ollama_url=server_url, ollama_model="tiny"))

    assert found["API"] == Finding("API", "ok", server_url)
    assert found["Temporal"] == Finding("Temporal", "ok", temporal_address)
    assert found["Chroma"].state == "missing"
    assert "down" in found["Chroma"].detail
    assert found["Chat model"].state == "ok"


async def test_each_worker_is_looked_at(data_dir: Path, server_url: str) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    found = await findings(Settings(worker_url=f"{server_url},{gone}"))

    assert found["Worker"] == Finding("Worker", "ok", server_url)
    assert found["Worker-2"].state == "missing"
    assert gone in found["Worker-2"].detail


async def test_a_named_server_that_does_not_answer_is_missing(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.doctor.LOOK_SECONDS", 0.1)
    gone = f"127.0.0.1:{free_port()}"
    database = f"postgresql://holdfast:secret@{gone}/holdfast"
    found = await findings(Settings(chroma_url=f"http://{gone}", database_url=database), temporal=gone)

    for name in ("Chroma", "Temporal", "Database"):
        assert found[name].state == "missing", name
        assert gone in found[name].detail
    assert "secret" not in found["Database"].detail


async def test_a_model_that_ollama_lacks_is_said_and_not_missed(data_dir: Path, server_url: str) -> None:
    found = await findings(Settings(ollama_url=server_url, ollama_model="absent"))

    assert found["Chat model"].state == "optional"
    assert "absent" in found["Chat model"].detail
