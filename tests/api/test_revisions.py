"""The life of documents over HTTP: classes, versions, dates, and the trail of it all."""

from datetime import timedelta

import httpx
import pytest

from activities.knowledge.classification import Judgement
from activities.knowledge.ingest import KnowledgeWriter
from activities.records.database import utc_now
from tests.api.conftest import World
from tests.api.fakes import FakeEmbedder

TEXT = "# Refunds\n\nYou may return a purchase within 30 days. The money comes back in a week.\n"


@pytest.fixture
def judging(world: World) -> World:
    """A world in which texts with the word "salary" look confidential."""

    def judge(title: str, text: str) -> Judgement:
        return Judgement("confidential", ("It holds salaries.",)) if "salary" in text else Judgement()

    world.intake.writer = KnowledgeWriter(world.database, FakeEmbedder(), world.knowledge.index, judge=judge)
    return world


async def hold(world: World, filename: str = "pay.md") -> str:
    client = await world.client("root")
    fields = {"department": "billing", "classification": "internal"}
    answer = await client.post("/v1/documents", files={"file": (filename, b"# Pay\n\nThe salary is 1.")}, data=fields)
    [held] = (await client.get(answer.headers["location"])).json()["report"]["held"]
    return str(held["document_id"])


async def classify(world: World, name: str, document_id: str, level: str, **more: str) -> httpx.Response:
    client = await world.client(name)
    return await client.post(f"/v1/documents/{document_id}/classification", json={"classification": level, **more})


@pytest.mark.parametrize("action", ["versions/1/restore", "classification"])
async def test_a_decision_that_cannot_be_started_is_taken_back_or_goes_on_by_its_key(world: World, action: str) -> None:
    document_id = await world.publish("guide.md", TEXT)
    client, path = await world.client("root"), f"/v1/documents/{document_id}/{action}"
    body = {"classification": "internal"} if action == "classification" else None

    async def decide(key: str = "") -> httpx.Response:
        return await client.post(path, json=body, headers={"Idempotency-Key": key} if key else {})

    async def states() -> list[str]:
        items = (await client.get("/v1/ingestions")).json()["items"]
        return sorted(each["status"] for each in items)

    world.intake.down = True
    answer = await decide()
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert await states() == ["completed", "failed"]
    assert (await decide("k1")).status_code == 503
    assert await states() == ["completed", "failed", "running"]
    world.intake.down = False
    answer = await decide("k1")
    assert answer.status_code == 202
    assert await states() == ["completed", "completed", "failed"]


async def test_a_held_document_is_nobodys_to_read_until_it_is_confirmed(judging: World) -> None:
    document_id = await hold(judging)
    client = await judging.client("root")
    assert (await client.get(f"/v1/documents/{document_id}")).status_code == 404
    assert (await client.post("/v1/search", json={"query": "salary"})).json()["passages"] == []
    [waiting] = (await client.get("/v1/confirmations")).json()["items"]
    assert (waiting["state"], waiting["requested"], waiting["suggested"]) == (
        "awaiting_confirmation", "internal", "confidential",
    )  # fmt: skip
    answer = await classify(judging, "root", document_id, "confidential")
    assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/ingestions/{answer.json()['id']}")
    document = (await client.get(f"/v1/documents/{document_id}")).json()
    assert (document["classification"], document["department"]) == ("confidential", "billing")
    assert (await client.get("/v1/confirmations")).json()["items"] == []


@pytest.mark.parametrize(
    ("name", "level", "status"),
    [
        ("agnes", "confidential", 202),
        ("agnes", "internal", 403),
        ("agnes", "restricted", 202),
        ("tom", "confidential", 404),
        ("sue", "internal", 202),
        ("root", "public", 422),
    ],
)
async def test_who_would_read_it_confirms_it_and_never_below_what_its_sender_set(
    judging: World, name: str, level: str, status: int
) -> None:
    document_id = await hold(judging)
    assert (await classify(judging, name, document_id, level)).status_code == status


