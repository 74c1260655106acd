"""Errors of the pages: a page for browsers, and the door's own answer for a fault of Gradio."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from api.application import create_app
from api.deps import Services
from tests.api.conftest import World
from ui.error_pages import ErrorPages

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
async def door(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A door around a page that fails as Gradio does: its own application answers in plain text and raises again."""

    @asynccontextmanager
    async def open_services() -> AsyncIterator[Services]:
        yield world.services

    def mount(app: FastAPI) -> None:
        inner = FastAPI()

        @inner.get("/broken")
        async def broken() -> None:
            raise RuntimeError("SELECT password FROM people")

        app.mount("/chat", inner)
        app.add_middleware(ErrorPages)

    app = create_app(open_services, mount)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://door") as client,
    ):
        yield client


async def test_what_programs_ask_for_stays_theirs_in_a_browser(door: httpx.AsyncClient) -> None:
    answer = await door.get("/v1/nothing", headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_the_page_keeps_the_headers_of_the_error(door: httpx.AsyncClient) -> None:
    answer = await door.post("/docs", headers=BROWSER)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_a_fault_of_gradio_is_a_problem_with_a_number_to_ask_for(door: httpx.AsyncClient) -> None:
    answer = await door.get("/chat/broken")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["correlation_id"] == answer.headers["x-request-id"]
    assert "SELECT" not in answer.text


async def test_a_fault_of_gradio_is_a_page_in_a_browser(door: httpx.AsyncClient) -> None:
    answer = await door.get("/chat/broken", headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "Something went wrong" in answer.text
    assert "SELECT" not in answer.text
