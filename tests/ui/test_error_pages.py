"""What a browser shows of an error."""

import httpx
import pytest

from tests.ui.conftest import OpenPage, Site
from ui.error_pages import prefers_page

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def test_an_unknown_address_is_a_page_with_ways_on(open_page: OpenPage) -> None:
    page = await open_page(path="/no/such/place")
    assert await page.locator("h1").inner_text() == "There is nothing at this address"
    for name, path in [("Go to the help chat", "/chat/"), ("Go to the review desk", "/desk/")]:
        assert await page.get_by_role("link", name=name).get_attribute("href") == path


@pytest.mark.parametrize(("accept", "page"), [(BROWSER, True), ("*/*", False), ("application/json", False)])
async def test_only_who_asks_for_a_page_gets_one(accept: str, page: bool, site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.url, trust_env=False) as client:
        answer = await client.get("/no/such/place", headers={"Accept": accept})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html") is page


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("text/html", True),
        ("application/json;q=0.5, text/html;q=0.9", True),
        ("application/json, text/html;q=0.9", False),
        ("application/problem+json, text/html", False),
        ("text/html;q=0", False),
        ("text/html;q=much", False),
        ("", False),
    ],
)
def test_a_page_is_preferred_by_weight(accept: str, wanted: bool) -> None:
    assert prefers_page(accept) is wanted
