"""The knowledge page as those who keep the documents use it, in a real browser."""

from pathlib import Path

from playwright.async_api import Page, expect

from tests.ui.conftest import OpenPage, Picture
from tests.ui.fake_knowledge import document
from tests.ui.fake_state import FakeApi


async def open_document(page: Page, title: str) -> None:
    await page.locator(".hf-card", has_text=title).click()
    await expect(page.locator(".hf-document h2")).to_have_text(title)


async def test_a_document_shows_its_class_versions_and_text(open_page: OpenPage, picture: Picture) -> None:
    page = await open_page("ben", "/knowledge/")
    await expect(page.locator(".hf-documents .hf-card")).to_have_count(2)
    await open_document(page, "Backing up")
    shown = page.locator(".hf-document")
    await expect(shown).to_contain_text("<script>alert(1)</script>")
    await expect(shown.locator(".hf-versions li")).to_have_count(2)
    await expect(shown.locator(".hf-versions li").first).to_contain_text("answers now")
    await picture(page, "knowledge")


async def test_every_tab_keeps_its_name_when_all_have_been_opened(open_page: OpenPage) -> None:
    page = await open_page("sana", "/knowledge/")
    names = ["Documents", "Add", "To confirm", "Dates", "Sources", "Gaps", "Replies"]
    tabs = page.get_by_role("tab")
    for name in names:
        await tabs.get_by_text(name, exact=True).click()
        await expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")
    await expect(page.locator(".hf-replies")).to_be_visible()
    await expect(tabs).to_have_text(names)


async def test_agents_are_not_offered_what_only_supervisors_may_read(open_page: OpenPage) -> None:
    page = await open_page("ben", "/knowledge/")
    await expect(page.locator(".hf-who")).to_contain_text("Ben Adeyemi")
    await expect(page.get_by_role("tab")).to_have_text(["Documents", "Add", "To confirm", "Gaps"])


async def test_a_page_that_nobody_touches_looks_less_often(open_page: OpenPage) -> None:
    page = await open_page("ben", "/knowledge/")
    await expect(page.locator(".hf-documents .hf-card")).to_have_count(2)
    later = """(seconds) => {
        const now = Date.now(), real = Date.now;
        const looks = seconds.map((each) => { Date.now = () => now + 1000 * each; return holdfast.due(); });
        Date.now = real;
        return looks;
    }"""
    assert await page.evaluate(later, [100, 102, 110, 119, 120, 122]) == [True, False, False, False, True, False]
    await page.get_by_placeholder("Find by title or file name").press("a")
    assert await page.evaluate(later, [1, 3, 5]) == [True, True, True]


async def test_the_list_is_narrowed_while_one_types(open_page: OpenPage) -> None:
    page = await open_page("ben", "/knowledge/")
    await page.get_by_placeholder("Find by title or file name").fill("refund")
    await expect(page.locator(".hf-documents .hf-card")).to_have_count(1)


async def test_files_are_taken_in_and_followed_until_they_are_done(
    open_page: OpenPage, fake: FakeApi, tmp_path: Path
) -> None:
    page = await open_page("ben", "/knowledge/")
    await page.get_by_role("tab", name="Add", exact=True).click()
    for name in ("terms.md", "offices.md"):
        (tmp_path / name).write_text(f"All about {name}\n\nText.", encoding="utf-8")
    await page.locator("#hf-files input[type=file]").set_input_files([tmp_path / "terms.md", tmp_path / "offices.md"])
    await expect(page.locator("#hf-files")).to_contain_text("offices")
    await page.get_by_label("Confidential").check()
    await page.get_by_text("Only for some, or for a time").click()
    await page.get_by_label("Groups that alone read it").fill("board, audit")
    await page.get_by_role("button", name="Add to the knowledge").click()
    await expect(page.locator(".hf-run")).to_have_count(2)
    await expect(page.locator(".hf-run").first).to_contain_text("1 of 4 documents")
    for row in fake.knowledge.ingestions.values():
        row |= {"status": "completed", "report": {"counts": {"taken": 1}}}
    await expect(page.locator(".hf-run").first).to_contain_text("1 taken")
    assert fake.knowledge.documents["terms.md"]["classification"] == "confidential"
    assert fake.knowledge.limits == {"groups": "board, audit"}


async def test_a_refused_file_is_told_in_words(open_page: OpenPage, fake: FakeApi, tmp_path: Path) -> None:
    fake.knowledge.refuses = "The file cannot be taken: it is protected by a password."
    page = await open_page("ben", "/knowledge/")
    await page.get_by_role("tab", name="Add", exact=True).click()
    (tmp_path / "secret.pdf").write_bytes(b"%PDF-1.7")
    await page.locator("#hf-files input[type=file]").set_input_files(tmp_path / "secret.pdf")
    await expect(page.locator("#hf-files")).to_contain_text("secret")
    await page.get_by_role("button", name="Add to the knowledge").click()
    await expect(page.locator("#hf-knowledge-notice")).to_contain_text("it is protected by a password")


