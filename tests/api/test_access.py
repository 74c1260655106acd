"""Rights of single documents over HTTP: who sets them, that they hold at once everywhere, and that they are told."""

import pytest

from tests.api.conftest import World

RULE = {"allow": ["group:board"]}


async def paths_that_read(world: World, document_id: str) -> list[str]:
    """Return every address at which something of a document could be read."""
    chunk = f"{document_id}:1:0"
    base = f"/v1/documents/{document_id}"
    return [base, f"{base}/versions", f"{base}/text", f"{base}?version=1", f"{base}/passages/{chunk}"]


async def test_a_rule_closes_a_document_at_once_wherever_it_could_be_read(world: World) -> None:
    document_id = await world.publish("plan.md", "# Plan\n\nThe plan.\n", "billing", "internal")
    agnes, root = await world.client("agnes"), await world.client("root")
    paths = await paths_that_read(world, document_id)
    assert [(await agnes.get(path)).status_code for path in paths] == [200] * len(paths)
    changed = await root.put(f"/v1/documents/{document_id}/access", json=RULE)
    assert (changed.status_code, changed.json()["rule"]["allow"]) == (200, ["group:board"])
    assert [(await agnes.get(path)).status_code for path in paths] == [404] * len(paths)
    assert (await agnes.get("/v1/documents")).json()["items"] == []
    assert (await agnes.post("/v1/search", json={"query": "plan"})).json()["passages"] == []


async def test_a_group_lets_its_people_in_and_leaving_it_shuts_them_out(world: World) -> None:
    document_id = await world.publish("plan.md", "# Plan\n\nThe plan.\n", "billing", "restricted")
    agnes, root = await world.client("agnes"), await world.client("root")
    await root.put(f"/v1/documents/{document_id}/access", json=RULE)
    groups = f"/v1/users/{world.people['agnes'].id}/groups"
    assert (await root.put(groups, json={"groups": ["board"]})).json()["groups"] == ["board"]
    found = (await agnes.post("/v1/search", json={"query": "plan"})).json()["passages"]
    assert [passage["document_id"] for passage in found] == [document_id]
    await root.put(groups, json={"groups": []})
    assert (await agnes.get(f"/v1/documents/{document_id}")).status_code == 404


async def test_customers_read_nothing_internal_whatever_a_rule_says(world: World) -> None:
    document_id = await world.publish("plan.md", "# Plan\n\nThe plan.\n", "billing", "internal")
    root = await world.client("root")
    await root.put(f"/v1/documents/{document_id}/access", json={"allow": [f"person:{world.people['ada'].id}"]})
    assert (await (await world.client("ada")).get(f"/v1/documents/{document_id}")).status_code == 404


async def test_a_new_version_keeps_the_rule(world: World) -> None:
    document_id = await world.publish("plan.md", "# Plan\n\nThe plan.\n", "billing", "internal")
    root = await world.client("root")
    await root.put(f"/v1/documents/{document_id}/access", json=RULE)
    await world.publish("plan.md", "# Plan\n\nThe second plan.\n", "billing", "internal")
    assert (await (await world.client("agnes")).get(f"/v1/documents/{document_id}")).status_code == 404
    assert (await root.get(f"/v1/documents/{document_id}")).json()["version"] == 2
    [place] = set(world.knowledge.index.partitions.values())
    assert place.startswith("internal.billing~")


async def test_each_change_is_written_down_with_who_made_it(world: World) -> None:
    document_id = await world.publish("plan.md", "# Plan\n\nThe plan.\n", "billing", "internal")
    address = f"/v1/documents/{document_id}/access"
    sue, root = await world.client("sue"), await world.client("root")
    await sue.put(address, json={"deny": ["group:partners"]})
    await sue.put(address, json={"deny": ["group:partners"]})
    await root.put(address, json={})
    changes = (await root.get(address)).json()["changes"]
    assert [(each["changed_by"], each["before"]["deny"], each["after"]["deny"]) for each in changes] == [
        (world.people["root"].id, ["group:partners"], []),
        (world.people["sue"].id, [], ["group:partners"]),
    ]
    assert set(world.knowledge.index.partitions.values()) == {"internal.billing"}


async def test_a_hidden_document_and_an_absent_one_give_a_supervisor_the_same_answer(world: World) -> None:
    document_id = await world.publish("plan.md", "# Plan\n\nThe plan.\n", "billing", "restricted")
    sue = await world.client("sue")
    hidden = await sue.put(f"/v1/documents/{document_id}/access", json=RULE)
    absent = await sue.put("/v1/documents/nothing/access", json=RULE)
    assert hidden.status_code == absent.status_code == 404
    parts = ("type", "title", "detail")
    assert [hidden.json()[part] for part in parts] == [absent.json()[part] for part in parts]


async def test_a_right_that_was_taken_holds_though_the_index_cannot_follow_yet(world: World) -> None:
    document_id = await world.publish("plan.md", "# Plan\n\nThe plan.\n", "billing", "internal")
    world.intake.down = True
    answer = await (await world.client("root")).put(f"/v1/documents/{document_id}/access", json=RULE)
    assert answer.status_code == 503
    assert (await (await world.client("agnes")).get(f"/v1/documents/{document_id}")).status_code == 404


@pytest.mark.parametrize("body", [{"allow": ["legal"]}, {"partitions": []}, {"hours": {"start": "8", "end": "x"}}])
async def test_a_rule_of_the_wrong_shape_is_refused(world: World, body: dict[str, object]) -> None:
    document_id = await world.publish("plan.md", "# Plan\n\nThe plan.\n")
    answer = await (await world.client("root")).put(f"/v1/documents/{document_id}/access", json=body)
    assert answer.status_code == 422


async def test_a_copy_that_another_document_answered_for_stands_by_itself_when_rights_part_them(world: World) -> None:
    text = "# Plan\n\n" + " ".join(f"Item {number} of the plan is due in month {number}." for number in range(12))
    first = await world.publish("plan.md", text, "billing", "internal")
    second = await world.publish("copy.md", text, "billing", "internal")
    assert {name.split(":")[0] for name in world.knowledge.index.partitions} == {first}
    root = await world.client("root")
    await root.put(f"/v1/documents/{first}/access", json=RULE)
    found = (await (await world.client("agnes")).post("/v1/search", json={"query": "plan"})).json()["passages"]
    assert [passage["document_id"] for passage in found] == [second]
