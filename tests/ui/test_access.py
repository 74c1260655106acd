"""Whoever has no mouse, or does not see the page: names, headings, and the ring around what has the focus."""

from itertools import pairwise

import pytest
from playwright.async_api import Page, expect

from tests.ui.conftest import OpenPage
from tests.ui.fake_costs import used
from tests.ui.fake_state import FakeApi
from tests.ui.test_desk import add_case

HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
    .filter((each) => each.checkVisibility()).map((each) => Number(each.tagName[1]))"""
CUT_RINGS = """() => {
    const cut = [];
    for (const each of document.querySelectorAll("button, a[href], input, textarea, summary, [tabindex='0']")) {
        if (!each.checkVisibility() || each.disabled) continue;
        each.focus({ focusVisible: true });
        const style = getComputedStyle(each);
        if (document.activeElement !== each || style.outlineStyle === "none") continue;
        const reach = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
        const ring = each.getBoundingClientRect();
        for (let box = each.parentElement; box && box !== document.body; box = box.parentElement) {
            const { overflowX, overflowY } = getComputedStyle(box);
            if (overflowX === "visible" && overflowY === "visible") continue;
            const edge = box.getBoundingClientRect();
            const across = Math.max(edge.left - ring.left, ring.right - edge.right);
            const lost = Math.max(across, edge.top - ring.top, ring.bottom - edge.bottom) + reach;
            if (lost > 0.5) cut.push(`${each.outerHTML.slice(0, 80)} in ${box.id || box.className}`);
        }
    }
    return cut;
}"""
NAMELESS = """() => [...document.querySelectorAll("button, a[href], input:not([type=file]), textarea")]
    .filter((each) => each.checkVisibility() && !(each.getAttribute("aria-label") || each.innerText
        || each.labels?.[0]?.innerText || "").trim()).map((each) => each.outerHTML.slice(0, 120))"""
STILL = {"reduced_motion": "reduce"}
UPLOAD = "Drop files here, or click to choose"


async def show(page: Page, tab: str) -> None:
    """Open a tab of the knowledge page, and what its first document is."""
    await expect(page.get_by_role("tab", name="Replies")).to_be_visible()
    await page.get_by_role("tab", name=tab, exact=True).click()
    if tab == "Documents":
        await page.locator(".hf-documents .hf-card").first.click()
        await expect(page.locator(".hf-document h3").first).to_be_visible()
    shown = {"Add": "#hf-add", "Dates": ".hf-dates input", "Replies": ".hf-replies h3", "Gaps": ".hf-gaps li"}
    if tab in shown:
        await expect(page.locator(shown[tab]).first).to_be_visible()


async def faults(page: Page) -> list[str]:
    """Return what stands in the way: a heading out of order, what has no name, a ring that is cut."""
    levels = await page.evaluate(HEADINGS)
    leaps = [f"h{before} to h{after}" for before, after in pairwise(levels) if after > before + 1]
    first = [] if levels[:1] == [1] else [f"the first headings are {levels[:1]}"]
    return [*first, *leaps, *await page.evaluate(NAMELESS), *await page.evaluate(CUT_RINGS)]


@pytest.mark.parametrize("tab", ["Documents", "Add", "Dates", "Gaps", "Replies"])
async def test_the_knowledge_page_is_used_without_a_mouse(open_page: OpenPage, fake: FakeApi, tab: str) -> None:
    fake.knowledge.dates = {"refunds": {"state": "expired", "valid_from": None, "valid_until": "2026-03-01T00:00:00Z"}}
    page = await open_page("sana", "/knowledge/", **STILL)
    await show(page, tab)
    assert await faults(page) == []


async def test_fields_for_files_and_days_are_named_as_they_are_labelled(open_page: OpenPage) -> None:
    page = await open_page("sana", "/knowledge/", **STILL)
    await show(page, "Add")
    await expect(page.get_by_role("button", name=UPLOAD, exact=True)).to_be_visible()
    await page.get_by_role("button", name="Only for some, or for a time").click()
    for day in ("Answers from", "Stops answering on"):
        await expect(page.get_by_role("textbox", name=day, exact=True)).to_be_visible()
        await expect(page.get_by_role("button", name=f"{day}: calendar")).to_be_visible()
    assert await faults(page) == []
    file = {"name": "terms.md", "mimeType": "text/markdown", "buffer": b"# Terms"}
    await page.locator("#hf-files input[type=file]").set_input_files([file])  # type: ignore[list-item]
    await page.locator("#hf-files").get_by_label("Clear").click()
    await expect(page.get_by_role("button", name=UPLOAD, exact=True)).to_be_visible()


async def test_the_desk_is_used_without_a_mouse(open_page: OpenPage, fake: FakeApi) -> None:
    add_case(fake, "I want my money back. " * 300)
    page = await open_page("sana", "/desk/", **STILL)
    card = page.get_by_role("button", name="I want my money back")
    assert len(await card.inner_text()) < 400, "a reader has to hear all of it"
    await card.click()
    await expect(page.locator("#hf-approve")).to_be_visible()
    assert await faults(page) == []


async def test_the_other_pages_are_used_without_a_mouse(open_page: OpenPage, fake: FakeApi) -> None:
    fake.costs = {"day": [used("2026-11-26", 3, 1.5)]}
    page = await open_page("sana", "/costs/", **STILL)
    await expect(page.locator(".hf-costs table")).to_be_visible()
    assert await faults(page) == []
    await page.goto("/search/")
    await page.get_by_placeholder("What are you looking for?").fill("refunding yearly plans")
    await page.keyboard.press("Enter")
    await expect(page.locator(".hf-hit").first).to_be_visible()
    assert await faults(page) == []
    await page.goto("/chat/")
    await expect(page.locator(".hf-suggestion").first).to_be_visible()
    assert await faults(page) == []