async def test_an_agent_sees_only_the_held_documents_they_may_confirm(judging: World) -> None:
    await hold(judging)
    for name, count in (("agnes", 1), ("tom", 0), ("sue", 1)):
        assert len((await (await judging.client(name)).get("/v1/confirmations")).json()["items"]) == count


@pytest.mark.parametrize(
    ("name", "level", "department", "status"),
    [
        ("agnes", "confidential", "", 202),
        ("agnes", "public", "", 403),
        ("agnes", "internal", "technical", 403),
        ("tom", "confidential", "", 403),
        ("sue", "public", "technical", 202),
        ("ada", "public", "", 403),
    ],
)
async def test_agents_raise_what_is_theirs_and_supervisors_decide_all(
    world: World, name: str, level: str, department: str, status: int
) -> None:
    document_id = await world.publish("refunds.md", TEXT, "billing", "internal")
    more = {"department": department} if department else {}
    assert (await classify(world, name, document_id, level, **more)).status_code == status


async def test_a_reclassified_document_is_gone_for_those_it_shuts_out(world: World) -> None:
    document_id = await world.publish("refunds.md", TEXT)
    assert (await classify(world, "root", document_id, "confidential")).status_code == 202
    customer = await world.client("ada")
    for tail in ("", "/versions", "/versions/1", "/text"):
        assert (await customer.get(f"/v1/documents/{document_id}{tail}")).status_code == 404
    assert (await customer.post("/v1/search", json={"query": "refund"})).json()["passages"] == []


async def test_an_earlier_version_can_be_read_and_brought_back(world: World) -> None:
    document_id = await world.publish("refunds.md", TEXT)
    await world.publish("refunds.md", TEXT.replace("30 days", "14 days"))
    client = await world.client("sue")
    first = (await client.get(f"/v1/documents/{document_id}/versions/1")).json()
    assert (first["version"], "30 days" in first["text"]) == (1, True)
    assert (await client.post(f"/v1/documents/{document_id}/versions/1/restore")).status_code == 202
    now = (await client.get(f"/v1/documents/{document_id}")).json()
    assert (now["version"], "30 days" in now["text"]) == (3, True)
    history = (await client.get(f"/v1/documents/{document_id}/history")).json()["items"]
    assert [event["action"] for event in history] == ["document.restored", "document.published", "document.published"]
    assert history[0]["actor_id"] == world.people["sue"].id
    for name, number, status in (("agnes", 1, 403), ("ada", 1, 403), ("sue", 9, 404)):
        restore = f"/v1/documents/{document_id}/versions/{number}/restore"
        assert (await (await world.client(name)).post(restore)).status_code == status


async def test_what_is_brought_back_has_the_stricter_class_of_then_and_now(world: World) -> None:
    document_id = await world.publish("refunds.md", TEXT)
    await classify(world, "root", document_id, "confidential")
    client = await world.client("root")
    await client.post(f"/v1/documents/{document_id}/versions/1/restore")
    assert (await client.get(f"/v1/documents/{document_id}")).json()["classification"] == "confidential"


async def test_what_waits_is_listed_page_by_page_and_only_what_one_decides_on(judging: World) -> None:
    for number in range(3):
        await hold(judging, f"pay{number}.md")
    sue, tom = await judging.client("sue"), await judging.client("tom")
    first = (await sue.get("/v1/confirmations", params={"limit": 2})).json()
    rest = (await sue.get("/v1/confirmations", params={"limit": 2, "offset": first["next_offset"]})).json()
    listed = [each["source"] for each in first["items"] + rest["items"]]
    assert (listed, rest["next_offset"]) == (["pay0.md", "pay1.md", "pay2.md"], None)
    whole = (await sue.get("/v1/confirmations", params={"limit": 3})).json()
    assert (len(whole["items"]), whole["next_offset"]) == (3, None)
    assert (await tom.get("/v1/confirmations", params={"limit": 1})).json() == {"items": [], "next_offset": None}


