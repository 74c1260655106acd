"""Log-in, tokens, keys and cookies: one person behind each, with the rights they have at this moment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from pydantic import ValidationError
from sqlalchemy import update

from activities.records.models import Person
from activities.settings import Settings
from api.application import create_app
from api.auth import SESSION_COOKIE, start_session
from api.deps import Services
from api.limits import Rates
from api.tokens import Tokens
from tests.api.conftest import KEY, PASSWORD, World


@pytest.fixture
def rates() -> Rates:
    return Rates(logins_by_name="3/5minute", logins_by_address="12/5minute")


async def log_in(world: World, username: str, password: str) -> httpx.Response:
    return await (await world.client()).post("/v1/auth/token", data={"username": username, "password": password})


def session_at(world: World, name: str, age: timedelta) -> dict[str, str]:
    moment = datetime.now(UTC) - age
    tokens = Tokens(KEY, timedelta(minutes=15), clock=lambda: moment)
    return {SESSION_COOKIE: tokens.issue_token(world.people[name])}


async def test_a_password_becomes_a_short_lived_token(world: World) -> None:
    answer = await log_in(world, "ada", PASSWORD)
    assert (answer.status_code, answer.json()["token_type"], answer.json()["expires_in"]) == (200, "bearer", 900)
    client = await world.client(headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
    assert (await client.get("/v1/me")).json()["username"] == "ada"


async def test_a_wrong_password_an_unknown_name_and_a_service_all_get_the_same_answer(world: World) -> None:
    tries = [("ada", "wrong password"), ("nobody", PASSWORD), ("shop", PASSWORD)]
    answers = [await log_in(world, *attempt) for attempt in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json()["detail"] for answer in answers}) == 1


async def test_guessing_a_password_is_stopped_whatever_the_case_of_the_name(world: World) -> None:
    for name in ("ada", "ADA", "Ada"):
        assert (await log_in(world, name, "wrong password")).status_code == 401
    blocked = await log_in(world, "ada", PASSWORD)
    assert blocked.status_code == 429
    assert int(blocked.headers["retry-after"]) >= 1


async def test_a_right_password_clears_the_count_of_wrong_ones(world: World) -> None:
    for _ in range(4):
        assert (await log_in(world, "ada", "wrong password")).status_code == 401
        assert (await log_in(world, "ada", PASSWORD)).status_code == 200


async def test_one_address_cannot_try_the_names_of_everybody(world: World) -> None:
    statuses = [(await log_in(world, f"user{n}", "wrong password")).status_code for n in range(13)]
    assert statuses == [401] * 12 + [429]


async def test_a_forwarding_header_gives_no_fresh_address(world: World) -> None:
    statuses = []
    for n in range(13):
        client = await world.client(headers={"X-Forwarded-For": f"198.51.100.{n}"})
        answer = await client.post("/v1/auth/token", data={"username": f"user{n}", "password": "wrong password"})
        statuses.append(answer.status_code)
    assert statuses[-1] == 429


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
async def test_a_service_calls_with_its_key(world: World, header: str) -> None:
    key = (await world.services.keys.create(world.people["shop"].id, "backend")).secret
    client = await world.client(headers={header: f"Bearer {key}" if header == "Authorization" else key})
    assert (await client.get("/v1/me")).json()["role"] == "service"


async def test_a_revoked_key_is_refused_at_once(world: World) -> None:
    key = await world.services.keys.create(world.people["shop"].id, "backend")
    client = await world.client(headers={"X-API-Key": key.secret})
    assert (await client.get("/v1/me")).status_code == 200
    await world.services.keys.revoke(key.id)
    assert (await client.get("/v1/me")).status_code == 401


async def test_a_deactivated_person_is_refused_with_a_token_that_is_still_valid(world: World) -> None:
    client = await world.client("ada")
    assert (await client.get("/v1/me")).status_code == 200
    await world.services.people.deactivate(world.people["ada"].id)
    assert (await client.get("/v1/me")).status_code == 401
    assert (await log_in(world, "ada", PASSWORD)).status_code == 401


async def test_a_role_that_was_taken_away_is_gone_with_the_next_request(world: World) -> None:
    client = await world.client("sue")
    assert (await client.get("/v1/audit")).status_code == 200
    async with world.database.write() as session:
        await session.execute(update(Person).where(Person.username == "sue").values(role="customer"))
    assert (await client.get("/v1/audit")).status_code == 403


async def test_bad_credentials_all_get_the_same_401(world: World) -> None:
    expired = Tokens(KEY, timedelta(minutes=15), clock=lambda: datetime.now(UTC) - timedelta(hours=1))
    forged = Tokens(b"x" * 64, timedelta(minutes=15))
    credentials = [
        {},
        {"Authorization": f"Bearer {expired.issue_token(world.people['ada'])}"},
        {"Authorization": f"Bearer {forged.issue_token(world.people['root'])}"},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Bearer " + "x" * 5_000},
        {"Authorization": f"Basic {world.token('ada')}"},
        {"Authorization": "Bearer hf_00000000_unknown"},
        {"X-API-Key": "hf_"},
        {"Cookie": f"{SESSION_COOKIE}=nonsense"},
    ]
    bodies = set()
    for headers in credentials:
        answer = await (await world.client(headers=headers)).get("/v1/me")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="holdfast"'
        bodies.add(answer.json()["detail"])
    assert len(bodies) == 1


@pytest.mark.parametrize("name", ["access_token", "token", "api_key", "Authorization"])
async def test_a_token_in_the_address_counts_for_nothing(world: World, name: str) -> None:
    answer = await (await world.client()).get("/v1/me", params={name: world.token("ada")})
    assert answer.status_code == 401


async def test_a_browser_is_known_by_its_cookie(world: World) -> None:
    client = await world.client(cookies={SESSION_COOKIE: world.token("ada")})
    assert (await client.get("/v1/me")).json()["username"] == "ada"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": "http://holdfast.test", "Sec-Fetch-Site": "same-origin"}, 201),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
async def test_a_page_of_another_site_cannot_use_the_cookie(world: World, headers: dict[str, str], status: int) -> None:
    client = await world.client(cookies={SESSION_COOKIE: world.token("ada")}, headers=headers)
    assert (await client.post("/v1/conversations", json={"message": "Hi"})).status_code == status


async def test_a_session_in_use_is_renewed_with_a_cookie_scripts_cannot_read(world: World) -> None:
    client = await world.client(cookies=session_at(world, "ada", timedelta(minutes=10)))
    answer = await client.get("/v1/me")
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{SESSION_COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


async def test_a_young_session_and_an_expired_one_are_left_alone(world: World) -> None:
    for age, status in [(timedelta(minutes=1), 200), (timedelta(minutes=20), 401)]:
        answer = await (await world.client(cookies=session_at(world, "ada", age))).get("/v1/me")
        assert (answer.status_code, "set-cookie" in answer.headers) == (status, False)


@pytest.mark.parametrize(
    ("public_url", "secure"),
    [("https://support.example.com", True), ("http://support.example.com", False), ("", False)],
)
async def test_behind_a_proxy_with_tls_the_cookie_is_secure_and_the_browser_told_to_stay(
    world: World, public_url: str, secure: bool
) -> None:
    @asynccontextmanager
    async def open_services() -> AsyncIterator[Services]:
        yield world.services

    def mount(app: FastAPI) -> None:
        @app.get("/page")
        async def page(request: Request, response: Response) -> None:
            start_session(response, "token", request)

    app = create_app(open_services, mount, public_url=public_url)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://api.internal:8000") as client,
    ):
        answer = await client.get("/page")
    assert ("Secure" in answer.headers["set-cookie"]) is secure
    assert ("strict-transport-security" in answer.headers) is secure


@pytest.mark.parametrize("value", ["support.example.com", "ftp://support", "https://support/a/path", "https://"])
def test_a_public_address_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        Settings(public_url=value)
