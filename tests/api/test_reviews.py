"""The review desk over HTTP: who sees which case, who has it, and which decision counts."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from tests.api.conftest import AT, World
from workflows.client import Refused

APPROVE = {"action": "approve", "draft_digest": "d1"}


@pytest.fixture
async def case(world: World) -> str:
    """A case of ada's conversation in the queue of billing."""
    return await world.open_case(await world.ask("ada"), "billing")


async def call(world: World, name: str, path: str, body: object = None) -> httpx.Response:
    return await (await world.client(name)).post(f"/v1/reviews/{path}", json=body)


@pytest.mark.parametrize(("name", "count"), [("agnes", 1), ("tom", 1), ("sue", 2), ("root", 2)])
async def test_agents_see_the_cases_of_their_department_and_supervisors_all(
    world: World, case: str, name: str, count: int
) -> None:
    await world.open_case(await world.ask("bob"), "technical")
    answer = await (await world.client(name)).get("/v1/reviews")
    assert len(answer.json()["items"]) == count


async def test_an_agent_without_a_department_sees_no_case(world: World, case: str) -> None:
    person = await world.services.people.create("new", "agent")
    world.people["new"] = world.people["agnes"].__class__(person.id, "agent")
    client = await world.client("new")
    assert (await client.get("/v1/reviews")).json()["items"] == []
    assert (await client.get(f"/v1/reviews/{case}")).status_code == 403


async def test_a_case_shows_all_that_a_decision_needs(world: World, case: str) -> None:
    view = (await (await world.client("agnes")).get(f"/v1/reviews/{case}")).json()
    assert (view["draft_text"], view["draft_digest"], view["reasons"]) == (
        "Yes, within 30 days.",
        "d1",
        ["a refund above the limit"],
    )
    assert view["age_seconds"] > 0
    assert view["due_at"].startswith("2026-03-01T16:00")
    assert [turn["number"] for turn in view["conversation"]] == [1]


async def test_the_queue_is_read_by_state(world: World, case: str) -> None:
    await world.open_case(await world.ask("bob"), "billing", state="decided", action="approve")
    client = await world.client("agnes")
    for state, count in [("pending", 1), ("decided", 1), ("expired", 0)]:
        assert len((await client.get("/v1/reviews", params={"state": state})).json()["items"]) == count
    assert (await client.get("/v1/reviews", params={"state": "lost"})).status_code == 422


async def test_a_queue_that_moves_while_it_is_read_skips_and_repeats_no_case_that_stays(world: World) -> None:
    cases = [await world.open_case(await world.ask("ada"), due_at=AT + timedelta(hours=hour)) for hour in (1, 2, 2, 3)]
    client = await world.client("agnes")
    first = (await client.get("/v1/reviews", params={"limit": 2})).json()
    read = [item["id"] for item in first["items"]]
    await world.change_case(read[0], state="decided")
    await world.open_case(await world.ask("ada"), due_at=AT)
    behind = {"limit": 2, "before": first["next"], "before_id": first["next_id"]}
    rest = (await client.get("/v1/reviews", params=behind)).json()
    assert read + [item["id"] for item in rest["items"]] == [cases[0], *sorted(cases[1:3]), cases[3]]
    assert (rest["next"], rest["next_id"], rest["next_offset"]) == (None, None, None)


async def test_cases_that_nobody_decided_are_listed_the_latest_first_page_by_page(world: World) -> None:
    opened = [AT + timedelta(hours=hour) for hour in (0, 2, 1)]
    cases = [await world.open_case(await world.ask("ada"), state="expired", created_at=at) for at in opened]
    client, found, query = await world.client("agnes"), list[str](), dict[str, str]()
    for _ in cases:
        page = (await client.get("/v1/reviews", params={"state": "expired", "limit": "1", **query})).json()
        found += [item["id"] for item in page["items"]]
        query = {"before": page["next"] or "", "before_id": page["next_id"] or ""}
    assert found == [cases[1], cases[2], cases[0]]
    assert page["next"] is None


@pytest.mark.parametrize("action", ["claim", "release", "assign", "decision"])
async def test_customers_services_and_other_departments_are_kept_off_a_case(
    world: World, case: str, action: str
) -> None:
    body = {"assign": {"reviewer_id": "x"}, "decision": APPROVE}.get(action)
    for name in ("ada", "bob", "shop", "tom"):
        assert (await call(world, name, f"{case}/{action}", body)).status_code == 403
    assert world.chat.decisions == []


async def test_a_case_that_does_not_exist_is_a_404(world: World) -> None:
    assert (await call(world, "sue", f"{uuid4()}/claim")).status_code == 404
    assert (await call(world, "sue", f"{uuid4()}/decision", APPROVE)).status_code == 404


