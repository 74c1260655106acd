"""The pages on a phone, in a real browser."""

import pytest
from playwright.async_api import Page, expect

from tests.ui.conftest import OpenPage, Picture
from tests.ui.fake_state import FakeApi
from tests.ui.test_chat import QUESTION, ask


async def top_of(page: Page, button: str) -> float:
    """How far down a page a button stands."""
    box = await page.get_by_role("button", name=button).bounding_box()
    assert box is not None
    return box["y"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_phone_everything_is_in_reach(
    scheme: str, open_page: OpenPage, fake: FakeApi, picture: Picture
) -> None:
    page = await open_page("carla", viewport={"width": 390, "height": 844}, color_scheme=scheme)
    await ask(page, QUESTION)
    await expect(page.locator(".hf-theirs")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await expect(page.get_by_role("button", name="Send")).to_be_in_viewport()
    await expect(page.get_by_role("button", name="Talk to a person", exact=True)).to_be_in_viewport()
    await picture(page, f"phone-{scheme}")
    await page.get_by_role("button", name="Conversations").click()
    await expect(page.get_by_role("button", name="New conversation")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="New conversation")).to_be_hidden()
    await expect(page.get_by_role("button", name="Conversations")).to_be_focused()
    await page.get_by_role("button", name="Conversations").click()
    await expect(page.get_by_role("button", name="Talk to a person", exact=True)).to_be_hidden()
    await page.get_by_role("button", name="New conversation").click()
    await expect(page.locator(".hf-empty")).to_be_visible()


async def test_on_a_phone_the_bar_of_the_staff_has_every_page_in_reach(open_page: OpenPage) -> None:
    page = await open_page("ben", viewport={"width": 390, "height": 844})
    for name in ("Review desk", "Knowledge", "Search", "Help"):
        await expect(page.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("button", name="Log out")).to_be_in_viewport(ratio=1)


async def test_on_a_phone_a_document_is_read_and_the_list_is_a_step_back(open_page: OpenPage) -> None:
    page = await open_page("ben", "/knowledge/", viewport={"width": 390, "height": 844})
    await expect(page.locator(".hf-documents .hf-card")).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    for _ in range(2):
        await page.locator(".hf-card", has_text="Refund policy").click()
        await expect(page.locator(".hf-document h2")).to_be_in_viewport()
        assert await top_of(page, "Back to the list") < await top_of(page, "Remove everywhere")
        await page.get_by_role("button", name="Back to the list").click()
        await expect(page.locator(".hf-card", has_text="Refund policy")).to_be_in_viewport(ratio=1)


async def test_on_a_phone_what_is_found_stands_under_the_question(open_page: OpenPage) -> None:
    page = await open_page("ben", "/search/", viewport={"width": 390, "height": 844})
    await page.get_by_placeholder("What are you looking for?").fill("refunds")
    await page.get_by_role("button", name="Search", exact=True).click()
    await expect(page.locator(".hf-hit-title").first).to_be_in_viewport(ratio=1)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
