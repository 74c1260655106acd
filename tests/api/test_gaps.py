import numpy as np
import pytest

from activities.records.database import utc_now
from activities.records.ledger import TurnLedger
from activities.records.models import AuditRow, Turn
from activities.records.people import People
from api.routes import gaps
from graphs.policy import NOTHING_FOUND
from tests.api.conftest import World
from tests.api.fakes import FakeEmbedder


async def leave_unanswered(world: World, question: str, department: str, number: int, name: str = "ada") -> None:
    conversation = await world.ask(name)
    turn = Turn(
        id=f"{conversation}.{number}",
        conversation_id=conversation,
        number=number,
        message=question,
        status="handed_off",
        classification={"question": question, "department": department},
        created_at=utc_now(),
    )
    row = AuditRow(
        turn_id=turn.id,
        conversation_id=conversation,
        user_id=world.people[name].id,
        created_at=turn.created_at,
        input_hash="00",
        engine="none",
        outcome="handed_off",
        reasons=[NOTHING_FOUND],
    )
    await TurnLedger(world.database).record(turn, row)


async def test_agents_see_the_gaps_of_their_department_and_supervisors_all(world: World) -> None:
    await leave_unanswered(world, "Can I pay with Bitcoin?", "billing", 1)
    await leave_unanswered(world, "Does the drive work under water?", "technical", 2)
    mine = (await (await world.client("agnes")).get("/v1/gaps")).json()["items"]
    everything = (await (await world.client("sue")).get("/v1/gaps")).json()["items"]
    assert [gap["question"] for gap in mine] == ["Can I pay with Bitcoin?"]
    assert {question for gap in everything for question in gap["examples"]} == {
        "Can I pay with Bitcoin?",
        "Does the drive work under water?",
    }


async def test_what_somebody_asked_who_reads_more_is_no_gap_for_others(world: World) -> None:
    for number, name in enumerate(("ada", "agnes", "sue", "root"), 1):
        await leave_unanswered(world, f"A question of {name}?", "billing", number, name)
    group = f"/v1/users/{world.people['ada'].id}/groups"

    async def seen(name: str) -> set[str]:
        gaps = (await (await world.client(name)).get("/v1/gaps")).json()["items"]
        return {question.split()[-1] for gap in gaps for question in gap["examples"]}

    assert await seen("agnes") == {"ada?", "agnes?"}
    assert await seen("sue") == {"ada?", "agnes?", "sue?"}
    assert await seen("root") == {"ada?", "agnes?", "sue?", "root?"}
    document_id = await world.publish("plan.md", "# Plan\n\nThe plan.\n")
    root = await world.client("root")
    await root.put(f"/v1/documents/{document_id}/access", json={"allow": ["group:board"]})
    await root.put(group, json={"groups": ["board"]})
    assert await seen("agnes") == {"agnes?"}
    await People(world.database).deactivate(world.people["root"].id)
    assert await seen("sue") == {"agnes?", "sue?"}


async def test_questions_that_are_not_for_the_caller_push_none_of_theirs_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps, "QUESTIONS", 2)
    monkeypatch.setattr(FakeEmbedder, "embed", lambda _, texts: np.eye(len(texts), dtype=np.float32))
    asked = [("Can I pay with Bitcoin?", "ada", "billing"), ("Does the drive float?", "ada", "technical")]
    hidden = [(f"Who is paid {number} more?", "root", "billing") for number in range(3)]
    for number, (question, name, department) in enumerate([*asked, *hidden], 1):
        await leave_unanswered(world, question, department, number, name)

    async def page(name: str, limit: int = 50) -> tuple[list[str], int, int, bool]:
        body = (await (await world.client(name)).get("/v1/gaps", params={"limit": limit})).json()
        return [gap["question"] for gap in body["items"]], body["groups"], body["questions"], body["cut"]

    assert await page("agnes") == (["Can I pay with Bitcoin?"], 1, 1, False)
    assert await page("sue") == (["Does the drive float?", "Can I pay with Bitcoin?"], 2, 2, False)
    assert await page("sue", limit=1) == (["Does the drive float?"], 2, 2, False)
    await leave_unanswered(world, "Is there a paper catalogue?", "sales", 9)
    questions, *others = await page("sue")
    assert (set(questions), others) == ({"Is there a paper catalogue?", "Does the drive float?"}, [2, 2, True])


async def test_a_saved_search_is_listed_and_gone_when_removed(world: World) -> None:
    client = await world.client("agnes")
    body = {"name": " Refunds ", "request": {"query": "refund", "k": 5}}
    saved = (await client.post("/v1/searches", json=body)).json()
    (listed,) = (await client.get("/v1/searches")).json()["items"]
    assert (listed["id"], listed["name"], listed["request"]["query"]) == (saved["id"], "Refunds", "refund")
    assert (await client.delete(f"/v1/searches/{saved['id']}")).status_code == 204
    assert (await client.delete(f"/v1/searches/{saved['id']}")).status_code == 404


async def test_a_search_that_could_not_be_made_is_not_kept(world: World) -> None:
    answer = await (await world.client("agnes")).post("/v1/searches", json={"name": "x", "request": {"query": ""}})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
