"""Half-written text: the browser keeps it for its writer until it is sent, and for nobody else."""

from playwright.async_api import Dialog, Page, expect

from tests.ui.conftest import OpenPage, Picture, Site, log_in
from tests.ui.fake_state import DRAFT, FakeApi
from tests.ui.test_desk import REFUND, add_case, open_case, type_answer

ANSWER, REASON, OWN = "The answer the customer will read", "Why the draft is wrong", "Your answer"
KEPT = "localStorage.getItem('holdfast.texts') || '[]'"
EDITED = DRAFT.replace("79 EUR", "89 EUR")


async def type_all(page: Page) -> None:
    await type_answer(page, EDITED)
    await page.get_by_role("tab", name="Write your own").click()
    await page.get_by_label(OWN).fill("Dear Carla,\n\nwe")
    await page.get_by_role("tab", name="Send it back").click()
    await page.get_by_label(REASON).fill("The amount")


async def expect_all(page: Page) -> None:
    await expect(page.get_by_label(REASON)).to_have_value("The amount")
    await page.get_by_role("tab", name="Write your own").click()
    await expect(page.get_by_label(OWN)).to_have_value("Dear Carla,\n\nwe")
    await page.get_by_role("tab", name="Check the draft").click()
    await expect(page.get_by_label(ANSWER)).to_have_value(EDITED)
    await expect(page.locator(".hf-diff ins")).to_have_text("89")
    await expect(page.get_by_role("button", name="Send edited answer")).to_be_visible()


async def test_a_restart_of_the_service_keeps_the_edit_the_reason_and_the_own_answer(
    open_page: OpenPage, picture: Picture
) -> None:
    site = Site(FakeApi())
    await site.start()
    add_case(site.fake)
    page = await open_page("ben", at=site)
    await open_case(page)
    await type_all(page)
    await site.stop()
    await page.evaluate("holdfast.watch()")
    await expect(page.get_by_role("alert")).to_contain_text("The connection is interrupted. Nothing is lost")
    await site.start()
    await expect(page.locator("#hf-notice")).to_have_text("What you had written here and not sent is back.")
    await picture(page, "restored")
    await expect_all(page)
    await page.context.close()
    await site.stop()


async def test_each_case_has_its_own_text_until_it_is_decided(open_page: OpenPage, fake: FakeApi) -> None:
    add_case(fake)
    add_case(fake, "Refund my second drive too")
    page = await open_page("ben")
    await open_case(page)
    await type_answer(page, "Something")
    await type_answer(page, DRAFT)
    assert await page.evaluate(KEPT) == "[]", "what was taken back is not kept"
    await type_answer(page, EDITED)
    await page.locator(".hf-card", has_text="second drive").click()
    await expect(page.locator(".hf-history")).to_contain_text("Refund my second drive too")
    await expect(page.get_by_label(ANSWER)).to_have_value(DRAFT)
    await type_answer(page, "Something else")
    await page.locator(".hf-card", has_text=REFUND).click()
    await expect(page.get_by_label(ANSWER)).to_have_value(EDITED)
    await page.locator(".hf-card", has_text=REFUND).click()
    await page.get_by_role("button", name="Send edited answer").click()
    await expect(page.locator("#hf-notice")).to_contain_text("Your edited answer is with the customer.")
    await expect(page.locator("#hf-notice")).to_contain_text("is back")
    await expect(page.get_by_label(ANSWER)).to_have_value("Something else")
    await page.get_by_role("button", name="Send edited answer").click()
    await expect(page.locator(".hf-queue")).to_contain_text("Nothing is waiting")
    assert [each["text"] for each in fake.decisions] == [EDITED, "Something else"]
    assert await page.evaluate(KEPT) == "[]"


async def test_text_for_a_draft_that_has_changed_comes_back_with_a_warning(open_page: OpenPage, fake: FakeApi) -> None:
    review = add_case(fake)
    page = await open_page("ben")
    await open_case(page)
    await type_answer(page, EDITED)
    await page.goto("/search/")
    review |= {"draft_text": "A new draft.", "draft_digest": "other"}
    await page.goto(f"/desk/?case={review['id']}")
    await expect(page.get_by_label(ANSWER)).to_have_value(EDITED)
    await expect(page.locator("#hf-notice")).to_contain_text("The draft has changed since")
    await expect(page.locator(".hf-diff del").first).to_be_visible()
    review["state"] = "decided"
    await expect(page.locator("#hf-decide")).to_be_hidden()
    assert await page.evaluate(KEPT) == "[]", "somebody else has decided"


async def test_the_next_log_in_on_the_same_browser_finds_nothing_of_it(open_page: OpenPage, fake: FakeApi) -> None:
    review = add_case(fake)
    page = await open_page("ben")
    await open_case(page)
    await type_answer(page, EDITED)
    await page.context.clear_cookies()
    await page.goto("/login")
    await log_in(page, "sana")
    await expect(page.locator(".hf-who")).to_be_visible()
    assert await page.evaluate(KEPT) == "[]"
    await page.goto(f"/desk/?case={review['id']}")
    await expect(page.get_by_label(ANSWER)).to_have_value(DRAFT)


async def test_logging_in_again_finds_it_and_logging_out_asks_first(open_page: OpenPage, fake: FakeApi) -> None:
    review = add_case(fake)
    page = await open_page("ben")
    await open_case(page)
    await type_answer(page, EDITED)
    await page.context.clear_cookies()
    await page.goto(f"/login?next=/desk/?case={review['id']}")
    await log_in(page, "ben")
    await expect(page.get_by_label(ANSWER)).to_have_value(EDITED)
    asked: list[str] = []

    async def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await (dialog.dismiss() if len(asked) == 1 else dialog.accept())

    page.on("dialog", answer)
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_label(ANSWER)).to_have_value(EDITED)
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_text("You are logged out.")).to_be_visible()
    assert await page.evaluate(KEPT) == "[]"
    assert asked == ["You have written something here that is not sent. Log out and drop it?"] * 2


async def test_in_the_chat_a_reload_keeps_the_half_written_message(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("carla")
    await expect(page.locator(".hf-empty")).to_be_visible()
    box = page.get_by_placeholder("Write your question")
    await box.fill("How do I\nreturn")
    await page.reload()
    await expect(box).to_have_value("How do I\nreturn")
    await box.press("Enter")
    await expect(page.locator(".hf-theirs")).to_contain_text("30 days")
    assert await page.evaluate(KEPT) == "[]"
