"""The chat as a customer uses it, in a real browser."""

import asyncio
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.ui.conftest import OpenPage, Picture, Site
from tests.ui.fake_state import QUOTES, FakeApi
from ui import words

QUESTION = "How do I return a drive?"


async def ask(page: Page, text: str) -> None:
    await page.get_by_placeholder("Write your question").fill(text)
    await page.keyboard.press("Enter")


def only_conversation(fake: FakeApi) -> str:
    (conversation_id,) = fake.conversations
    return conversation_id


async def test_a_customer_sees_progress_then_the_answer_and_opens_its_source(
    open_page: OpenPage, fake: FakeApi, picture: Picture
) -> None:
    page = await open_page("carla")
    await expect(page.get_by_role("heading", name="How can we help, Carla Winter?")).to_be_visible()
    fake.hold.clear()
    await ask(page, QUESTION)
    await expect(page.locator(".hf-mine")).to_have_text(QUESTION)
    progress = page.locator(".hf-progress")
    await expect(progress).to_have_text("Writing an answer")
    assert await progress.evaluate("each => each.scrollHeight <= each.clientHeight"), "the words are cut off"
    fake.hold.set()
    answer = page.locator(".hf-theirs")
    await expect(answer).to_contain_text("within 30 days of delivery")
    await expect(answer.locator("ol > li")).to_have_count(3)
    await expect(answer.locator(".hf-by")).to_have_text("Quoted from our help pages")
    await expect(page.locator(".hf-progress")).to_have_count(0)
    await page.get_by_role("button", name="Source 2: Returns and refunds").click()
    source = page.get_by_role("complementary", name="Source 2: Returns and refunds")
    await expect(source.locator("mark")).to_have_text(QUOTES[1])
    await expect(source).to_contain_text("Version 3")
    await expect(source).to_contain_text("To start a return, open Orders")
    await picture(page, "source")
    await expect(source.get_by_role("button", name="Close")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(source).to_have_count(0)
    await expect(page.get_by_role("button", name="Source 2: Returns and refunds")).to_be_focused()


async def test_a_call_that_nothing_comes_back_for_is_made_again(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("carla")
    await expect(page.locator(".hf-empty")).to_be_visible()
    lost = {"event_id": "lost"}
    await page.route("**/queue/join*", lambda route: route.fulfill(json=lost), times=1)
    await ask(page, QUESTION)
    await expect(page.locator(".hf-theirs")).to_contain_text("within 30 days of delivery")
    assert [turn["message"] for turn in fake.conversations[only_conversation(fake)]["turns"]] == [QUESTION]


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_long_conversation_ends_above_the_composer(width: int, open_page: OpenPage, fake: FakeApi) -> None:
    conversation = fake.add_conversation("carla", "long", QUESTION)
    for _ in range(4):
        fake.add_turn(conversation, QUESTION, status="answered", answer=fake.answer, engine="embedded")
    page = await open_page("carla", "/chat/?c=long", viewport={"width": width, "height": 800})
    await expect(page.locator(".hf-rating")).to_be_in_viewport()
    await expect(page.get_by_role("button", name="Talk to a person")).to_be_in_viewport()
    end = await page.locator("#hf-log").evaluate("each => each.getBoundingClientRect().bottom")
    assert end <= await page.locator("#hf-composer").evaluate("each => each.getBoundingClientRect().top")
    assert await page.locator("#hf-log").evaluate("each => each.scrollTop") > 0


async def test_a_reviewers_decision_reaches_the_open_page_by_itself(
    open_page: OpenPage, fake: FakeApi, picture: Picture
) -> None:
    page = await open_page("carla")
    await ask(page, QUESTION)
    await expect(page.locator(".hf-theirs")).to_have_count(1)
    await ask(page, "I want a refund of 79 EUR for it")
    promise = page.locator(".hf-waiting")
    await expect(promise).to_contain_text("A colleague is checking this. You will have an answer by")
    due = datetime.fromisoformat(fake.reviews[f"{only_conversation(fake)}.2.r1"]["due_at"])
    in_vienna = due.astimezone(ZoneInfo("Europe/Vienna"))
    shown = await promise.locator("local-time").evaluate("each => each.shadowRoot.textContent")
    assert shown.startswith(f"{in_vienna:%H:%M}")
    await picture(page, "chat")
    (review_id,) = fake.reviews
    await fake.decide(review_id, "edit", "ben", text="We send you 79 EUR today.")
    await expect(page.locator(".hf-theirs").nth(1)).to_contain_text("We send you 79 EUR today.")
    await expect(page.locator(".hf-by-person")).to_have_text("Answered by a colleague")
    await expect(page.locator(".hf-waiting")).to_have_count(0)


async def test_talk_to_a_person_hands_the_conversation_over(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("carla")
    await page.get_by_role("button", name="Talk to a person", exact=True).click()
    await expect(page.locator(".hf-mine")).to_have_text("I would like to talk to a person.")
    await expect(page.locator(".hf-waiting")).to_contain_text("A colleague has your question")
    await page.get_by_role("button", name="New conversation").click()
    await page.get_by_role("button", name=words.SUGGESTIONS[0]).click()
    await expect(page.locator(".hf-theirs")).to_contain_text("30 days")
    await page.get_by_role("button", name="Talk to a person", exact=True).click()
    await expect(page.locator(".hf-waiting")).to_contain_text("A colleague has your question")
    assert {review["kind"] for review in fake.reviews.values()} == {"handoff"}
    assert len(fake.reviews) == 2


async def test_a_rating_is_kept_and_thanked_for(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("carla")
    await ask(page, QUESTION)
    await page.get_by_role("button", name="4 of 5").click()
    await expect(page.locator(".hf-rating")).to_have_text("Thank you for rating this conversation 4 of 5.")
    assert fake.ratings == [(only_conversation(fake), 4)]


async def test_a_reload_resumes_the_conversation_and_the_list_leads_to_others(
    open_page: OpenPage, fake: FakeApi
) -> None:
    page = await open_page("carla")
    await ask(page, QUESTION)
    await expect(page.locator(".hf-theirs")).to_be_visible()
    await expect(page).to_have_url(re.compile(rf"\?c={only_conversation(fake)}$"))
    await page.reload()
    await expect(page.locator(".hf-mine")).to_have_text(QUESTION)
    await page.get_by_role("button", name="New conversation").click()
    await expect(page.locator(".hf-empty")).to_be_visible()
    await ask(page, "What does the yearly plan cost?")
    await expect(page.locator(".hf-list button")).to_have_count(2)
    await page.locator(".hf-list button", has_text=QUESTION).click()
    await expect(page.locator(".hf-mine")).to_have_text(QUESTION)
    await page.go_back()
    await expect(page.locator(".hf-mine")).to_have_text("What does the yearly plan cost?")


async def test_older_conversations_are_a_step_away(open_page: OpenPage, fake: FakeApi) -> None:
    for number in range(120):
        updated = f"2026-11-20T{number // 60:02}:{number % 60:02}:00+00:00"
        fake.add_conversation("carla", f"old-{number}", f"Old question {number}")["updated_at"] = updated
    page = await open_page("carla")
    entries = page.locator(".hf-list [data-open]")
    await expect(entries).to_have_count(50)
    for count in (100, 120):
        await page.get_by_role("button", name="Show older ones").click()
        await expect(entries).to_have_count(count)
    await expect(entries.nth(100)).to_be_focused()
    await expect(page.get_by_role("button", name="Show older ones")).to_have_count(0)
    await entries.last.click()
    await expect(page).to_have_url(re.compile(r"\?c=old-0$"))


async def test_a_reload_in_the_middle_of_a_turn_goes_on_following_it(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("carla")
    fake.hold.clear()
    await ask(page, QUESTION)
    await expect(page.locator(".hf-progress")).to_be_visible()
    await page.reload()
    await expect(page.locator(".hf-progress")).to_have_text("Writing an answer")
    fake.hold.set()
    await expect(page.locator(".hf-theirs")).to_contain_text("30 days")


async def test_while_the_service_is_away_the_page_keeps_trying_and_the_message_arrives_once(
    open_page: OpenPage, fake: FakeApi
) -> None:
    conversation = fake.add_conversation("carla", "begun", "Hello")
    fake.add_turn(conversation, "Hello", status="answered", answer="Good morning.", engine="embedded")
    page = await open_page("carla", "/chat/?c=begun")
    await expect(page.locator(".hf-theirs")).to_contain_text("Good morning.")
    await fake.go_down(True)
    await ask(page, QUESTION)
    await expect(page.locator(".hf-delivery")).to_contain_text("Still trying")
    await expect(page.locator(".hf-mine")).to_have_text(["Hello", QUESTION])
    await expect(page.locator(".hf-theirs")).to_contain_text("Good morning.")
    await fake.go_down(False)
    await expect(page.locator(".hf-theirs").nth(1)).to_contain_text("30 days")
    assert [len(each["turns"]) for each in fake.conversations.values()] == [2]


async def test_a_message_taken_while_no_worker_answers_is_shown_and_followed(
    open_page: OpenPage, fake: FakeApi
) -> None:
    page = await open_page("carla")
    fake.hold.clear()
    fake.blind = True
    await ask(page, QUESTION)
    await expect(page.locator(".hf-progress")).to_have_text("Working on your answer")
    await expect(page.locator(".hf-mine")).to_have_text(QUESTION)
    fake.blind = False
    await expect(page.locator(".hf-progress")).to_have_text("Writing an answer")
    fake.hold.set()
    await expect(page.locator(".hf-theirs")).to_contain_text("within 30 days of delivery")


async def test_when_the_answer_to_a_message_gets_lost_it_is_sent_again_with_its_key(
    open_page: OpenPage, fake: FakeApi
) -> None:
    page = await open_page("carla")
    fake.drop_answers = 2
    await ask(page, QUESTION)
    await expect(page.locator(".hf-theirs")).to_contain_text("30 days")
    assert [len(each["turns"]) for each in fake.conversations.values()] == [1]
    assert await page.evaluate("localStorage.getItem('holdfast.outbox')") == "[]"


async def test_a_message_written_while_the_server_restarts_is_not_lost(open_page: OpenPage) -> None:
    site = Site(FakeApi())
    await site.start()
    page = await open_page("carla", at=site)
    await expect(page.locator(".hf-empty")).to_be_visible()
    await site.fake.go_down(True)
    await site.stop()
    await ask(page, QUESTION)
    await expect(page.get_by_role("alert")).to_contain_text("The connection is interrupted. Nothing is lost")
    await site.fake.go_down(False)
    await site.start()
    await expect(page.locator(".hf-theirs")).to_contain_text("30 days")
    assert [len(each["turns"]) for each in site.fake.conversations.values()] == [1]
    await page.context.close()
    await site.fake.go_down(True)
    await site.stop()


async def test_a_message_that_is_refused_comes_back_to_be_changed(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("carla")
    await expect(page.locator(".hf-empty")).to_be_visible()
    await ask(page, "x" * 8_001)
    await expect(page.locator(".hf-note")).to_contain_text("Not sent. This is too long. The message has 8001 char")
    await expect(page.get_by_placeholder("Write your question")).to_have_value("x" * 8_001)
    assert await page.evaluate("localStorage.getItem('holdfast.outbox')") == "[]"


HOSTILE = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"
    "[click](javascript:window.hacked=3) ![p](http://tracker.invalid/p.png) {{constructor}} ${window.hacked=4}"
)


async def test_html_scripts_and_foreign_images_in_data_are_harmless(open_page: OpenPage, fake: FakeApi) -> None:
    fake.answer = HOSTILE
    page = await open_page("carla")
    foreign: list[str] = []
    page.on("request", lambda request: "tracker.invalid" in request.url and foreign.append(request.url))
    await ask(page, HOSTILE)
    answer = page.locator(".hf-theirs")
    await expect(answer).to_contain_text("<script>window.hacked = 1</script>")
    await expect(page.locator(".hf-mine")).to_contain_text("${window.hacked=4}")
    await expect(page.locator(".hf-list button")).to_contain_text("<script>")
    assert await page.evaluate("window.hacked") is None
    assert await answer.locator("img, script, a[href^=javascript]").count() == 0
    assert foreign == []


async def test_a_source_that_may_not_be_read_any_more_says_so_and_shows_nothing_of_it(
    open_page: OpenPage, fake: FakeApi
) -> None:
    fake.hidden.add("returns")
    page = await open_page("carla")
    await ask(page, QUESTION)
    await page.get_by_role("button", name="Source 1: Returns and refunds").click()
    source = page.get_by_role("complementary")
    await expect(source).to_contain_text("not available to you any more")
    await expect(source).not_to_contain_text(QUOTES[0])
    await expect(source).not_to_contain_text("To start a return")


async def test_somebody_elses_conversation_is_as_if_it_did_not_exist(open_page: OpenPage, fake: FakeApi) -> None:
    conversation = fake.add_conversation("oscar", "of-oscar", "secret")
    fake.add_turn(conversation, "secret words", status="answered", answer="secret answer")
    page = await open_page("carla", "/chat/?c=of-oscar")
    await expect(page.locator(".hf-note")).to_have_text("There is no such conversation among yours.")
    await expect(page.locator("body")).not_to_contain_text("secret")


async def test_a_closed_conversation_is_read_only_and_says_so(open_page: OpenPage, fake: FakeApi) -> None:
    conversation = fake.add_conversation("carla", "closed-one", "Old")
    fake.add_turn(conversation, "Old question", status="answered", answer="Old answer")
    conversation["status"] = "closed"
    page = await open_page("carla", "/chat/?c=closed-one")
    await expect(page.locator(".hf-thread")).to_contain_text("This conversation is closed.")
    await expect(page.get_by_placeholder("Write your question")).to_be_hidden()


async def test_a_closed_page_leaves_no_stream_open(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("carla")
    await ask(page, "I want a refund")
    await expect(page.locator(".hf-waiting")).to_be_visible()
    assert fake.streams == 1
    await page.context.close()
    async with asyncio.timeout(20):
        async with fake.stream_ended:
            await fake.stream_ended.wait_for(lambda: fake.streams == 0)
