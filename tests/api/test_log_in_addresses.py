"""Where log-ins are counted: by the browser's address, through the pages and through a proxy, and by nobody's claim."""

from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from activities.settings import Settings
from api.auth import VISITOR_HEADER
from api.limits import Limiter, Rates
from api.main import serving
from api.problems import ProblemError
from api.tokens import Tokens
from tests.api.conftest import KEY, PASSWORD, World
from ui.client import Api
from ui.login import make_router
from ui.sessions import Sessions

PAGES, PROXY, ATTACKER, CUSTOMER = "127.0.0.1", "10.0.3.7", "198.51.100.66", "203.0.113.20"
Browser = Callable[..., httpx.AsyncClient]


@pytest.fixture
def rates() -> Rates:
    return Rates(logins_by_name="2/5minute", logins_by_name_anywhere="5/5minute", logins_by_address="4/5minute")


def reached(app: Any, address: str, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url="http://holdfast.test", headers=headers)


@pytest.fixture
async def browser(world: World) -> AsyncIterator[Browser]:
    """Browsers in front of the log-in page, which reaches the API from its own machine."""
    pages = FastAPI()
    async with reached(world.app, PAGES) as http:
        api = Api(http)
        pages.include_router(make_router(api, Sessions(api), world.services.tokens.vouch))
        yield lambda address, **headers: reached(pages, address, **headers)


async def log_in(client: httpx.AsyncClient, name: str, password: str, path: str = "/login") -> int:
    return (await client.post(path, data={"username": name, "password": password})).status_code


async def test_bad_log_ins_through_the_pages_keep_nobody_else_out(world: World, browser: Browser) -> None:
    attacker = browser(ATTACKER)
    statuses = [await log_in(attacker, f"user{n}", "wrong password") for n in range(5)]
    assert statuses == [401] * 4 + [429]
    assert await log_in(browser(CUSTOMER), "ada", PASSWORD) == 303


async def test_who_only_knows_a_name_does_not_keep_its_owner_out(world: World, browser: Browser) -> None:
    attacker, owner = browser(ATTACKER), browser(CUSTOMER)
    assert [await log_in(attacker, "Ada", "wrong password") for _ in range(3)] == [401, 401, 429]
    assert await log_in(owner, "ada", PASSWORD) == 303
    assert await log_in(attacker, "ada", PASSWORD) == 429  # the owner's log-in clears nothing for them


async def test_many_addresses_do_not_guess_at_one_name_for_ever(world: World, browser: Browser) -> None:
    tries = [(f"192.0.2.{n}", 401 if n < 5 else 429) for n in range(6)]
    for address, status in tries:
        assert await log_in(browser(address), "ada", "wrong password") == status
    assert await log_in(browser(CUSTOMER), "bob", PASSWORD) == 303


async def test_a_browser_cannot_say_where_it_is(world: World, browser: Browser) -> None:
    statuses = []
    for n in range(5):
        elsewhere = f"192.0.2.{n}"
        claims = {"X-Forwarded-For": elsewhere, VISITOR_HEADER: elsewhere}
        statuses.append(await log_in(browser(ATTACKER, **claims), f"user{n}", "wrong password"))
    assert statuses[-1] == 429


@pytest.mark.parametrize("key", [b"x" * 64, KEY])
async def test_a_program_cannot_sign_for_another_address(world: World, key: bytes) -> None:
    forger = Tokens(key, timedelta(minutes=15))
    statuses = []
    for n in range(5):
        old = Tokens(key, forger.lifetime, clock=lambda: forger.clock() - timedelta(minutes=5))
        claim = (old if key == KEY else forger).vouch(f"192.0.2.{n}")
        client = reached(world.app, ATTACKER, **{VISITOR_HEADER: claim})
        statuses.append(await log_in(client, f"user{n}", "wrong password", "/v1/auth/token"))
    assert statuses[-1] == 429


async def test_what_vouches_for_an_address_lets_nobody_in(world: World) -> None:
    claim = world.services.tokens.vouch(world.people["ada"].id)
    client = reached(world.app, ATTACKER, Authorization=f"Bearer {claim}")
    assert (await client.get("/v1/me")).status_code == 401
    assert world.services.tokens.vouched(world.token("ada")) is None


def behind(world: World, trusted: str) -> Any:
    config = uvicorn.Config(world.app, **serving(Settings(trusted_proxies=trusted)) | {"lifespan": "off"})
    config.load()
    return config.loaded_app


@pytest.mark.parametrize("trusted", [PROXY, "192.0.2.1, 10.0.3.0/24"])
async def test_behind_a_trusted_proxy_each_customer_counts_alone(world: World, trusted: str) -> None:
    app = behind(world, trusted)
    for n in range(5):
        # The proxy adds the peer that it sees; what stands before it is the attacker's own.
        client = reached(app, PROXY, **{"X-Forwarded-For": f"192.0.2.{n}, {ATTACKER}"})
        status = await log_in(client, f"user{n}", "wrong password", "/v1/auth/token")
    assert status == 429
    customer = reached(app, PROXY, **{"X-Forwarded-For": CUSTOMER})
    assert await log_in(customer, "ada", PASSWORD, "/v1/auth/token") == 200


@pytest.mark.parametrize("trusted", ["", "192.0.2.1"])
async def test_nobody_else_is_taken_for_a_proxy(world: World, trusted: str) -> None:
    app = behind(world, trusted)
    for n in range(5):
        client = reached(app, ATTACKER, **{"X-Forwarded-For": f"192.0.2.{n}"})
        status = await log_in(client, f"user{n}", "wrong password", "/v1/auth/token")
    assert status == 429


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.1", "::ffff:203.0.113.2", False),
        ("::ffff:203.0.113.1", "203.0.113.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("203.0.113.1", "203.0.113.2", False),
        ("unknown", "unknown", True),
    ],
)
async def test_all_addresses_that_one_caller_has_count_together(one: str, other: str, same: bool) -> None:
    limiter = Limiter(Rates(logins_by_address="1/5minute"))
    await limiter.count_login("ada", one)
    with pytest.raises(ProblemError) if same else nullcontext():
        await limiter.count_login("bob", other)


@pytest.mark.parametrize("value", ["*", "proxy.example.com", "10.0.0.1/8", "10.0.0.1,", "300.1.1.1"])
def test_proxies_that_are_no_addresses_are_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        Settings(trusted_proxies=value)
