"""The search page as people use it, in a real browser."""

from playwright.async_api import Page, expect

from tests.ui.conftest import OpenPage, Picture
from tests.ui.fake_state import FakeApi


async def find(page: Page, query: str) -> None:
    await page.get_by_placeholder("What are you looking for?").fill(query)
    await page.get_by_role("button", name="Search", exact=True).click()


async def test_what_is_found_shows_its_words_its_place_and_why(
    open_page: OpenPage, fake: FakeApi, picture: Picture
) -> None:
    page = await open_page("ben", "/search/")
    await expect(page.locator(".hf-found")).to_contain_text("Search the knowledge")
    await page.get_by_placeholder("What are you looking for?").press("Tab")
    await expect(page.locator("label", has_text="Best match")).to_have_css("outline-style", "solid")
    await find(page, "refunding yearly plans")
    hit = page.locator(".hf-hit").first
    await expect(hit.locator(".hf-hit-title")).to_have_text("Refund policy")
    await expect(hit.locator("mark").first).to_have_text("Refunds")
    await expect(hit).to_contain_text("What you get back")
    await hit.get_by_text("Why this result").click()
    await expect(hit.locator(".hf-scores")).to_contain_text("0.74")
    await picture(page, "search")
    assert fake.knowledge.asked[-1] == {
        "query": "refunding yearly plans",
        "k": 20,
        "mode": "hybrid",
        "filters": {},
        "facets": True,
    }


async def test_a_facet_narrows_the_search(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("ben", "/search/")
    await find(page, "refunds drive backs")
    await expect(page.locator(".hf-hit")).to_have_count(2)
    await page.locator(".hf-facets").get_by_role("button", name="Technical").click()
    await expect(page.locator(".hf-hit")).to_have_count(1)
    assert fake.knowledge.asked[-1]["filters"] == {"department": "technical"}


async def test_a_misspelt_word_is_said_to_be_corrected_and_can_be_meant(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("ben", "/search/")
    await find(page, "refnuds <b>")
    await expect(page.locator(".hf-found")).to_contain_text("Showing results for refunds <b>.")
    await expect(page.locator(".hf-hit mark").first).to_have_text("Refunds")
    await page.get_by_role("button", name="Search for refnuds <b> instead").click()
    await expect(page.locator(".hf-found")).to_contain_text("Nothing found")
    await expect(page.locator(".hf-found")).not_to_contain_text("Showing results for")
    assert fake.knowledge.asked[-1]["spelling"] is False


async def test_text_of_documents_is_shown_and_never_run(open_page: OpenPage) -> None:
    page = await open_page("ben", "/search/")
    await find(page, "drive backs up")
    await expect(page.locator(".hf-hit-text")).to_contain_text("<script>alert(1)</script>")


async def test_a_saved_search_is_made_again_and_forgotten(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("ben", "/search/")
    await find(page, "refunds")
    await page.get_by_label("Name").fill("My refunds")
    await page.get_by_role("button", name="Save this search").click()
    await expect(page.locator("#hf-search-notice")).to_contain_text("Saved as “My refunds”.")
    await page.reload()
    await page.locator(".hf-saved").get_by_role("button", name="My refunds", exact=True).click()
    await expect(page.locator(".hf-hit-title")).to_have_text("Refund policy")
    await expect(page.get_by_placeholder("What are you looking for?")).to_have_value("refunds")
    await page.get_by_role("button", name="Forget My refunds").click()
    await expect(page.locator(".hf-saved")).to_contain_text("Save a search that you make often")
    assert not fake.knowledge.searches


async def test_nothing_found_says_what_to_do(open_page: OpenPage) -> None:
    page = await open_page("carla", "/search/")
    await find(page, "zebra")
    await expect(page.locator(".hf-found")).to_contain_text("Nothing found")
