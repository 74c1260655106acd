"""Sources on the knowledge page, as a supervisor sees and steers them in a real browser."""

import pytest
from playwright.async_api import Page, expect

from activities.sources import load_kinds
from tests.ui.conftest import OpenPage, Picture
from tests.ui.fake_state import FakeApi
from ui.source_contract import Kind
from ui.sources import BadLineError, config_of, template


async def open_sources(open_page: OpenPage) -> Page:
    page = await open_page("sana", "/knowledge/")
    await page.get_by_role("tab", name="Sources").click()
    await expect(page.locator(".hf-feeds > ul > li")).to_have_count(1)
    return page


async def test_a_source_shows_how_it_goes_and_what_it_did_not_take(open_page: OpenPage, picture: Picture) -> None:
    page = await open_sources(open_page)
    card = page.locator(".hf-feeds > ul > li")
    await expect(card).to_contain_text("Up to date · 12 taken · 1 refused")
    await card.get_by_text("Not taken, and why").click()
    await expect(card).to_contain_text("/old/<b>page</b>.pdf it is protected by a password")
    await picture(page, "sources")


async def test_a_source_is_synced_paused_and_removed_after_a_question(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_sources(open_page)
    for button, told in (("Sync now", "is being synced"), ("Pause", "is paused"), ("Go on", "goes on")):
        await page.get_by_role("button", name=button).click()
        await expect(page.locator("#hf-sources-notice .hf-note")).to_contain_text(told)
    page.once("dialog", lambda dialog: dialog.dismiss())
    await page.get_by_role("button", name="Remove", exact=True).click()
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Remove", exact=True).click()
    await expect(page.locator("#hf-sources-notice .hf-note")).to_contain_text("is being removed")
    assert [change for _, change in fake.sources.told] == ["sync", "pause", "resume", "remove"]


async def test_a_source_is_added_and_a_mistake_is_told_in_words(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_sources(open_page)
    await page.get_by_text("Add a source").click()
    await page.get_by_role("textbox", name="Name", exact=True).fill("handbook")
    await page.locator("#hf-source-kind input").click()
    await page.get_by_role("option", name="web", exact=True).click()
    described = page.locator("#hf-source-config textarea")
    await expect(described).to_have_value(template(web()))
    await page.get_by_role("button", name="Read this source").click()
    await expect(page.locator("#hf-sources-notice .hf-note")).to_contain_text("config.url: Field required")
    await described.fill("url = https://help.example.com\ndepth = 2")
    await page.get_by_role("button", name="Read this source").click()
    await expect(page.locator(".hf-feeds > ul > li")).to_have_count(2)
    assert fake.sources.added[0]["config"] == {"url": "https://help.example.com", "depth": 2}
    assert fake.sources.added[0]["interval_seconds"] == 900


def web() -> Kind:
    return Kind(name="web", config=load_kinds()["web"].config.model_json_schema())


def test_what_must_be_said_stands_first_and_defaults_are_comments() -> None:
    lines = template(web()).splitlines()
    assert lines[0] == "url ="
    assert "# depth = 3" in lines
    assert "# Links from the first page." in lines
    assert config_of(template(web())) == {"url": ""}


def test_values_are_json_or_text_and_a_bad_line_is_named() -> None:
    assert config_of('hosts = ["a.example"]\nquery = select a = 1 from b\n\n# depth = 3') == {
        "hosts": ["a.example"],
        "query": "select a = 1 from b",
    }
    with pytest.raises(BadLineError, match="Line 2 is not “name = value”: what"):
        config_of("a = 1\nwhat")
