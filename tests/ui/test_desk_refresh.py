"""The review desk goes on looking for news, whatever becomes of one look."""

from playwright.async_api import expect

from tests.ui.conftest import OpenPage
from tests.ui.fake_state import FakeApi, Hold
from tests.ui.test_desk import add_case


async def test_a_refresh_that_nothing_comes_back_for_is_not_the_last(open_page: OpenPage, fake: FakeApi) -> None:
    review = add_case(fake)
    hold = fake.held[review["id"]] = Hold()
    page = await open_page("ben", f"/desk/?case={review['id']}")
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    await hold.began.wait()
    for _ in range(2):  # the next ones come while the first is still at work
        async with page.expect_response("**/queue/join*"):
            pass
    hold.let_go.set()
    await expect(page.locator(".hf-case-head")).to_be_visible()
    assert faults == []
    await page.route("**/queue/join*", lambda route: route.fulfill(json={"event_id": "lost"}), times=1)
    async with page.expect_request("**/queue/join*"):
        pass
    add_case(fake, "A new case has come in")
    await expect(page.locator(".hf-card", has_text="A new case has come in")).to_be_visible()
