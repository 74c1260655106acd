"""Readers and dates that come with an upload hold for every document of the file, from before it can be read."""

import json

import httpx
import pytest

from tests.api.conftest import World

LINES = [{"_id": name, "title": f"Plan {name}", "text": f"The plan {name} of the board is a secret."} for name in "ab"]
FILE = "\n".join(map(json.dumps, LINES)).encode()


async def upload(world: World, name: str = "root", **fields: str | list[str]) -> httpx.Response:
    client = await world.client(name)
    rights = {"department": "billing", "classification": "internal", **fields}
    return await client.post("/v1/documents", files={"file": ("plans.jsonl", FILE)}, data=rights)


async def found(world: World, name: str) -> int:
    passages = (await (await world.client(name)).post("/v1/search", json={"query": "plan board"})).json()["passages"]
    return len(passages)


async def test_the_groups_of_an_upload_alone_read_each_document_of_the_file(world: World) -> None:
    assert (await upload(world, groups=["board", "audit, legal"])).status_code == 202
    assert await found(world, "agnes") == 0
    root = await world.client("root")
    await root.put(f"/v1/users/{world.people['agnes'].id}/groups", json={"groups": ["legal"]})
    assert await found(world, "agnes") == 2


async def test_an_upload_without_limits_leaves_the_rule_and_one_with_limits_closes_what_answers(world: World) -> None:
    await upload(world)
    assert await found(world, "agnes") == 2
    again = await upload(world, groups="board")
    report = (await (await world.client("root")).get(again.headers["location"])).json()["report"]
    assert report["counts"]["unchanged"] == 2
    assert await found(world, "agnes") == 0
    assert all("~" in place for place in world.knowledge.index.partitions.values())
    await upload(world)
    assert await found(world, "agnes") == 0


async def test_what_a_person_decides_after_an_upload_stands(world: World) -> None:
    first = await upload(world, groups="board")
    root = await world.client("root")
    ids = [each["document_id"] for each in (await root.get(first.headers["location"])).json()["report"]["taken"]]
    for document_id in ids:
        changes = (await root.get(f"/v1/documents/{document_id}/access")).json()["changes"]
        assert [each["changed_by"] for each in changes] == [world.people["root"].id]
        await root.put(f"/v1/documents/{document_id}/access", json={})
    assert await found(world, "agnes") == 2


@pytest.mark.parametrize(
    ("dates", "count"),
    [
        ({"valid_until": "2020-01-31"}, 0),
        ({"valid_from": "2020-01-31"}, 2),
        ({"valid_from": "2020-01-31", "valid_until": "2199-01-01T12:00:00+02:00"}, 2),
        ({"valid_from": "2199-01-01"}, 0),
        ({"valid_from": "", "valid_until": "", "groups": ""}, 2),
    ],
)
async def test_documents_answer_between_the_dates_of_their_upload(
    world: World, dates: dict[str, str], count: int
) -> None:
    assert (await upload(world, **dates)).status_code == 202
    assert await found(world, "agnes") == count


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"valid_from": "2027-01-02", "valid_until": "2027-01-01"}, "valid_until"),
        ({"valid_from": "2027-01-02T00:00:00"}, "valid_from"),
        ({"valid_until": "31.1.2027"}, "valid_until"),
        ({"groups": "board:all"}, "groups"),
    ],
)
async def test_limits_that_make_no_sense_are_refused_by_name(world: World, fields: dict[str, str], words: str) -> None:
    answer = await upload(world, **fields)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


async def test_agents_do_not_limit_who_reads(world: World) -> None:
    answer = await upload(world, "agnes", groups="board")
    assert answer.status_code == 403
    assert "Supervisors" in answer.json()["detail"]
