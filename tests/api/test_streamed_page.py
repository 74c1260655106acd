"""Sentences in a real browser: each is read when it has passed the checks, and taken back when a later one fails."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Page, async_playwright, expect

from evals.benchmarks.real_steps import Agent
from tests.api.conftest import PASSWORD, World
from tests.api.modelled import Modelled, open_modelled
from tests.fake_ollama import grounded
from tests.turns.customers import LOCKED, REMEDY, RULE
from ui.app import mount

LIE = "An account is locked for 90 minutes after 10 wrong passwords in a row."


@pytest.fixture
async def modelled(agent: Agent, world: World, temporal_address: str, task_queue: str) -> AsyncIterator[Modelled]:
    async with open_modelled(agent, world, temporal_address, task_queue) as found:
        yield found


@pytest.fixture
async def url(modelled: Modelled) -> AsyncIterator[str]:
    """The API and the pages on a free port, each with its own application, as its lifespan is open already."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    addresses = [f"http://127.0.0.1:{listener.getsockname()[1]}" for listener in listeners]
    pages = FastAPI(redirect_slashes=False)
    mount(pages, addresses[0])
    options = {"log_level": "critical", "timeout_graceful_shutdown": 1}
    servers = [
        uvicorn.Server(uvicorn.Config(modelled.world.app, lifespan="off", **options)),  # type: ignore[arg-type]
        uvicorn.Server(uvicorn.Config(pages, **options)),  # type: ignore[arg-type]
    ]
    tasks = [
        asyncio.create_task(server._serve([listener])) for server, listener in zip(servers, listeners, strict=True)
    ]
    yield addresses[1]
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*tasks)


@pytest.fixture
async def chat(url: str, chromium_path: str) -> AsyncIterator[Page]:
    """The chat as ada sees it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        page = await browser.new_page(base_url=url)
        page.set_default_timeout(30_000)
        await page.goto("/")
        await page.get_by_label("Username").fill("ada")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Log in").click()
        yield page
        await browser.close()


async def test_sentences_appear_one_by_one_and_a_failing_one_takes_them_back_in_plain_words(
    modelled: Modelled, chat: Page
) -> None:
    expect.set_options(timeout=30_000)
    more = asyncio.Event()
    modelled.server.answer_to = grounded((RULE, RULE), (REMEDY, REMEDY), hold={1: more})
    box, said = chat.get_by_placeholder("Write your question"), chat.locator(".hf-turn .hf-theirs")
    await box.fill(LOCKED)
    await box.press("Enter")
    await expect(said.last).to_contain_text(RULE)
    await expect(said.last).not_to_contain_text(REMEDY)
    await expect(chat.locator(".hf-turn").last).to_have_attribute("data-status", "running")
    more.set()
    await expect(chat.locator(".hf-turn").last).to_have_attribute("data-status", "answered")
    await expect(said.last).to_contain_text(REMEDY)

    worse = asyncio.Event()
    modelled.server.answer_to = grounded((RULE, RULE), (LIE, RULE), hold={1: worse})
    await box.fill("And how long is it locked after 10 wrong passwords?")
    await box.press("Enter")
    await expect(said).to_have_count(2)
    await expect(said.last).to_contain_text("30 minutes")
    worse.set()
    await expect(chat.locator(".hf-turn").last).to_have_attribute("data-status", "pending_review")
    await expect(said.last).to_contain_text("I had begun to answer, but I could not confirm all of it")
    await expect(chat.locator("body")).not_to_contain_text("90 minutes")
