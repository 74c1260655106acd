"""Customers whom rules let read more than other customers: their cases are for colleagues who read it too."""

import pytest

from activities.knowledge.rules import AccessRule
from api import reviewing
from tests.api.conftest import World

APPROVE = {"action": "approve", "draft_digest": "d1"}


async def publish_for(world: World, rule: AccessRule) -> str:
    document_id = await world.publish("prices.md", "# Prices of partners\n\nHalf of the list.\n", "billing", "public")
    await world.services.access.set(document_id, rule, "root")
    return document_id


async def join(world: World, name: str, *groups: str) -> None:
    await world.services.people.set_groups(world.people[name].id, groups)


async def sees(world: World, name: str, case: str) -> bool:
    """Say whether somebody sees a case, by every way there is to it."""
    client, conversation_id = await world.client(name), case.split(".")[0]
    listed = (await client.get("/v1/reviews")).json()["items"]
    read = (await client.get(f"/v1/reviews/{case}")).status_code
    followed = (await client.get(f"/v1/conversations/{conversation_id}")).status_code
    admin, to = await world.client("root"), {"reviewer_id": world.people[name].id}
    assigned = (await admin.post(f"/v1/reviews/{case}/assign", json=to)).status_code
    told = ([each["id"] for each in listed] == [case], read, followed, assigned)
    assert told in [(True, 200, 200, 200), (False, 403, 404, 422)]
    return told[0]


@pytest.mark.parametrize("subject", ["group:partners", "person:{ada}"])
async def test_a_case_of_a_named_customer_is_for_who_is_named_too(world: World, subject: str) -> None:
    await join(world, "ada", "partners")
    name = subject.format(ada=world.people["ada"].id)
    await publish_for(world, AccessRule(allow=(name, "group:desk")))
    case = await world.open_case(await world.ask("ada"))
    assert [await sees(world, each, case) for each in ("agnes", "sue", "root")] == [False, False, True]
    for action in ("claim", "release", "decision"):
        body = APPROVE if action == "decision" else None
        answer = await (await world.client("agnes")).post(f"/v1/reviews/{case}/{action}", json=body)
        assert (answer.status_code, world.chat.decisions) == (403, [])
    await join(world, "agnes", "desk")
    assert await sees(world, "agnes", case)


async def test_a_customer_in_a_group_that_no_document_names_is_a_customer_like_others(world: World) -> None:
    await join(world, "ada", "readers of the newsletter")
    await publish_for(world, AccessRule(allow=("group:partners",)))
    assert await sees(world, "agnes", await world.open_case(await world.ask("ada")))


async def test_a_customer_whom_a_rule_shuts_out_reads_nothing_more_by_it(world: World) -> None:
    await join(world, "ada", "partners")
    await publish_for(world, AccessRule(allow=("group:partners",), deny=(f"person:{world.people['ada'].id}",)))
    assert await sees(world, "agnes", await world.open_case(await world.ask("ada")))


async def test_a_draft_that_the_customer_reads_and_the_reviewer_does_not_is_not_theirs_to_decide(world: World) -> None:
    quoted = await publish_for(world, AccessRule(deny=(f"person:{world.people['agnes'].id}",)))
    citation = {"document_id": quoted, "chunk_id": f"{quoted}:1:0", "title": "Prices", "version": 1, "quote": "Half"}
    case = await world.open_case(await world.ask("ada"), citations=[citation | {"start": 0, "end": 4}])
    agnes = await world.client("agnes")
    assert (await agnes.get(f"/v1/reviews/{case}")).json()["withheld"]
    for path, body in {"claim": None, "decision": APPROVE}.items():
        assert (await agnes.post(f"/v1/reviews/{case}/{path}", json=body)).status_code == 403
    to = {"reviewer_id": world.people["agnes"].id}
    assert (await (await world.client("root")).post(f"/v1/reviews/{case}/assign", json=to)).status_code == 422
    assert world.chat.decisions == []
    assert (await (await world.client("sue")).post(f"/v1/reviews/{case}/decision", json=APPROVE)).status_code == 200
    await world.intake.remove(quoted)
    assert (await agnes.post(f"/v1/reviews/{case}/claim")).status_code == 200, "nobody could have it drafted again"


async def test_cases_that_are_not_shown_leave_no_holes_in_the_list(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewing, "ROWS_AT_ONCE", 2)
    await join(world, "ada", "partners")
    await publish_for(world, AccessRule(allow=("group:partners",)))
    asked = ["ada", "ada", "bob", "ada", "bob", "bob", "ada"]
    cases = [await world.open_case(await world.ask(name), customer_id=world.people[name].id) for name in asked]
    theirs = {case for name, case in zip(asked, cases, strict=True) if name == "bob"}
    client = await world.client("agnes")
    listed = (await client.get("/v1/reviews")).json()["items"]
    assert {each["id"] for each in listed} == theirs
    pages, offset = [], 0
    while offset is not None:
        page = (await client.get("/v1/reviews", params={"limit": 2, "offset": offset})).json()
        pages.append([each["id"] for each in page["items"]])
        offset = page["next_offset"]
    assert pages == [[each["id"] for each in listed[:2]], [listed[2]["id"]]]
