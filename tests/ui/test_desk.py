"""The review desk as a reviewer uses it, in a real browser."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.ui.conftest import OpenPage, Picture
from tests.ui.fake_state import DRAFT, QUOTES, FakeApi, Hold, Row, citations, now

REFUND = "I want a refund of 79 EUR, the drive arrived broken"


def add_case(fake: FakeApi, message: str = REFUND, kind: str = "review", **details: object) -> Row:
    """Open a case in a conversation of its own; the later it is added, the later it is due."""
    number = len(fake.conversations)
    conversation = fake.add_conversation("carla", f"conversation-{number}", message)
    fake.add_turn(conversation, "How do I return a drive?", status="answered", answer=fake.answer, engine="embedded")
    status = "pending_review" if kind == "review" else "handed_off"
    turn = fake.add_turn(conversation, message, status=status)
    due_at = (now() + timedelta(hours=4, minutes=number)).isoformat()
    review = fake.add_review(conversation, turn, kind, **{"due_at": due_at} | details)
    turn["review_id"] = review["id"]
    return review


async def open_case(page: Page, message: str = REFUND) -> None:
    await page.locator(".hf-card", has_text=message).click()
    await expect(page.locator(".hf-case-head")).to_be_visible()


async def type_answer(page: Page, text: str) -> None:
    await page.get_by_label("The answer the customer will read").fill(text)


async def test_a_case_shows_all_that_a_decision_needs(open_page: OpenPage, fake: FakeApi, picture: Picture) -> None:
    overdue = {"due_at": (now() - timedelta(minutes=5)).isoformat(), "stage": "raised", "intent": "legal_threat"}
    add_case(fake)
    add_case(fake, "You keep charging me, I will call my lawyer", urgency="normal", **overdue)
    add_case(fake, "Can a person please call me about my invoice?", "handoff", claimed_by="sana", urgency="low")
    page = await open_page("ben", viewport={"width": 1360, "height": 1040})
    await expect(page.locator(".hf-card")).to_have_count(3)
    await expect(page.locator(".hf-card").first).to_contain_text("Raised to a supervisor")
    await expect(page.locator(".hf-card").first).to_contain_text("Overdue")
    await open_case(page)
    case = page.locator(".hf-case")
    await expect(case.get_by_role("heading", name="Refund request · Billing")).to_be_visible()
    await expect(case.locator(".hf-history .hf-mine")).to_have_text(["How do I return a drive?", REFUND])
    await expect(case.locator(".hf-draft")).to_have_text(DRAFT)
    await expect(case.locator(".hf-reasons")).to_contain_text("above the limit of 50 EUR")
    await expect(case.get_by_role("meter")).to_have_attribute("aria-valuenow", "71")
    await case.locator(".hf-quote").first.click()
    await expect(page.locator(".hf-passage mark")).to_have_text(
        "Every drive can be returned within 30 days of delivery."
    )
    await page.keyboard.press("Escape")
    await type_answer(page, DRAFT.replace("79 EUR", "79 EUR, with our apologies,"))
    await expect(page.locator(".hf-diff ins")).to_have_text(", with our apologies,")
    await picture(page, "review")


async def test_a_source_of_an_earlier_answer_is_that_answers_own(open_page: OpenPage, fake: FakeApi) -> None:
    review = add_case(fake, citations=[])
    fake.conversations[review["conversation_id"]]["turns"][0]["citations"] = citations()
    page = await open_page("ben")
    await open_case(page)
    await page.locator(".hf-history").get_by_role("button", name="Source 2").click()
    await expect(page.locator(".hf-passage mark")).to_have_text(QUOTES[1])


async def test_what_was_said_about_a_service_that_is_away_goes_when_it_is_back(
    open_page: OpenPage, fake: FakeApi
) -> None:
    add_case(fake)
    page = await open_page("ben")
    await open_case(page)
    await fake.go_down(True)
    await expect(page.locator("#hf-notice")).to_have_text("The service does not answer at the moment. We keep trying.")
    await fake.go_down(False)
    await expect(page.locator("#hf-notice")).to_have_text("")
    await page.get_by_role("button", name="Approve and send").click()
    await expect(page.locator("#hf-notice")).to_have_text("Approved. The customer has the answer.")


async def test_approving_sends_the_draft_and_brings_up_the_next_case(open_page: OpenPage, fake: FakeApi) -> None:
    first, _ = add_case(fake), add_case(fake, "Refund my second drive too")
    page = await open_page("ben")
    await open_case(page)
    await page.get_by_role("button", name="Approve and send").press("Enter")
    await expect(page.locator("#hf-notice")).to_have_text("Approved. The customer has the answer.")
    await expect(page.locator(".hf-history")).to_contain_text("Refund my second drive too")
    await expect(page.locator(".hf-card")).to_have_count(1)
    await expect(page.get_by_role("heading", name="Refund request · Billing")).to_be_focused()
    assert await page.locator("#hf-work").evaluate("each => each.scrollTop") == 0
    assert fake.decisions == [{"review": first["id"], "action": "approve", "text": "", "reason": "", "by": "ben"}]
    await page.get_by_role("button", name="Approve and send").click()
    await expect(page.locator(".hf-queue")).to_contain_text("Nothing is waiting")
    await expect(page.locator("#hf-decide")).to_be_hidden()


async def test_a_decision_that_takes_its_time_is_seen_to_be_on_its_way(open_page: OpenPage, fake: FakeApi) -> None:
    hold = fake.held[f"decision {add_case(fake)['id']}"] = Hold()
    add_case(fake, "Refund my second drive too")
    page = await open_page("ben")
    await open_case(page)
    await page.get_by_role("button", name="Approve and send").click()
    await hold.began.wait()
    await expect(page.locator("#hf-decide")).to_have_attribute("aria-busy", "true")
    hold.let_go.set()
    await expect(page.locator(".hf-history")).to_contain_text("Refund my second drive too")
    await expect(page.locator("#hf-decide")).to_have_attribute("aria-busy", "false")


async def test_a_refresh_that_a_decision_has_overtaken_changes_nothing(open_page: OpenPage, fake: FakeApi) -> None:
    first, second = add_case(fake), add_case(fake, "Refund my second drive too")
    page = await open_page("ben")
    await open_case(page)
    hold = fake.held[first["id"]] = Hold()
    first["claimed_by"] = "ben"
    await hold.began.wait()
    await page.get_by_role("button", name="Approve and send").click()
    await expect(page.locator(".hf-history")).to_contain_text("Refund my second drive too")
    while not fake.read.empty():
        fake.read.get_nowait()
    hold.let_go.set()
    # The next refresh asks about what the screen shows after the late answer has come.
    assert await fake.read.get() == second["id"]
    await expect(page.locator("#hf-notice")).to_have_text("Approved. The customer has the answer.")
    await expect(page.locator(".hf-history")).to_contain_text("Refund my second drive too")


async def test_editing_shows_what_changed_and_sends_the_new_text(open_page: OpenPage, fake: FakeApi) -> None:
    add_case(fake)
    page = await open_page("ben")
    await open_case(page)
    await expect(page.locator(".hf-unchanged")).to_be_visible()
    await type_answer(page, DRAFT.replace("79", "89"))
    await expect(page.locator(".hf-diff del")).to_have_text("79")
    await expect(page.locator(".hf-diff ins")).to_have_text("89")
    await page.get_by_role("button", name="Send edited answer").click()
    await expect(page.locator("#hf-notice")).to_contain_text("Your edited answer is with the customer.")
    assert [(each["action"], each["text"]) for each in fake.decisions] == [("edit", DRAFT.replace("79", "89"))]


async def test_rejecting_needs_a_reason_and_sends_it_along(open_page: OpenPage, fake: FakeApi) -> None:
    add_case(fake)
    page = await open_page("ben")
    await open_case(page)
    await page.get_by_role("tab", name="Send it back").click()
    await page.get_by_role("button", name="Reject the draft").click()
    await expect(page.locator("#hf-notice")).to_contain_text("Say in a few words why the draft is wrong")
    await page.locator("#hf-work").evaluate("each => each.scrollTo(0, each.scrollHeight)")
    await expect(page.locator("#hf-notice .hf-note")).to_be_in_viewport(ratio=1)
    await page.get_by_label("Why the draft is wrong").fill("The amount is wrong.")
    await page.get_by_role("button", name="Reject the draft").click()
    await expect(page.locator("#hf-notice")).to_contain_text("Sent back.")
    assert [(each["action"], each["reason"]) for each in fake.decisions] == [("reject", "The amount is wrong.")]


async def test_a_hand_off_can_only_be_answered_in_own_words(open_page: OpenPage, fake: FakeApi) -> None:
    add_case(fake, "Please let me talk to a person", "handoff")
    page = await open_page("ben")
    await open_case(page, "Please let me talk to a person")
    await expect(page.locator(".hf-case")).to_contain_text("There is no draft")
    await expect(page.get_by_role("tab", name="Check the draft")).to_have_count(0)
    await page.get_by_label("Your answer").fill("Good morning, this is Ben. What happened?")
    await page.get_by_role("button", name="Send my answer").click()
    await expect(page.locator("#hf-notice")).to_contain_text("Your answer is with the customer.")
    assert [(each["action"], each["text"]) for each in fake.decisions] == [
        ("respond", "Good morning, this is Ben. What happened?")
    ]


async def test_a_decision_that_came_too_late_is_explained(open_page: OpenPage, fake: FakeApi) -> None:
    review = add_case(fake)
    page = await open_page("ben")
    await open_case(page)
    fake.beaten.add(review["id"])
    await page.get_by_role("button", name="Approve and send").click()
    await expect(page.locator("#hf-notice")).to_contain_text("This case is decided already. Nothing of yours was sent")
    await expect(page.locator("#hf-decide")).to_be_hidden()
    assert fake.decisions == []


async def test_a_draft_that_changed_meanwhile_is_shown_again_before_it_can_be_sent(
    open_page: OpenPage, fake: FakeApi
) -> None:
    review = add_case(fake)
    page = await open_page("ben")
    await open_case(page)
    review |= {"draft_text": "A new draft.", "draft_digest": "other"}
    await expect(page.locator("#hf-notice")).to_contain_text("The draft has changed since you opened it.")
    await expect(page.get_by_label("The answer the customer will read")).to_have_value("A new draft.")
    await page.get_by_role("button", name="Approve and send").click()
    await expect(page.locator("#hf-notice")).to_contain_text("Approved.")


async def test_the_queue_refreshes_itself_and_keeps_what_is_being_typed(open_page: OpenPage, fake: FakeApi) -> None:
    add_case(fake)
    page = await open_page("ben")
    await open_case(page)
    await type_answer(page, "Half a sentence")
    add_case(fake, "A new case has come in")
    await expect(page.locator(".hf-card", has_text="A new case has come in")).to_be_visible()
    await expect(page.get_by_label("The answer the customer will read")).to_have_value("Half a sentence")


async def test_a_case_is_claimed_and_released(open_page: OpenPage, fake: FakeApi) -> None:
    review = add_case(fake)
    page = await open_page("ben")
    await open_case(page)
    await page.get_by_role("button", name="Claim").click()
    await expect(page.locator(".hf-owner")).to_have_text("You have claimed this case")
    assert review["claimed_by"] == "ben"
    await page.get_by_role("button", name="Release").click()
    await expect(page.locator(".hf-owner")).to_have_text("Nobody has claimed this case")
    review["claimed_by"] = "sana"
    await expect(page.locator(".hf-owner")).to_have_text("Claimed by Sana Malik")


async def test_a_reload_comes_back_to_the_open_case(open_page: OpenPage, fake: FakeApi) -> None:
    add_case(fake)
    page = await open_page("sana")
    await open_case(page)
    await page.reload()
    await expect(page.locator(".hf-draft")).to_have_text(DRAFT)
    await expect(page.get_by_label("The answer the customer will read")).to_have_value(DRAFT)


async def test_hostile_words_in_a_case_stay_words(open_page: OpenPage, fake: FakeApi) -> None:
    hostile = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>\"'>"
    add_case(fake, hostile, draft_text=hostile, reasons=[hostile], intent=hostile)
    page = await open_page("ben")
    await page.locator(".hf-card").click()
    await expect(page.locator(".hf-draft")).to_contain_text("<script>")
    await type_answer(page, hostile + hostile)
    await expect(page.locator(".hf-diff ins")).to_contain_text("<script>")
    assert await page.evaluate("window.hacked") is None


async def test_a_customer_does_not_get_to_the_desk(open_page: OpenPage, fake: FakeApi) -> None:
    page = await open_page("carla", "/desk/")
    await expect(page.get_by_role("heading", name="This page is for our support team")).to_be_visible()
    call = {"data": ["{}", ""], "fn_index": 0, "session_hash": "x"}
    for path in ("/desk/gradio_api/queue/join", "/desk/gradio_api/run/predict"):
        answer = await page.request.post(path, data=call)
        assert answer.status == 403
    await page.get_by_role("link", name="Go to the help chat").click()
    await expect(page.locator(".hf-empty")).to_be_visible()
    assert await page.get_by_role("link", name="Review desk").count() == 0


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_long_queue_can_be_read_to_its_end(width: int, open_page: OpenPage, fake: FakeApi) -> None:
    for number in range(102):
        add_case(fake, f"Refund number {number}")
    page = await open_page("ben", viewport={"width": width, "height": 700})
    await expect(page.locator(".hf-card")).to_have_count(100)
    await expect(page.locator(".hf-count")).to_have_text("100+")
    await expect(page.locator(".hf-queue")).to_contain_text("More are waiting: these are the 100 due soonest.")
    queue = page.locator("#hf-queue")
    assert await queue.evaluate("each => each.scrollHeight > each.clientHeight && each.clientHeight < 700")
    await queue.evaluate("each => each.scrollTo(0, each.scrollHeight)")
    await expect(page.locator(".hf-card").last).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [390, 820, 1024, 1120])
async def test_the_desk_works_on_small_screens(width: int, open_page: OpenPage, fake: FakeApi) -> None:
    add_case(fake)
    page = await open_page("ben", viewport={"width": width, "height": 844})
    await open_case(page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await expect(page.locator(".hf-history .hf-mine").last).to_be_in_viewport()
    assert (await page.get_by_role("tab").all_inner_texts())[:3] == [
        "Check the draft",
        "Send it back",
        "Write your own",
    ]
    for name in ("Send it back", "Write your own", "Check the draft"):
        await page.get_by_role("tab", name=name).click()
    await page.get_by_role("button", name="Approve and send").click()
    await expect(page.locator(".hf-queue")).to_contain_text("Nothing is waiting")
    await expect(page.get_by_text("Approved. The customer has the answer.")).to_be_in_viewport()
