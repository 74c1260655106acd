"""A page whose session ends while it is open, most often because the computer slept, in a real browser."""

import pytest
from playwright.async_api import expect

from tests.ui.conftest import OpenPage, log_in
from tests.ui.fake_state import FakeApi
from tests.ui.test_chat import QUESTION, ask
from tests.ui.test_desk import add_case, open_case, type_answer


async def test_at_the_desk_what_was_typed_stays_and_is_sent_after_the_next_log_in(
    open_page: OpenPage, fake: FakeApi
) -> None:
    add_case(fake)
    page = await open_page("ben")
    await open_case(page)
    await type_answer(page, "Half an answer")
    await expect(page.get_by_role("button", name="Send edited answer")).to_be_visible()
    await page.context.clear_cookies()
    await expect(page.get_by_role("alert")).to_contain_text("Your session has ended.")
    async with page.expect_popup() as opened:
        await page.get_by_role("link", name="Log in again in a new tab").click()
    await log_in(await opened.value, "ben")
    await expect(page.locator(".hf-banner")).to_have_count(0)
    # By this Gradio would find out that the server is back, and reload.
    assert await page.evaluate("fetch('/desk/gradio_api/app_id').then(() => false, () => true)")
    await page.get_by_role("button", name="Send edited answer").click()
    await expect(page.locator("#hf-notice")).to_contain_text("Your edited answer is with the customer.")
    assert [each["text"] for each in fake.decisions] == ["Half an answer"]


async def test_in_the_chat_the_message_goes_out_after_the_next_log_in(open_page: OpenPage) -> None:
    page = await open_page("carla")
    await expect(page.locator(".hf-empty")).to_be_visible()
    await page.context.clear_cookies()
    await ask(page, QUESTION)
    await page.get_by_role("link", name="Log in again").click()
    await log_in(page, "carla")
    await expect(page.locator(".hf-theirs")).to_contain_text("30 days")


@pytest.mark.parametrize("path", ["/knowledge/", "/search/"])
async def test_the_other_pages_say_so_too(path: str, open_page: OpenPage) -> None:
    page = await open_page("ben", path)
    await expect(page.locator(".hf-bar")).to_contain_text("Ben Adeyemi")
    await page.context.clear_cookies()
    await page.locator("#hf-wanted textarea, #hf-query textarea, #hf-wanted input, #hf-query input").first.fill(
        "refund"
    )
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Your session has ended.")


async def test_when_the_session_ends_the_message_waits_for_the_next_log_in(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("carla")
    await expect(page.locator(".hf-empty")).to_be_visible()
    fake.tokens.clear()
    await ask(page, QUESTION)
    await expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
    await page.context.clear_cookies()
    await page.locator("[data-login]").click()
    await log_in(page, "carla")
    await expect(page.locator(".hf-theirs")).to_contain_text("30 days")


async def test_what_one_customer_left_unsent_is_never_sent_by_the_next(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("carla")
    await expect(page.locator(".hf-empty")).to_be_visible()
    fake.tokens.clear()
    await ask(page, "Carla's own question")
    await expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
    await page.context.clear_cookies()
    await page.goto("/login")
    await log_in(page, "oscar")
    await expect(page.get_by_role("heading", name="How can we help, Oscar Lind?")).to_be_visible()
    assert fake.conversations == {}
