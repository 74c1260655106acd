"""A server with the pages and the scripted API on a free port, and a browser in front of it."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.ui.fake_api import PASSWORD, FakeApi, add_routes
from ui.app import mount

PATIENCE_MILLISECONDS = 15_000
NewPage = Callable[..., Awaitable[Page]]


class Site:
    """The application on one port, which may be stopped and started again."""

    def __init__(self, fake: FakeApi) -> None:
        self.fake = fake
        self.port = 0
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        listener = await asyncio.start_server(lambda *_: None, "127.0.0.1", self.port)
        self.port = listener.sockets[0].getsockname()[1]
        listener.close()
        app = FastAPI(redirect_slashes=False)
        add_routes(app, self.fake)
        mount(app, self.url)
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.port, log_level="warning", timeout_graceful_shutdown=1, lifespan="on"
        )
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # signals are pytest's
        self._task = asyncio.ensure_future(self._server._serve())
        async with httpx.AsyncClient(trust_env=False) as client:
            while not self._server.started:
                await asyncio.sleep(0)
            (await client.get(f"{self.url}/login")).raise_for_status()

    async def stop(self) -> None:
        assert self._server is not None
        assert self._task is not None
        self._server.should_exit = True
        with suppress(asyncio.CancelledError):
            await self._task


@pytest.fixture
def fake() -> FakeApi:
    return FakeApi()


@pytest.fixture
async def site(fake: FakeApi) -> AsyncIterator[Site]:
    site = Site(fake)
    await site.start()
    yield site
    await fake.go_down(True)
    await site.stop()


@pytest.fixture(scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def open_page(browser: Browser, site: Site) -> AsyncIterator[NewPage]:
    contexts: list[BrowserContext] = []

    async def open_page(username: str = "", path: str = "/", **options: object) -> Page:
        context = await browser.new_context(
            base_url=site.url, **{"viewport": {"width": 1280, "height": 800}, "timezone_id": "Europe/Vienna"} | options
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        await page.goto(path)
        if username:
            await page.get_by_label("Username").fill(username)
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Log in").click()
        return page

    yield open_page
    for context in contexts:
        await context.close()


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Page, str], Awaitable[None]]:
    """Keep a screenshot: in the test's own folder, or in HOLDFAST_PICTURES when that is set."""
    folder = Path(os.environ.get("HOLDFAST_PICTURES") or tmp_path)

    async def keep(page: Page, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=folder / f"{name}.png")

    return keep
