"""Files that a request to the pages names, sent as no browser of ours sends them."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from gradio import processing_utils
from gradio.utils import get_upload_folder

from tests.ui.conftest import Site
from tests.ui.fake_state import FakeApi
from tests.ui.test_login import log_in

FILE = {"_type": "gradio.FileData"}
BOXES = [("carla", "/chat"), ("carla", "/search"), ("ben", "/desk"), ("ben", "/knowledge"), ("sana", "/costs")]


async def send(client: httpx.AsyncClient, page: str, named: str) -> list[str]:
    """Name a file in each box of each event of a page; returns how the calls ended."""
    config = (await client.get(f"{page}/config")).json()
    values = {each["id"]: each["props"].get("value") for each in config["components"]}
    ended = []
    for event in config["dependencies"]:
        for box in event["inputs"]:
            data = [{"path": named, "meta": FILE} if each == box else values[each] for each in event["inputs"]]
            ended.append(await call(client, page, event["id"], data))
    return ended


async def call(client: httpx.AsyncClient, page: str, event: int, data: list[Any]) -> str:
    session = uuid4().hex
    body = {"data": data, "fn_index": event, "session_hash": session, "event_data": None, "trigger_id": None}
    (await client.post(f"{page}/gradio_api/queue/join", json=body)).raise_for_status()
    stream = client.stream("GET", f"{page}/gradio_api/queue/data", params={"session_hash": session})
    async with stream as lines:
        async for line in lines.aiter_lines():
            if '"process_completed"' in line:
                return line
    raise AssertionError("the call did not end")


@pytest.mark.parametrize(("username", "page"), BOXES)
async def test_no_file_of_this_machine_comes_to_where_the_pages_serve_files_from(
    username: str, page: str, site: Site, fake: FakeApi, tmp_path: Path
) -> None:
    secret = tmp_path / f"{uuid4().hex}.json"
    secret.write_text('{"password": "of an admin"}', encoding="utf-8")
    async with httpx.AsyncClient(base_url=site.url, trust_env=False, timeout=30) as client:
        await log_in(client, username)
        ended = await send(client, page, str(secret))
    assert ended
    assert all('"success":false' in each for each in ended)
    assert list(Path(get_upload_folder()).rglob(secret.name)) == []


@pytest.mark.parametrize(("username", "page"), BOXES)
async def test_no_address_is_fetched_for_a_request(
    username: str, page: str, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []

    async def get(url: str, **_: Any) -> httpx.Response:
        fetched.append(url)
        return httpx.Response(200, content=b"of another server", request=httpx.Request("GET", url))

    monkeypatch.setattr(processing_utils.sh, "get", get)
    async with httpx.AsyncClient(base_url=site.url, trust_env=False, timeout=30) as client:
        await log_in(client, username)
        ended = await send(client, page, f"http://files.example/{uuid4().hex}.json")
    assert ended
    assert all('"success":false' in each for each in ended)
    assert fetched == []
