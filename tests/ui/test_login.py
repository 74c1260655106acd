"""The way in and out of the pages, without a browser."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.ui.conftest import Site
from tests.ui.fake_state import PASSWORD, FakeApi
from ui import sessions
from ui.login import local

PAGE = {"Accept": "text/html"}


@pytest.fixture
async def browserless(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=site.url, trust_env=False, headers=PAGE) as client:
        yield client


async def log_in(
    client: httpx.AsyncClient, username: str = "carla", password: str = PASSWORD, **more: str
) -> httpx.Response:
    return await client.post("/login", data={"username": username, "password": password, **more})


async def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(browserless: httpx.AsyncClient) -> None:
    answer = await log_in(browserless)
    assert (answer.status_code, answer.headers["location"]) == (303, "/chat/")
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize(("username", "home"), [("carla", "/chat/"), ("ben", "/desk/"), ("sana", "/desk/")])
async def test_everybody_starts_where_their_work_is(username: str, home: str, browserless: httpx.AsyncClient) -> None:
    await log_in(browserless, username)
    assert (await browserless.get("/")).headers["location"] == home


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"username": "carla", "password": "wrong"}, 401, "The username or the password is wrong"),
        ({"username": "nobody", "password": PASSWORD}, 401, "The username or the password is wrong"),
        ({"username": "busy", "password": PASSWORD}, 429, "Wait 5 minutes"),
        ({"username": " ", "password": PASSWORD}, 422, "Type your username and your password"),
        ({}, 422, "Type your username and your password"),
    ],
)
async def test_a_failed_log_in_says_in_words_what_to_do(
    form: dict[str, str], status: int, words: str, browserless: httpx.AsyncClient
) -> None:
    answer = await browserless.post("/login", data=form)
    assert answer.status_code == status
    assert words in answer.text
    assert "set-cookie" not in answer.headers
    assert PASSWORD not in answer.text


async def test_a_log_in_while_the_service_is_away_says_so(browserless: httpx.AsyncClient, fake: FakeApi) -> None:
    fake.down = True
    answer = await log_in(browserless)
    assert answer.status_code == 503
    assert "does not answer at the moment" in answer.text
    browserless.cookies.set("holdfast_session", "new")
    assert (await browserless.get("/chat/")).status_code == 503


async def test_what_was_typed_is_shown_again_escaped(browserless: httpx.AsyncClient) -> None:
    answer = await log_in(browserless, '"><script>alert(1)</script>', "wrong")
    assert "<script>alert" not in answer.text
    assert "&quot;&gt;&lt;script&gt;" in answer.text


@pytest.mark.parametrize("path", ["/chat/", "/desk/", "/chat/?c=abc&x=1"])
async def test_a_page_asked_for_before_the_log_in_is_come_back_to(path: str, browserless: httpx.AsyncClient) -> None:
    first = await browserless.get(path)
    assert first.status_code == 303
    wanted = httpx.URL(first.headers["location"]).params["next"]
    assert wanted == path
    assert (await log_in(browserless, "ben", next=wanted)).headers["location"] == path


@pytest.mark.parametrize(
    "path", ["https://evil.test/", "//evil.test", "/\\evil.test", "/a\\..\\b", "javascript:alert(1)", "/a\nb", ""]
)
def test_nothing_leads_to_another_site_after_the_log_in(path: str) -> None:
    assert local(path) == ""


@pytest.mark.parametrize("path", ["/chat/config", "/chat/gradio_api/info", "/desk/gradio_api/queue/data"])
@pytest.mark.parametrize("cookie", ["", "forged"])
async def test_gradios_own_routes_need_a_session_too(path: str, cookie: str, browserless: httpx.AsyncClient) -> None:
    browserless.cookies.set("holdfast_session", cookie)
    answer = await browserless.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 401


async def test_gradio_offers_no_api_of_its_own(browserless: httpx.AsyncClient) -> None:
    await log_in(browserless, "ben")
    for root in ("/chat", "/desk"):
        info = (await browserless.get(f"{root}/gradio_api/info")).json()
        assert info["named_endpoints"] == {}
        assert (await browserless.get(f"{root}/gradio_api/file=/etc/passwd")).status_code == 403


async def test_the_pages_forbid_foreign_content_and_framing(browserless: httpx.AsyncClient) -> None:
    login = (await browserless.get("/login")).headers["content-security-policy"]
    await log_in(browserless)
    chat = (await browserless.get("/chat/")).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in login
    assert "frame-ancestors 'none'" in chat
    assert "img-src 'self' data: blob:" in chat


async def test_logging_out_ends_the_session_in_the_browser(browserless: httpx.AsyncClient) -> None:
    await log_in(browserless)
    answer = await browserless.post("/logout")
    assert answer.headers["location"] == "/login?left=true"
    assert "holdfast_session" not in browserless.cookies
    assert (await browserless.get("/chat/")).status_code == 303
    assert "You are logged out" in (await browserless.get("/login?left=true")).text


async def test_a_page_without_its_last_slash_is_found(browserless: httpx.AsyncClient, site: Site) -> None:
    await log_in(browserless)
    assert (await browserless.get("/chat?c=abc")).headers["location"] == f"{site.url}/chat/?c=abc"


async def post_file(client: httpx.AsyncClient) -> int:
    upload = "/knowledge/gradio_api/upload"
    answer = await client.post(upload, files={"files": ("a.md", b"# A")}, headers={"Accept": "*/*"})
    return answer.status_code


async def test_while_nobody_can_be_recognised_strangers_leave_no_files_at_the_knowledge_page(
    browserless: httpx.AsyncClient, fake: FakeApi
) -> None:
    await fake.go_down(True)
    browserless.cookies.set("holdfast_session", "unheard of")
    assert await post_file(browserless) == 503


@pytest.mark.parametrize(("username", "status"), [("carla", 403), ("ben", 200)])
async def test_while_nobody_can_be_recognised_people_are_who_they_were(
    username: str, status: int, browserless: httpx.AsyncClient, fake: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "REMEMBER_SECONDS", 0.0)
    await log_in(browserless, username)
    assert (await browserless.get("/search/")).status_code == 200
    await fake.go_down(True)
    assert await post_file(browserless) == status


async def test_browsers_that_look_for_an_icon_find_it(browserless: httpx.AsyncClient) -> None:
    answer = await browserless.get("/favicon.ico")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.text.startswith("<svg xmlns=")
