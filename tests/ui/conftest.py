"""A server with the pages and the scripted API on a free port, and a browser in front of it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.ui.fake_routes import add_routes
from tests.ui.fake_state import PASSWORD, FakeApi
from ui.app import mount

PATIENCE_MILLISECONDS = 30_000
OpenPage = Callable[..., Awaitable[Page]]
Picture = Callable[[Page, str], Awaitable[None]]

expect.set_options(timeout=PATIENCE_MILLISECONDS)


class Server(uvicorn.Server):
    """A server that tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class Site:
    """The pages and the scripted API as one application on one port; may be stopped and started again."""

    def __init__(self, fake: FakeApi) -> None:
        self.fake = fake
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        app = FastAPI(redirect_slashes=False)
        add_routes(app, self.fake)
        mount(app, self.url)
        self.server = Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
        self.task = asyncio.ensure_future(self.server._serve([listener]))
        await asyncio.wait_for(self.server.listening.wait(), 30)

    async def stop(self) -> None:
        self.server.should_exit = True
        await self.task


@pytest.fixture(scope="session")
async def shared_site() -> AsyncIterator[Site]:
    site = Site(FakeApi())
    await site.start()
    yield site
    await site.fake.go_down(True)
    await site.stop()


@pytest.fixture
def site(shared_site: Site) -> Site:
    shared_site.fake.reset()
    return shared_site


@pytest.fixture
def fake(site: Site) -> FakeApi:
    return site.fake


@pytest.fixture(scope="session")
async def chromium(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def log_in(page: Page, username: str) -> None:
    await page.get_by_label("Username").fill(username)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()


@pytest.fixture
async def open_page(chromium: Browser, site: Site) -> AsyncIterator[OpenPage]:
    contexts: list[BrowserContext] = []

    async def open_page(username: str = "", path: str = "/", at: Site = site, **options: Any) -> Page:
        shape = {"viewport": {"width": 1280, "height": 800}, "timezone_id": "Europe/Vienna", "locale": "en-GB"}
        context = await chromium.new_context(base_url=at.url, **shape | options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = await context.new_page()
        await page.goto(path)
        if username:
            await log_in(page, username)
        return page

    yield open_page
    for context in contexts:
        await context.close()


@pytest.fixture
def picture(tmp_path: Path) -> Picture:
    """Keep a screenshot in the test's own folder (pytest's ``--basetemp`` says where those are)."""

    async def keep(page: Page, name: str) -> None:
        await page.screenshot(path=tmp_path / f"{name}.png", animations="disabled")

    return keep
