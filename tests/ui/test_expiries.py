"""Dates of documents on the knowledge page: what asks for a decision, and giving a document other dates."""

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page, expect

from tests.ui.conftest import OpenPage, Picture
from tests.ui.fake_state import FakeApi

NOW = datetime.now(UTC)


def noon(days: int) -> str:
    return (NOW + timedelta(days=days)).replace(hour=12, minute=30).isoformat()


def day(days: int) -> str:
    return (NOW + timedelta(days=days)).astimezone().date().isoformat()


async def open_dates(open_page: OpenPage, fake: FakeApi, **options: Any) -> Page:
    fake.knowledge.dates = {
        "refunds": {"state": "ending", "valid_from": None, "valid_until": noon(3)},
        "backup": {"state": "expired", "valid_from": noon(-900), "valid_until": noon(-40)},
    }
    page = await open_page("sana", "/knowledge/", **options)
    await page.get_by_role("tab", name="Dates").click()
    await expect(page.locator("#hf-dates li")).to_have_count(2)
    return page


async def test_what_is_out_of_date_or_soon_will_be_is_prolonged_with_one_click(
    open_page: OpenPage, fake: FakeApi, picture: Picture
) -> None:
    page = await open_dates(open_page, fake)
    entries = page.locator("#hf-dates li")
    await expect(entries.first).to_contain_text("Ends soon")
    await expect(entries.last).to_contain_text("Expired")
    await picture(page, "dates")
    await entries.last.get_by_role("button", name="One more year").click()
    await expect(page.locator("#hf-dates .hf-note")).to_have_text("“Backing up” has its new dates.")
    await expect(entries).to_have_count(1)
    [(changed, given)] = fake.knowledge.changed
    assert (changed, set(given)) == ("backup", {"valid_until"})
    assert datetime.fromisoformat(given["valid_until"]).date().isoformat() == day(365)


async def test_only_the_date_that_was_changed_is_sent_and_an_emptied_one_is_taken_away(
    open_page: OpenPage, fake: FakeApi
) -> None:
    page = await open_dates(open_page, fake)
    expired = page.locator("#hf-dates li").last
    await expired.get_by_role("button", name="Save dates").click()
    await expect(page.locator("#hf-dates .hf-note")).to_have_text("No date was changed.")
    await expired.get_by_label("Answers from").fill("")
    await expired.get_by_role("button", name="Save dates").click()
    await expect(page.locator("#hf-dates .hf-note")).to_contain_text("has its new dates")
    assert fake.knowledge.changed == [("backup", {"valid_from": None})]


async def test_refused_dates_are_told_in_words(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_dates(open_page, fake)
    fake.knowledge.refuses = "valid_from must be earlier than valid_until."
    entry = page.locator("#hf-dates li").first
    await entry.get_by_label("Answers from").fill(day(30))
    await entry.get_by_role("button", name="Save dates").click()
    await expect(page.locator("#hf-dates [role=alert]")).to_contain_text("must be earlier")


async def test_an_expired_document_is_removed_only_when_one_is_sure(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_dates(open_page, fake)
    remove = page.locator("#hf-dates li").last.get_by_role("button", name="Remove")
    page.once("dialog", lambda dialog: dialog.dismiss())
    await remove.click()
    page.once("dialog", lambda dialog: dialog.accept())
    fake.knowledge.dates["backup"]["state"] = None
    await remove.click()
    await expect(page.locator("#hf-dates .hf-note")).to_contain_text("nothing of it is found any more")
    assert list(fake.knowledge.documents) == ["refunds"]


async def test_an_expired_document_is_read_to_decide_on_it(
    open_page: OpenPage, fake: FakeApi, picture: Picture
) -> None:
    page = await open_dates(open_page, fake)
    await page.get_by_role("button", name="Backing up", exact=True).click()
    shown = page.locator(".hf-document")
    await expect(shown.locator("h2")).to_have_text("Backing up")
    await expect(shown).to_contain_text("outside of its dates")
    await expect(shown.locator(".hf-versions li")).to_have_count(2)
    await expect(shown).not_to_contain_text("answers now")
    for name in ("Bring back", "Change who may read it"):
        await expect(page.get_by_role("button", name=name)).to_have_count(0)
    await shown.get_by_role("button", name="One more year").click()
    await expect(shown).to_contain_text("answers now")
    await expect(page.get_by_role("button", name="Change who may read it")).to_be_visible()


async def test_on_a_phone_an_expired_document_opens_each_time_it_is_chosen(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_dates(open_page, fake, viewport={"width": 390, "height": 844})
    for _ in range(2):
        await page.get_by_role("button", name="Backing up", exact=True).click()
        await expect(page.locator(".hf-document h2")).to_have_text("Backing up")
        await page.get_by_role("button", name="Back to the list").click()
        await expect(page.locator("#hf-dates li")).to_have_count(2)


async def test_without_such_documents_the_tab_says_so(open_page: OpenPage) -> None:
    page = await open_page("sana", "/knowledge/")
    await page.get_by_role("tab", name="Dates").click()
    await expect(page.locator("#hf-dates")).to_contain_text("Every document is up to date")


async def test_the_open_document_gets_dates_from_who_may_give_them(
    open_page: OpenPage, fake: FakeApi, picture: Picture
) -> None:
    page = await open_page("sana", "/knowledge/")
    await page.locator(".hf-card", has_text="Refund policy").click()
    form = page.locator(".hf-document .hf-dates")
    await form.get_by_label("Stops answering on").fill(day(10))
    await picture(page, "document-dates")
    await form.get_by_role("button", name="Save dates").click()
    await expect(page.locator("#hf-knowledge-notice")).to_contain_text("has its new dates")
    await expect(form.get_by_role("button", name="One more year")).to_be_visible()
    [(changed, given)] = fake.knowledge.changed
    assert (changed, set(given)) == ("refunds", {"valid_until"})


async def test_agents_are_shown_no_dates_to_change(open_page: OpenPage) -> None:
    page = await open_page("ben", "/knowledge/")
    await page.locator(".hf-card", has_text="Refund policy").click()
    await expect(page.locator(".hf-document h2")).to_have_text("Refund policy")
    await expect(page.locator(".hf-document .hf-dates")).to_have_count(0)