async def test_a_document_is_moved_to_another_class(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("ben", "/knowledge/")
    await open_document(page, "Refund policy")
    await expect(page.locator("#hf-level input")).to_have_value("Public")
    await page.locator("#hf-level input").click()
    await page.get_by_role("option", name="Restricted").click()
    await page.get_by_role("button", name="Change who may read it").click()
    await expect(page.locator("#hf-knowledge-notice")).to_have_text("The document is now restricted.")
    await expect(page.locator(".hf-document .hf-tag").first).to_have_text("Restricted")
    await expect(page.locator(".hf-versions .hf-tag").first).to_have_text("Restricted")
    assert fake.knowledge.documents["refunds"]["classification"] == "restricted"


async def test_a_document_of_another_department_is_read_and_offers_no_change(open_page: OpenPage) -> None:
    for name, offered in (("ben", False), ("sana", True)):
        page = await open_page(name, "/knowledge/")
        await open_document(page, "Backing up")
        for change in ("Remove everywhere", "Change who may read it", "Bring back"):
            await expect(page.get_by_role("button", name=change)).to_be_visible(visible=offered)


async def test_an_old_version_is_brought_back(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("ben", "/knowledge/")
    await open_document(page, "Refund policy")
    await page.get_by_role("button", name="Bring back").click()
    await expect(page.locator("#hf-knowledge-notice")).to_have_text("Version 1 is being brought back.")
    assert fake.knowledge.restored == [("refunds", 1)]


async def test_a_document_is_removed_only_when_one_is_sure(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("ben", "/knowledge/")
    await open_document(page, "Refund policy")
    page.once("dialog", lambda dialog: dialog.dismiss())
    await page.get_by_role("button", name="Remove everywhere").click()
    await expect(page.locator(".hf-document h2")).to_have_text("Refund policy")
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Remove everywhere").click()
    await expect(page.locator("#hf-knowledge-notice")).to_contain_text("nothing of it is found any more")
    await expect(page.locator(".hf-documents .hf-card")).to_have_count(1)
    assert "refunds" not in fake.knowledge.documents


async def test_a_document_that_looks_confidential_waits_until_its_class_is_confirmed(
    open_page: OpenPage, fake: FakeApi, picture: Picture
) -> None:
    fake.knowledge.waiting["salaries"] = {
        "document_id": "salaries",
        "version": 1,
        "title": "Salary bands <b>2026</b>",
        "department": "hr",
        "requested": "internal",
        "suggested": "confidential",
        "reasons": ["The text says “confidential”.", "It has 14 bank account numbers."],
        "excerpt": "Confidential. Salary bands for all grades, with the bank accounts of those concerned.",
    }
    page = await open_page("ben", "/knowledge/")
    await page.get_by_role("tab", name="To confirm").click()
    entry = page.locator(".hf-waiting-list > li")
    await expect(entry).to_contain_text("Salary bands <b>2026</b>")
    await expect(entry).to_contain_text("14 bank account numbers")
    await expect(entry.get_by_role("button")).to_have_text(["Internal", "Confidential", "Restricted"])
    await picture(page, "confirm")
    await entry.get_by_role("button", name="Confidential").click()
    await expect(page.locator("#hf-confirm")).to_contain_text("is now confidential")
    await expect(page.locator("#hf-confirm")).to_contain_text("Nothing to confirm")
    assert fake.knowledge.documents["salaries"]["classification"] == "confidential"


async def test_gaps_are_listed_with_how_often_they_were_asked(open_page: OpenPage, picture: Picture) -> None:
    page = await open_page("ben", "/knowledge/")
    await page.get_by_role("tab", name="Gaps").click()
    await expect(page.locator(".hf-gaps")).to_contain_text("Can I pay with Bitcoin?")
    await expect(page.locator(".hf-gaps")).to_contain_text("asked 4 times")
    await expect(page.get_by_text("The 1 that were asked most, of 2.")).to_contain_text("the latest 1000 are left out")
    await picture(page, "gaps")


async def test_what_customers_are_told_can_be_read_as_they_read_it(open_page: OpenPage, picture: Picture) -> None:
    page = await open_page("sana", "/knowledge/")
    await page.get_by_role("tab", name="Replies").click()
    shown = page.locator(".hf-replies")
    await expect(shown).to_contain_text("Handed off: asked for a person")
    await expect(shown.get_by_text("Of course. Our team is back at 09:00.")).to_be_visible()
    await expect(shown.get_by_text("Gern.")).to_be_hidden()
    await shown.get_by_text("de", exact=True).click()
    await expect(shown.get_by_text("Gern.")).to_be_visible()
    await picture(page, "replies")


async def test_customers_do_not_get_to_the_knowledge_page(open_page: OpenPage) -> None:
    page = await open_page("carla", "/knowledge/")
    await expect(page.get_by_role("heading")).to_have_text("This page is for our support team")


async def test_a_look_that_nothing_comes_back_for_is_not_the_last(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("ben", "/knowledge/")
    cards = page.locator(".hf-documents .hf-card")
    await expect(cards).to_have_count(2)
    await page.route("**/queue/join*", lambda route: route.fulfill(json={"event_id": "lost"}), times=1)
    async with page.expect_request("**/queue/join*"):
        pass
    fake.knowledge.documents["new"] = document("new", "A new one", "New.")
    await page.get_by_role("tab", name="Documents").click()
    await expect(cards).to_have_count(3)
