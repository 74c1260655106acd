"""The chat on a phone, in a real browser."""

import pytest
from playwright.async_api import expect

from tests.ui.conftest import OpenPage, Picture
from tests.ui.fake_state import FakeApi
from tests.ui.test_chat import QUESTION, ask


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
    await page.get_by_role("button", name="New conversation").click()
    await expect(page.locator(".hf-empty")).to_be_visible()