async def test_an_expired_document_stops_answering_that_moment_and_comes_back_with_another_date(world: World) -> None:
    document_id = await world.publish("refunds.md", TEXT)
    client, customer = await world.client("root"), await world.client("ada")
    ago = (utc_now() - timedelta(seconds=1)).isoformat()
    agnes = world.people["agnes"].id
    answer = await client.patch(f"/v1/documents/{document_id}", json={"valid_until": ago, "owner_id": agnes})
    assert (answer.status_code, answer.json()["owner_id"]) == (200, agnes)
    assert (await customer.get(f"/v1/documents/{document_id}")).status_code == 404
    assert (await customer.post("/v1/search", json={"query": "refund"})).json()["passages"] == []
    assert (await client.patch(f"/v1/documents/{document_id}", json={"valid_until": None})).status_code == 200
    assert (await customer.get(f"/v1/documents/{document_id}")).status_code == 200


async def test_what_is_out_of_date_is_listed_for_who_may_give_it_another_date(world: World) -> None:
    expired, secret = await world.publish("refunds.md", TEXT), await world.publish("other.md", TEXT + " Once more.")
    root = await world.client("root")
    ago = (utc_now() - timedelta(seconds=1)).isoformat()
    await root.patch(f"/v1/documents/{expired}", json={"valid_until": ago})
    rule = {"not_after": ago, "deny": [f"person:{world.people['sue'].id}"]}
    assert (await root.put(f"/v1/documents/{secret}/access", json=rule)).status_code == 200

    async def listed(name: str) -> tuple[int, set[str]]:
        answer = await (await world.client(name)).get("/v1/documents", params={"out_of_date": True})
        return answer.status_code, {each["id"] for each in answer.json().get("items", [])}

    assert await listed("root") == (200, {expired, secret})
    assert await listed("sue") == (200, {expired})
    assert (await listed("agnes"))[0] == (await listed("ada"))[0] == 403
    assert {each["id"] for each in (await root.get("/v1/documents")).json()["items"]}.isdisjoint({expired, secret})
    sue = await world.client("sue")
    assert (await sue.patch(f"/v1/documents/{expired}", json={"valid_until": None})).status_code == 200
    assert (await sue.patch(f"/v1/documents/{secret}", json={"valid_until": None})).status_code == 404
    assert await listed("sue") == (200, set())


async def test_a_document_is_owned_by_colleagues_alone(world: World) -> None:
    document_id = await world.publish("refunds.md", TEXT)
    client = await world.client("root")
    for owner in ("nobody", world.people["ada"].id):
        answer = await client.patch(f"/v1/documents/{document_id}", json={"owner_id": owner})
        assert (answer.status_code, "active colleague" in answer.json()["detail"]) == (422, True)
    assert (await client.patch(f"/v1/documents/{document_id}", json={"owner_id": None})).json()["owner_id"] is None


async def test_dates_in_the_wrong_order_are_refused(world: World) -> None:
    document_id = await world.publish("refunds.md", TEXT)
    dates = {"valid_from": "2027-01-02T00:00:00Z", "valid_until": "2027-01-01T00:00:00Z"}
    answer = await (await world.client("root")).patch(f"/v1/documents/{document_id}", json=dates)
    assert answer.status_code == 422


async def test_the_trail_tells_supervisors_what_was_done_and_the_proof_of_a_deletion(world: World) -> None:
    document_id = await world.publish("refunds.md", TEXT)
    client = await world.client("root")
    await client.delete(f"/v1/documents/{document_id}")
    events = (await client.get("/v1/audit/knowledge", params={"document_id": document_id})).json()["items"]
    assert [event["action"] for event in events] == [
        "document.deleted", "document.deletion_requested", "document.published",
    ]  # fmt: skip
    assert set(events[0]["details"].values()) == {0}
    only = {"document_id": document_id, "action": "document.deleted"}
    assert len((await client.get("/v1/audit/knowledge", params=only)).json()["items"]) == 1
