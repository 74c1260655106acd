"""The page of the costs, as a supervisor reads it in a real browser."""

from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.ui.conftest import OpenPage, Picture
from tests.ui.fake_costs import used
from tests.ui.fake_state import FakeApi
from ui.cost_tables import amount


async def test_costs_are_shown_by_day_department_and_model(
    open_page: OpenPage, fake: FakeApi, picture: Picture
) -> None:
    fake.costs = {
        "day": [used("2026-11-26", 3, 1.5), used("2026-11-27", 2, 0.75)],
        "department": [used("billing", 4, 2.0), used("", 1, 0.25)],
        "model": [used("qwen3:4b<b>", 5, 2.25)],
    }
    fake.budgets = [{"name": "day", "limit": 5.0, "spent": 4.5, "stage": "warned"}]
    page = await open_page("sana", "/costs/")
    shown = page.locator(".hf-costs")
    await expect(shown.locator("tbody th")).to_have_text(["2026-11-26", "2026-11-27"])
    await expect(shown.locator("tfoot td")).to_have_text(["5", "5,000", "500", "12", "2.25 EUR"])
    await expect(shown.locator(".hf-budget")).to_contain_text("Today")
    await expect(shown.locator(".hf-budget")).to_contain_text("nearly spent")
    await expect(shown.get_by_role("meter")).to_have_attribute("aria-valuenow", "90")
    await picture(page, "costs")
    await page.get_by_label("Department").check()
    await expect(shown.locator("tbody th")).to_have_text(["Billing", "none named"])
    await page.get_by_label("Model").check()
    await expect(shown.locator("tbody th")).to_have_text(["qwen3:4b<b>"])
    before = datetime.now(UTC).date()
    await page.get_by_label("7 days").check()
    await expect(shown).to_contain_text(f"{datetime.now(UTC) - timedelta(days=6):%d %b %Y}")
    side, since = fake.costs_asked[-1]
    week_ago = {day - timedelta(days=6) for day in (before, datetime.now(UTC).date())}
    assert (side, date.fromisoformat(since) in week_ago) == ("model", True)


async def test_without_calls_it_says_that_nothing_was_spent(open_page: OpenPage, picture: Picture) -> None:
    page = await open_page("sana", "/costs/", viewport={"width": 390, "height": 844})
    await expect(page.locator(".hf-costs")).to_contain_text("No chat model was asked")
    await expect(page.locator(".hf-costs")).to_contain_text("No budget is set")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    for name in ("Review desk", "Knowledge", "Search", "Costs", "Help"):
        await expect(page.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
    await expect(page.get_by_label("Model")).to_be_in_viewport(ratio=1)
    await picture(page, "costs-phone")


async def test_calls_without_prices_are_said_to_have_none(open_page: OpenPage, fake: FakeApi) -> None:
    fake.costs = {"day": [used("2026-11-27", 2, 0.0)]}
    page = await open_page("sana", "/costs/")
    await expect(page.locator(".hf-costs")).to_contain_text("No prices are set")


@pytest.mark.parametrize(("name", "way", "home"), [("ben", "review desk", "/desk/"), ("carla", "help chat", "/chat/")])
async def test_agents_and_customers_are_told_whom_the_costs_are_for(
    open_page: OpenPage, name: str, way: str, home: str
) -> None:
    page = await open_page(name, "/costs/")
    await expect(page.get_by_role("heading")).to_have_text("This page is for supervisors")
    await expect(page.get_by_role("link", name=f"Go to the {way}")).to_have_attribute("href", home)


@pytest.mark.parametrize(("value", "shown"), [(0, "0.00 EUR"), (0.0004, "0.0004 EUR"), (1234.5, "1,234.50 EUR")])
def test_small_amounts_keep_their_digits(value: float, shown: str) -> None:
    assert amount(value, "EUR") == shown
