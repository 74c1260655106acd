"""What is done to people, groups and keys leaves a row: who, what, when, and no secret."""

import pytest

from activities.records.keys import KeyRefusedError
from activities.records.people import UsernameTakenError
from activities.records.people_events import PeopleTrail, PersonEventFilter
from tests.api.conftest import PASSWORD, World

PATH = "/v1/audit/people"


async def test_each_change_is_a_row_with_who_did_it_and_no_secret(world: World) -> None:
    admin, root = await world.client("root"), world.people["root"].id
    new = {"username": "zoe", "role": "agent", "department": "legal", "groups": ["board"], "password": PASSWORD}
    zoe = (await admin.post("/v1/users", json=new)).json()["id"]
    await admin.put(f"/v1/users/{zoe}/groups", json={"groups": ["partners"]})
    await admin.delete(f"/v1/users/{zoe}")
    shop = world.people["shop"].id
    made = (await admin.post("/v1/keys", json={"person_id": shop, "name": "till"})).json()
    await admin.delete(f"/v1/keys/{made['id']}")

    answers = [await admin.get(PATH, params={"person_id": each, "actor_id": root}) for each in (zoe, shop)]
    rows = [row for answer in answers for row in answer.json()["items"][::-1]]
    key = {"key_id": made["id"], "name": "till", "prefix": made["api_key"].split("_")[1]}
    assert [(row["action"], row["details"]) for row in rows] == [
        (
            "person.created",
            {"username": "zoe", "role": "agent", "department": "legal", "groups": ["board"], "password": True},
        ),
        ("person.groups_changed", {"before": ["board"], "after": ["partners"]}),
        ("person.deactivated", {}),
        ("key.created", key),
        ("key.revoked", key),
    ]
    assert {row["actor_id"] for row in rows} == {root}
    for secret in (PASSWORD, made["api_key"], made["api_key"].split("_", 2)[2], "argon2"):
        assert not any(secret in answer.text for answer in answers)


async def test_what_changes_nothing_leaves_no_row(world: World) -> None:
    admin, shop = await world.client("root"), world.people["shop"].id
    made = (await admin.post("/v1/keys", json={"person_id": shop, "name": "till"})).json()
    for _ in range(2):
        await admin.put(f"/v1/users/{shop}/groups", json={"groups": ["partners"]})
        await admin.delete(f"/v1/keys/{made['id']}")
        await admin.delete(f"/v1/users/{shop}")
    await admin.post("/v1/users", json={"username": "ada", "role": "customer"})
    await admin.delete("/v1/users/nobody")
    rows = (await admin.get(PATH, params={"actor_id": world.people["root"].id})).json()["items"]
    assert sorted(row["action"] for row in rows) == [
        "key.created",
        "key.revoked",
        "person.deactivated",
        "person.groups_changed",
    ]


async def test_a_change_that_fails_leaves_no_row(world: World) -> None:
    people, trail = world.services.people, PeopleTrail(world.database)
    before = len(await trail.list_events(PersonEventFilter()))
    with pytest.raises(UsernameTakenError):
        await people.create("ada", "admin")
    with pytest.raises(KeyRefusedError):
        await world.services.keys.create("nobody", "till")
    assert len(await trail.list_events(PersonEventFilter())) == before


async def test_the_trail_is_filtered_and_read_page_by_page(world: World) -> None:
    admin = await world.client("root")
    everything = (await admin.get(PATH)).json()["items"]
    assert {row["actor_id"] for row in everything} == {None}, "the command line has no actor"
    found, query = [], dict[str, str]()
    while True:
        page = (await admin.get(PATH, params={"limit": "3", **query})).json()
        found += page["items"]
        if page["next"] is None:
            break
        query = {"before": page["next"], "before_id": page["next_id"]}
    assert found == everything
    first = everything[-1]["at"]
    assert len((await admin.get(PATH, params={"since": first})).json()["items"]) == len(everything)
    assert (await admin.get(PATH, params={"action": "key.revoked"})).json()["items"] == []
    assert (await admin.get(PATH, params={"action": "person.promoted"})).status_code == 422


async def test_everybody_is_listed_page_by_page(world: World) -> None:
    admin = await world.client("root")
    whole = (await admin.get("/v1/users")).json()
    assert (len(whole["items"]), whole["next_offset"]) == (len(world.people), None)
    names, offset = [], 0
    while offset is not None:
        page = (await admin.get("/v1/users", params={"limit": 3, "offset": offset})).json()
        names += [each["username"] for each in page["items"]]
        offset = page["next_offset"]
    assert names == sorted(world.people)
    exactly = (await admin.get("/v1/users", params={"limit": len(names)})).json()
    assert exactly["next_offset"] is None
    assert (await admin.get("/v1/users", params={"limit": 1_001})).status_code == 422
