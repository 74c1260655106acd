"""The composition root: the door opens on an empty folder, before Temporal is there, and says so."""

import stat
from collections.abc import AsyncIterator
from functools import partial

import httpx
import pytest
from fastapi import FastAPI

from activities.records.people import People
from activities.settings import Settings
from api import looks, probes
from api.adapters import open_services
from api.application import create_app
from api.probes import ProbeError
from commands.process import free_port
from workflows.client import connect


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("door"), messages_per_minute=3)


@pytest.fixture(scope="module")
async def door(settings: Settings) -> AsyncIterator[FastAPI]:
    """An application with its real adapters, on a machine where no Temporal server runs."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
        app = create_app(partial(open_services, settings, []))
        async with app.router.lifespan_context(app):
            yield app


@pytest.fixture
async def client(door: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(door, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://holdfast.test") as client:
        yield client


async def as_new_customer(door: FastAPI, client: httpx.AsyncClient, name: str) -> None:
    people: People = door.state.services.people
    await people.create(name, "customer", password="correct horse battery")
    form = {"username": name, "password": "correct horse battery"}
    token = (await client.post("/v1/auth/token", data=form)).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"


async def test_readiness_names_what_is_missing(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "PATIENCE_SECONDS", 60)
    ready = await client.get("/health/ready")
    assert ready.status_code == 503
    missing = {"temporal": "unavailable", "worker": "unavailable"}
    room = {"disk": "ok"}
    assert ready.json()["checks"] == {
        "database": "ok",
        "knowledge": "ok",
        "words": "ok",
        "vectors": "ok",
        **missing,
        **room,
    }
    assert (await client.get("/health/live")).status_code == 200


async def test_the_first_start_makes_a_key_that_only_its_owner_reads(door: FastAPI, settings: Settings) -> None:
    assert stat.S_IMODE((settings.data_dir / "token.key").stat().st_mode) == 0o600


async def test_a_question_before_temporal_is_there_is_a_503_without_the_reason(
    door: FastAPI, client: httpx.AsyncClient
) -> None:
    await as_new_customer(door, client, "eve")
    answer = await client.post("/v1/conversations", json={"message": "Hello, I am eve@example.com"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "127.0.0.1" not in answer.text
    [conversation] = (await client.get("/v1/conversations")).json()["items"]
    assert conversation["title"] == "Hello, I am <EMAIL_ADDRESS>"


async def test_the_ceilings_of_the_settings_hold(door: FastAPI, client: httpx.AsyncClient) -> None:
    await as_new_customer(door, client, "mallory")
    statuses = [(await client.post("/v1/conversations", json={"message": "Hi"})).status_code for _ in range(4)]
    assert statuses == [503, 503, 503, 429]


async def test_an_empty_knowledge_is_searched_without_a_fault(door: FastAPI, client: httpx.AsyncClient) -> None:
    await as_new_customer(door, client, "olga")
    answer = await client.post("/v1/search", json={"query": "refund"})
    assert (answer.status_code, answer.json()["passages"]) == (200, [])


async def test_the_real_server_is_healthy_and_nobody_polls_an_unknown_queue(
    temporal_address: str, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.health.PATIENCE_SECONDS", 60)
    temporal = await connect(temporal_address)
    await looks.temporal(temporal)()
    with pytest.raises(ProbeError, match="no worker polls"):
        await looks.worker(temporal, task_queue)()