async def test_one_person_has_a_case_at_a_time(world: World, case: str) -> None:
    claimed = (await call(world, "agnes", f"{case}/claim")).json()
    assert (claimed["claimed_by"], claimed["claimed_by_name"]) == (world.people["agnes"].id, "agnes")
    assert (await call(world, "agnes", f"{case}/claim")).status_code == 200
    taken = await call(world, "sue", f"{case}/claim")
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:holdfast:problem:review-claimed")


async def test_a_case_is_given_back_by_who_has_it_or_by_a_supervisor(world: World, case: str) -> None:
    for releaser in ("agnes", "sue"):
        await call(world, "agnes", f"{case}/claim")
        answer = await call(world, releaser, f"{case}/release")
        assert (answer.status_code, answer.json()["claimed_by"]) == (200, None)


async def test_a_colleague_cannot_give_back_what_another_has(world: World, case: str) -> None:
    await world.services.people.create("ben", "agent", department="billing")
    ben = await world.services.people.find("ben")
    assert ben is not None
    world.people["ben"] = world.people["agnes"].__class__(ben.id, "agent", "billing")
    await call(world, "agnes", f"{case}/claim")
    assert (await call(world, "ben", f"{case}/release")).status_code == 403


@pytest.mark.parametrize(
    ("reviewer", "status"), [("agnes", 200), ("sue", 200), ("tom", 422), ("ada", 422), ("shop", 422)]
)
async def test_a_supervisor_gives_a_case_to_somebody_who_may_decide_it(
    world: World, case: str, reviewer: str, status: int
) -> None:
    answer = await call(world, "sue", f"{case}/assign", {"reviewer_id": world.people[reviewer].id})
    assert answer.status_code == status


async def test_a_decision_reaches_the_workflow_with_who_decided(world: World, case: str) -> None:
    answer = await call(world, "agnes", f"{case}/decision", APPROVE)
    assert (answer.status_code, answer.json()["action"]) == (200, "approve")
    [decide] = world.chat.decisions
    assert (decide.review_id, decide.digest) == (case, "d1")
    agnes = world.people["agnes"]
    assert (decide.reviewer_id, decide.reviewer_role, decide.reviewer_department) == (agnes.id, "agent", "billing")


@pytest.mark.parametrize(
    "decision",
    [
        {"action": "edit"},
        {"action": "edit", "text": "  "},
        {"action": "respond"},
        {"action": "reject"},
        {"action": "reject", "reason": " "},
        {"action": "ignore"},
        {"action": "approve", "reviewer_id": "somebody else"},
        {"action": "edit", "text": "x" * 8_001},
        {},
    ],
)
async def test_a_decision_without_its_words_is_refused(world: World, case: str, decision: dict[str, str]) -> None:
    answer = await call(world, "agnes", f"{case}/decision", {"draft_digest": "d1", **decision})
    assert answer.status_code == 422
    assert world.chat.decisions == []


@pytest.mark.parametrize(
    "decision",
    [
        {"action": "edit", "text": "Better"},
        {"action": "reject", "reason": "wrong plan"},
        {"action": "respond", "text": "Me"},
    ],
)
async def test_a_decision_with_its_words_is_passed_on(world: World, case: str, decision: dict[str, str]) -> None:
    answer = await call(world, "agnes", f"{case}/decision", {"draft_digest": "d1", **decision})
    assert answer.status_code == 200
    assert world.chat.decisions[0].model_dump(include=set(decision)) == decision


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        (APPROVE, 409),
        ({"action": "edit", "text": "Other.", "draft_digest": "d1"}, 409),
        ({"action": "respond", "text": "My own."}, 200),
    ],
)
async def test_no_draft_is_sent_to_a_customer_who_was_switched_off(
    world: World, case: str, decision: dict[str, str], status: int
) -> None:
    await world.services.people.deactivate(world.people["ada"].id, world.people["root"].id)
    answer = await call(world, "agnes", f"{case}/decision", decision)
    assert answer.status_code == status
    assert len(world.chat.decisions) == (1 if status == 200 else 0)


@pytest.mark.parametrize("state", ["decided", "expired"])
async def test_a_settled_case_takes_no_second_decision(world: World, state: str) -> None:
    case = await world.open_case(await world.ask("ada"), state=state)
    answer = await call(world, "agnes", f"{case}/decision", APPROVE)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:holdfast:problem:review-not-pending")


@pytest.mark.parametrize(
    ("kind", "status", "slug"),
    [
        ("DraftChanged", 409, "draft-changed"),
        ("ReviewNotPending", 409, "review-not-pending"),
        ("OwnConversation", 403, "own-conversation"),
        ("DecisionInvalid", 422, "decision-invalid"),
    ],
)
async def test_what_the_workflow_refuses_is_said_in_its_words(
    world: World, case: str, kind: str, status: int, slug: str
) -> None:
    world.chat.refusal = Refused(kind, "read it again")
    answer = await call(world, "agnes", f"{case}/decision", APPROVE)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:holdfast:problem:{slug}")
    assert answer.json()["detail"] == "Read it again."
