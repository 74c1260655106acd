"""What `up` starts follows from the settings: what is given in the environment is used and not started."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from activities.settings import Settings
from commands.services import child_environment, plan, services
from commands.temporal_server import configured_server


def names(settings: Settings, binary: Path | None) -> set[str]:
    runtime = plan(settings, own_temporal=binary is not None)
    return {service.name for service in services(settings, runtime, binary, httpx.AsyncClient())}


def test_without_any_address_everything_is_started() -> None:
    assert names(Settings(), Path("temporal")) == {"temporal", "chroma", "worker", "api"}


def test_each_of_several_workers_has_a_name_a_port_and_a_log_of_its_own() -> None:
    settings = Settings(workers=3, host="192.0.2.7")
    runtime = plan(settings, own_temporal=True)
    planned = services(settings, runtime, Path("temporal"), httpx.AsyncClient())
    workers = {service.name: service for service in planned if "worker" in service.argv}

    assert list(workers) == ["worker", "worker-2", "worker-3"]
    assert [service.env["HOLDFAST_WORKER_NAME"] for service in workers.values()] == list(workers)
    assert {service.env["HOLDFAST_HOST"] for service in workers.values()} == {"127.0.0.1"}
    ports = [f"http://127.0.0.1:{service.env['HOLDFAST_WORKER_PORT']}" for service in workers.values()]
    assert ports == runtime.worker_url.split(",")
    assert len({service.log for service in workers.values()}) == 3


def test_chroma_writes_no_line_for_each_request_unless_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def level() -> str:
        runtime = plan(Settings(), own_temporal=False)
        (chroma,) = [each for each in services(Settings(), runtime, None, httpx.AsyncClient()) if each.name == "chroma"]
        return chroma.env["RUST_LOG"]

    monkeypatch.setenv("TEMPORAL_ADDRESS", "cluster:7233")
    monkeypatch.delenv("RUST_LOG", raising=False)
    assert level() == "warn"
    monkeypatch.setenv("RUST_LOG", "debug")
    assert level() == "debug"


async def test_chroma_is_stuck_while_its_database_stays_locked(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    runtime = plan(settings, own_temporal=True)
    (chroma,) = [each for each in services(settings, runtime, None, httpx.AsyncClient()) if each.name == "chroma"]
    assert chroma.stuck
    assert not await chroma.stuck()  # there is none yet
    database = tmp_path / "chroma" / "chroma.sqlite3"
    database.parent.mkdir()
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("CREATE TABLE words (word TEXT)")
        assert not await chroma.stuck()
        holder.execute("BEGIN IMMEDIATE")
        assert await chroma.stuck()
        holder.execute("ROLLBACK")
        assert not await chroma.stuck()
    database.write_bytes(b"no database at all " * 100)
    assert not await chroma.stuck()  # damage is for others to find


def test_given_servers_are_used_and_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "cluster:7233")
    settings = Settings(chroma_url="http://vectors:8000")
    environment = child_environment(settings, plan(settings, own_temporal=False))

    assert names(settings, None) == {"worker", "api"}
    assert environment["TEMPORAL_ADDRESS"] == "cluster:7233"
    assert environment["HOLDFAST_CHROMA_URL"] == "http://vectors:8000"


def test_a_server_of_our_own_is_reached_without_the_callers_namespace_and_encryption(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = {"TEMPORAL_NAMESPACE": "team", "TEMPORAL_TLS": "true", "TEMPORAL_API_KEY": "k", "TEMPORAL_PROFILE": "p"}
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)
    own = plan(Settings(), own_temporal=True)
    given = own.model_copy(update={"temporal_ui": ""})

    assert not elsewhere.keys() & child_environment(Settings(), own).keys()
    assert elsewhere.items() <= child_environment(Settings(), given).items()
    for name, value in child_environment(Settings(), own).items():
        monkeypatch.setenv(name, value)
    for name in elsewhere:
        monkeypatch.delenv(name)
    assert configured_server() == {"target_host": own.temporal_address}


@pytest.mark.parametrize(("host", "near"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]")])
def test_a_door_open_to_all_addresses_is_reached_on_loopback(host: str, near: str) -> None:
    settings = Settings(host=host, port=8123)
    runtime = plan(settings, own_temporal=True)

    assert runtime.url == f"http://{near}:8123"
    assert child_environment(settings, runtime)["HOLDFAST_HOST"] == host


def test_every_part_gets_ports_of_its_own_and_the_callers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    settings = Settings()
    runtime = plan(settings, own_temporal=True)
    environment = child_environment(settings, runtime)

    addresses = [runtime.temporal_address, runtime.temporal_ui, runtime.chroma_url, runtime.worker_url]
    assert len({address.rpartition(":")[2] for address in addresses}) == 4
    assert environment["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://collector:4318"
    assert "PYTHONDONTWRITEBYTECODE" not in environment
    assert runtime.pid == os.getpid()
