import asyncio
from datetime import timedelta

import pytest

from activities.records.audit import AuditFilter, AuditTrail
from activities.records.database import Database
from activities.records.models import Review
from activities.records.people import People
from activities.records.reviews import STAGES, Queue, Reviews, ReviewState, Stage
from tests.records.rows import NOON, audit, open_conversation, review, write_review


@pytest.fixture
async def reviews(database: Database) -> Reviews:
    await open_conversation(database)
    await write_review(database, review())
    return Reviews(database)


async def case(reviews: Reviews) -> Review:
    found = await reviews.get("c1.1.r1")
    assert found is not None
    return found


async def settle(database: Database, state: ReviewState = "decided") -> None:
    await write_review(database, review(state=state, decided_by="r1", action="edit", decided_at=NOON))


async def test_of_many_who_claim_at_once_exactly_one_has_the_case(reviews: Reviews) -> None:
    outcomes = await asyncio.gather(*(reviews.claim("c1.1.r1", f"r{number}") for number in range(8)))
    assert outcomes.count(True) == 1
    assert (await case(reviews)).claimed_by == f"r{outcomes.index(True)}"


async def test_claiming_twice_is_claiming_once(reviews: Reviews) -> None:
    assert [await reviews.claim("c1.1.r1", "r1") for _ in range(2)] == [True, True]


async def test_the_cases_of_somebody_who_is_switched_off_are_free_again(database: Database, reviews: Reviews) -> None:
    people = People(database)
    agnes = await people.create("agnes", "agent", department="billing")
    assert await reviews.claim("c1.1.r1", agnes.id)
    assert not await reviews.claim("c1.1.r1", "r2")
    assert await people.deactivate(agnes.id)
    assert (await case(reviews)).claimed_by is None
    assert await reviews.claim("c1.1.r1", "r2")


async def test_only_the_holder_can_release(reviews: Reviews) -> None:
    await reviews.claim("c1.1.r1", "r1")
    assert not await reviews.release("c1.1.r1", "r2")
    assert await reviews.release("c1.1.r1", "r1")
    assert (await case(reviews)).claimed_by is None


async def test_assigning_needs_the_holder_one_saw(reviews: Reviews) -> None:
    assert not await reviews.assign("c1.1.r1", "r2", instead_of="r1")
    assert await reviews.assign("c1.1.r1", "r2", instead_of=None)
    assert await reviews.assign("c1.1.r1", "r3", instead_of="r2")
    assert (await case(reviews)).claimed_by == "r3"


@pytest.mark.parametrize("state", ["decided", "expired", "withdrawn"])
async def test_a_settled_case_cannot_be_claimed_or_moved(
    database: Database, reviews: Reviews, state: ReviewState
) -> None:
    await settle(database, state)
    assert not await reviews.claim("c1.1.r1", "r2")
    assert not await reviews.set_stage("c1.1.r1", "raised")


@pytest.mark.parametrize("first", STAGES)
@pytest.mark.parametrize("then", STAGES)
async def test_a_stage_never_goes_back(reviews: Reviews, first: Stage, then: Stage) -> None:
    await reviews.set_stage("c1.1.r1", first)
    forward = STAGES.index(then) >= STAGES.index(first)
    assert await reviews.set_stage("c1.1.r1", then) == forward
    assert (await case(reviews)).stage == max(first, then, key=STAGES.index)


async def test_a_raised_case_gets_its_new_deadline(reviews: Reviews) -> None:
    due_at = NOON + timedelta(hours=6)
    await reviews.set_stage("c1.1.r1", "raised", due_at)
    assert (await case(reviews)).due_at == due_at


async def test_a_list_is_limited_to_departments_and_sorted_by_due_time(database: Database, reviews: Reviews) -> None:
    for number, department, hours in ((2, "legal", 3), (3, "billing", 1), (4, "security", 1)):
        due_at = NOON + timedelta(hours=hours)
        await write_review(database, review(number, department=department, due_at=due_at))
    everything = [found.id for found in await reviews.list_for()]
    assert everything == ["c1.3.r1", "c1.4.r1", "c1.2.r1", "c1.1.r1"]
    assert [found.id for found in await reviews.list_for(departments=["billing", "legal"])] == [
        "c1.3.r1",
        "c1.2.r1",
        "c1.1.r1",
    ]
    assert await reviews.list_for(departments=[]) == []
    assert len(await reviews.list_for(limit=2)) == 2


async def test_the_queue_counts_what_waits_and_since_when(database: Database, reviews: Reviews) -> None:
    await write_review(database, review(2, created_at=NOON - timedelta(hours=1), department="legal"))
    assert await reviews.queue() == Queue(2, NOON - timedelta(hours=1))
    assert await reviews.queue(["billing"]) == Queue(1, NOON)
    await settle(database)
    assert await reviews.queue(["billing"]) == Queue(0, None)


async def test_an_unknown_case_is_none_and_cannot_change(reviews: Reviews) -> None:
    assert await reviews.get("unknown") is None
    assert not await reviews.claim("unknown", "r1")


async def test_the_audit_trail_is_filtered_and_latest_first(database: Database) -> None:
    trail = AuditTrail(database)
    for number in range(1, 5):
        fields = {"user_id": f"u{number % 2}", "outcome": "answered", "created_at": NOON + timedelta(minutes=number)}
        await trail.upsert_audit(audit(number, **fields))
    await trail.upsert_audit(audit(5, outcome="handed_off", engine="none", conversation_id="c2"))

    async def ids(**which: object) -> list[str]:
        return [row.turn_id for row in await trail.list_rows(AuditFilter(**which))]  # type: ignore[arg-type]

    assert await ids() == ["c1.4", "c1.3", "c1.2", "c1.1", "c1.5"]
    assert await ids(user_id="u1", outcome="answered") == ["c1.3", "c1.1"]
    assert await ids(engine="none") == ["c1.5"]
    assert await ids(conversation_id="c2") == ["c1.5"]
    assert await ids(since=NOON + timedelta(minutes=2), until=NOON + timedelta(minutes=4)) == ["c1.3", "c1.2"]
    assert len(await trail.list_rows(limit=2)) == 2
