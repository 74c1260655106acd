"""The description for people, which needs nothing from elsewhere."""

import re

import pytest

from tests.api.conftest import World


async def test_the_page_names_no_other_host_and_allows_none(world: World) -> None:
    answer = await (await world.client("sue")).get("/docs")
    named = re.findall(r"""(?:src|href)=["']([^"']+)""", answer.text)
    assert {"/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"} <= set(named)
    assert all(address.startswith("/") and not address.startswith("//") for address in named)
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "media_type", "words"),
    [("swagger-ui-bundle.js", "text/javascript", "SwaggerUIBundle"), ("swagger-ui.css", "text/css", ".swagger-ui")],
)
async def test_its_parts_come_from_here(world: World, name: str, media_type: str, words: str) -> None:
    answer = await (await world.client("sue")).get(f"/docs/{name}")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, media_type)
    assert words in answer.text


@pytest.mark.parametrize("name", ["redoc.standalone.js", "..%2fcore.py", "%2e%2e/core.py"])
async def test_no_other_file_of_the_package_is_served(world: World, name: str) -> None:
    assert (await (await world.client("sue")).get(f"/docs/{name}")).status_code in (404, 422)


@pytest.mark.parametrize("path", ["/docs", "/docs/swagger-ui.css"])
@pytest.mark.parametrize(("name", "status"), [("", 401), ("ada", 403), ("sue", 200)])
async def test_from_elsewhere_operators_alone_read_it(world: World, path: str, name: str, status: int) -> None:
    assert (await (await world.client(name)).get(path)).status_code == status
