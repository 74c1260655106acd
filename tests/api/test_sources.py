"""Sources over HTTP: who may add one, what is refused, and documents that are sent by themselves."""

import base64
import json
import time
from typing import Any

import httpx
import pytest

from activities.sources import webhook as hashing
from activities.sources.webhook import PREFIX, sign
from tests.api.conftest import World
from tests.api.fake_sources import FakeDesk

SECRET = PREFIX + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
FOLDER = {"name": "handbook", "kind": "folder", "config": {"path": ""}, "classification": "public"}


def secret(world: World, *values: str) -> None:
    folder = world.database.url.database
    assert folder
    place = world.services.sources.pushes._secrets._folder
    place.mkdir(exist_ok=True)
    (place / "push").write_text("\n".join(values))


async def webhook(world: World) -> str:
    secret(world, SECRET)
    body = {"name": "crm", "kind": "webhook", "config": {"secret": "push"}, "classification": "public"}
    answer = await (await world.client("root")).post("/v1/sources", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def push(world: World, source_id: str, body: Any, *, key: str = SECRET, **headers: str) -> httpx.Response:
    """Send a message as the other system does, signed unless headers say otherwise."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"webhook-id": "m1", "webhook-timestamp": str(int(time.time())), **headers}
    signature = "v1," + sign(key, f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + data)
    sent.setdefault("webhook-signature", signature)
    return await (await world.client()).post(f"/v1/sources/{source_id}/push", content=data, headers=sent)


def upsert(text: str, key: str = "faq/refunds.md") -> dict[str, Any]:
    return {"type": "document.upserted", "data": {"key": key, "text": text}}


async def test_the_kinds_of_sources_say_what_each_wants_to_know(world: World) -> None:
    kinds = {each["name"]: each for each in (await (await world.client("sue")).get("/v1/source-kinds")).json()["items"]}
    assert kinds["confluence"]["has_readers"]
    assert kinds["folder"]["watched"]
    assert kinds["web"]["config"]["required"] == ["url"]
    assert kinds["web"]["config"]["properties"]["depth"]["description"] == "Links from the first page."


async def test_a_source_is_added_listed_steered_and_removed(world: World) -> None:
    folder = world.services.sources.pushes._secrets._folder.parent / "docs"
    folder.mkdir()
    client = await world.client("sue")
    made = await client.post("/v1/sources", json={**FOLDER, "config": {"path": str(folder)}})
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/v1/sources/{made.json()['id']}"
    assert [each["name"] for each in (await client.get("/v1/sources")).json()["items"]] == ["handbook"]
    for action in ("sync", "pause", "resume"):
        assert (await client.post(f"/v1/sources/handbook/{action}")).status_code == 202
    detail = (await client.get("/v1/sources/handbook")).json()
    assert (detail["items"], detail["progress"], detail["kind"]) == ({}, None, "folder")
    assert (await client.delete("/v1/sources/handbook")).status_code == 202
    again = await client.post("/v1/sources", json={**FOLDER, "config": {"path": str(folder)}})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"kind": "ftp"}, "There is no kind of source 'ftp'"),
        ({"config": {}}, "config.path: Field required"),
        ({"config": {"path": "/etc"}}, "HOLDFAST_SOURCE_FOLDERS"),
        ({"name": "../up"}, "name"),
        ({"interval_seconds": 1}, "interval_seconds"),
    ],
)
async def test_a_source_that_cannot_be_read_is_refused_at_once(world: World, change: Any, detail: str) -> None:
    client = await world.client("root")
    answer = await client.post("/v1/sources", json={**FOLDER, **change})
    assert answer.status_code == 422
    assert detail in answer.json()["detail"]
    assert (await client.get("/v1/sources")).json()["items"] == []


async def test_only_an_admin_lets_a_source_use_a_secret(world: World) -> None:
    body = {"name": "crm", "kind": "webhook", "config": {"secret": "push"}}
    assert (await (await world.client("sue")).post("/v1/sources", json=body)).status_code == 403
    missing = await (await world.client("root")).post("/v1/sources", json=body)
    assert missing.status_code == 422
    assert "the secret 'push' is not set" in missing.json()["detail"]


async def test_a_signed_document_is_taken_and_its_deletion_removes_it(world: World) -> None:
    source_id = await webhook(world)
    assert (await push(world, source_id, upsert("# Refunds\n\nThirty days."))).status_code == 202
    row = await world.services.sources.rows.get(source_id)
    assert row is not None
    steps = world.services.sources.pushes._sync
    work = await steps.next_work(source_id, 10)
    (opened,) = await steps.open_items(source_id, 1, work.take)
    assert opened.request is not None
    await world.intake.writer.ingest(opened.request)
    assert (await steps.settle(source_id, [opened])).taken == 1
    page = (await (await world.client("ada")).get("/v1/documents")).json()["items"]
    assert [each["source"] for each in page] == ["crm/faq/refunds.md"]
    gone = {"type": "document.deleted", "data": {"key": "faq/refunds.md"}}
    assert (await push(world, source_id, gone, **{"webhook-id": "m2"})).status_code == 202
    (removal,) = (await steps.next_work(source_id, 10)).remove
    assert removal.document_ids == [page[0]["id"]]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"webhook-signature": "v1,AAAA"}, upsert("x")),
        ({"webhook-signature": ""}, upsert("x")),
        ({"webhook-timestamp": str(int(time.time()) - 3_600)}, upsert("x")),
        ({"webhook-timestamp": str(int(time.time()) + 3_600)}, upsert("x")),
        ({"webhook-timestamp": "soon"}, upsert("x")),
        ({"webhook-id": ""}, upsert("x")),
        ({}, b"not json"),
        ({}, {"type": "document.upserted", "data": {"key": "a"}}),
        ({}, {"type": "else", "data": {"key": "a", "text": "x"}}),
    ],
    ids=["forged", "unsigned", "old", "future", "no time", "no id", "no json", "no text", "unknown type"],
)
async def test_a_message_that_is_not_right_is_refused(world: World, headers: dict[str, str], body: Any) -> None:
    source_id = await webhook(world)
    answer = await push(world, source_id, body, **headers)
    assert answer.status_code == 403
    assert (await world.services.sources.pushes._sync.next_work(source_id, 10)).take == []


async def test_an_altered_body_is_refused(world: World) -> None:
    source_id = await webhook(world)
    at = str(int(time.time()))
    signature = "v1," + sign(SECRET, f"m1.{at}.".encode() + json.dumps(upsert("# A\n\nOld.")).encode())
    altered = await push(world, source_id, upsert("# A\n\nNew."), **{"webhook-signature": signature})
    assert altered.status_code == 403


async def test_a_message_counts_once(world: World) -> None:
    source_id = await webhook(world)
    assert (await push(world, source_id, upsert("One."))).status_code == 202
    replayed = await push(world, source_id, upsert("One."))
    assert (replayed.status_code, replayed.json()["type"]) == (409, "urn:holdfast:problem:replayed")


async def test_a_message_that_is_kept_is_taken_also_while_no_sync_can_be_asked_for(world: World) -> None:
    source_id = await webhook(world)
    desk = world.services.sources.desk
    assert isinstance(desk, FakeDesk)
    desk.down = True
    assert (await push(world, source_id, upsert("One."))).status_code == 202
    assert len((await desk.sync_steps.next_work(source_id, 10)).take) == 1


async def test_both_secrets_of_a_rotation_sign(world: World) -> None:
    source_id = await webhook(world)
    new = PREFIX + base64.b64encode(b"f" * 32).decode()
    secret(world, SECRET, new)
    assert (await push(world, source_id, upsert("One."), key=new)).status_code == 202
    assert (await push(world, source_id, upsert("Two."), **{"webhook-id": "m2"})).status_code == 202
    secret(world, new)
    assert (await push(world, source_id, upsert("Three."), **{"webhook-id": "m3"})).status_code == 403


async def test_an_unknown_source_answers_like_a_wrong_signature(world: World) -> None:
    known, unknown = await webhook(world), "nobody"
    answers = [await push(world, each, upsert("x"), key=PREFIX + "AAAA") for each in (known, unknown)]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


async def test_a_message_is_hashed_once_however_many_signatures_a_stranger_names(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[int] = []

    def counted(secret: str, signed: bytes) -> str:
        hashed.append(len(signed))
        return sign(secret, signed)

    monkeypatch.setattr(hashing, "sign", counted)
    answer = await push(world, "unknown", upsert("# A\n\nWords."), **{"webhook-signature": " ".join(["v1,AAAA"] * 500)})
    assert answer.status_code == 403
    assert len(hashed) == 1
