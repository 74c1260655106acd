"""What a case promises: one decision wins, every wait has an end, who asks for a person gets one."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.common import RetryPolicy

from tests.workflows.conftest import Customer, serve
from workflows import ledger
from workflows.client import Refused
from workflows.messages import Close, Escalate, Event


async def test_a_doubtful_draft_waits_for_a_person_and_holds_no_request(customer: Customer) -> None:
    turn = await customer.say("risky question")

    assert (turn.status, turn.answer) == ("pending_review", None)
    assert turn.due_at is not None
    assert turn.due_at - turn.created_at >= timedelta(hours=4)
    case = customer.steps.records[-1].case
    assert case is not None
    assert (case.kind, case.department, case.reasons[0]) == ("review", "billing", "Risky on purpose.")


async def test_approving_sends_the_draft(customer: Customer) -> None:
    decided = await customer.decide(await customer.say("risky"), "approve")

    assert (decided.turn.status, decided.turn.answer) == ("answered", "Answer to risky (0) [1]")
    record = customer.steps.records[-1]
    assert [(decision.action, decision.changed) for decision in record.decisions] == [("approve", False)]


async def test_editing_sends_the_persons_words_with_the_drafts_sources(customer: Customer) -> None:
    decided = await customer.decide(await customer.say("risky"), "edit", text="Better words [1]")

    assert (decided.turn.answer, decided.turn.engine) == ("Better words [1]", "person")
    assert len(decided.turn.citations) == 1
    assert customer.steps.records[-1].decisions[0].changed


async def test_rejecting_drafts_again_once_then_hands_over(customer: Customer) -> None:
    first = await customer.say("risky")
    second = (await customer.decide(first, "reject", reason="wrong plan")).turn
    assert (second.status, second.review_id) == ("pending_review", f"{first.id}.r2")

    third = (await customer.decide(second, "reject", reason="still wrong", digest="digest-1")).turn
    assert (third.status, third.review_id) == ("handed_off", f"{first.id}.r3")

    last = (await customer.decide(third, "respond", text="My own answer", digest="")).turn
    assert (last.status, last.answer, last.engine) == ("answered", "My own answer", "person")
    actions = [decision.action for decision in customer.steps.records[-1].decisions]
    assert actions == ["reject", "reject", "respond"]


async def test_exactly_one_of_two_decisions_wins(customer: Customer) -> None:
    turn = await customer.say("risky")
    results = await asyncio.gather(
        customer.decide(turn, "approve"), customer.decide(turn, "edit", text="other"), return_exceptions=True
    )

    refused = [result for result in results if isinstance(result, Refused)]
    assert [refusal.kind for refusal in refused] == ["ReviewNotPending"]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"digest": "old"}, "DraftChanged"),
        ({"reviewer_role": "customer"}, "NotAReviewer"),
        ({"reviewer_role": "agent", "reviewer_department": "technical"}, "OtherDepartment"),
        ({"reviewer_id": "ada"}, "OwnConversation"),
        ({"action": "edit", "text": " "}, "DecisionInvalid"),
        ({"action": "reject"}, "DecisionInvalid"),
    ],
)
async def test_a_decision_that_may_not_count_is_refused_and_leaves_the_case_open(
    temporal_address: str, task_queue: str, fields: dict[str, str], kind: str
) -> None:
    async with serve(temporal_address, task_queue) as customer:
        turn = await customer.say("risky")
        given = {"action": "approve", **fields}
        with pytest.raises(Refused) as refusal:
            await customer.decide(turn, **given)
        decided = await customer.decide(turn, "approve")

    assert refusal.value.kind == kind
    assert decided.turn.status == "answered"


async def test_who_asks_for_a_person_gets_one_without_a_search(customer: Customer) -> None:
    turn = await customer.say("a person please")

    assert turn.status == "handed_off"
    assert "retrieve" not in customer.steps.calls
    assert "passed your question on to a colleague" in (turn.answer or "")


async def test_messages_to_a_handed_over_case_join_it(customer: Customer) -> None:
    first = await customer.say("a person please")
    more = await customer.say("and one more thing")
    assert (more.status, more.review_id) == ("handed_off", first.review_id)

    await customer.decide(first, "respond", text="Here I am", digest="")
    snapshot = await customer.conversations.snapshot(customer.id)
    assert [(turn.status, turn.due_at) for turn in snapshot.turns] == [("answered", None), ("answered", None)]
    assert [turn.answer for turn in snapshot.turns].count("Here I am") == 1


async def test_escalating_twice_opens_one_case(customer: Customer) -> None:
    await customer.say("hello")
    turns = [
        await customer.conversations.escalate(customer.id, "ada", Escalate(key=key, author_id="ada"))
        for key in ("e1", "e2")
    ]

    assert turns[0].id == turns[1].id
    assert turns[0].status == "handed_off"


async def test_the_button_for_a_person_goes_to_who_knows_what_was_talked_about(customer: Customer) -> None:
    await customer.decide(await customer.say("risky question"), "approve")
    await customer.conversations.escalate(customer.id, "ada", Escalate(key="e", author_id="ada"))

    case = customer.steps.records[-1].case
    assert case is not None
    assert (case.kind, case.department) == ("handoff", "billing")


async def test_a_case_nobody_decides_is_reminded_raised_and_ended_honestly(
    temporal_address: str, task_queue: str
) -> None:
    short = {"review_due": timedelta(seconds=0.2), "review_raise": timedelta(seconds=0.2)}
    async with serve(temporal_address, task_queue, **short) as customer:
        turn = await customer.say("risky")
        last: Event | None = None
        async for _, event in customer.conversations.events(customer.id):
            last = event
            if event.name == "message.completed":
                break
        with pytest.raises(Refused) as refusal:
            await customer.decide(turn, "approve")

    assert [case.stage for case in customer.steps.stages] == ["reminded", "raised"]
    assert last is not None
    assert last.turn is not None
    assert (last.turn.status, last.turn.due_at) == ("handed_off", None)
    assert "did not keep that promise" in (last.turn.answer or "")
    assert refusal.value.kind == "ReviewNotPending"


async def test_what_joined_a_case_is_promised_nothing_any_more_when_the_case_has_ended(
    temporal_address: str, task_queue: str
) -> None:
    async with serve(temporal_address, task_queue) as customer:
        await customer.say("a person please")
        more = await customer.say("and one more thing")
        await customer.conversations.close(customer.id, Close(author_id="ada"))
        await customer.handle.result()

    assert more.due_at is not None
    latest = {record.turn.id: record.turn for record in customer.steps.records}
    assert {turn.due_at for turn in latest.values()} == {None}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    once = RetryPolicy(maximum_attempts=1)
    monkeypatch.setitem(ledger.QUICK, "retry_policy", once)
    monkeypatch.setitem(ledger.PATIENT, "retry_policy", once)
    monkeypatch.setattr(ledger, "AGAIN", timedelta(milliseconds=50))


@pytest.mark.usefixtures("impatient")
async def test_a_deadline_that_passes_while_nothing_can_be_written_is_kept_when_it_can(
    temporal_address: str, task_queue: str
) -> None:
    short = {"review_due": timedelta(seconds=0.5), "review_raise": timedelta(seconds=0.1)}
    async with serve(temporal_address, task_queue, **short) as customer:
        await customer.say("risky")
        customer.steps.unwritable = 3
        async for _, event in customer.conversations.events(customer.id):
            if event.name == "message.completed":
                break
        await customer.conversations.close(customer.id, Close(author_id="ada"))
        await customer.handle.result()

    assert [case.stage for case in customer.steps.stages] == ["reminded", "raised"]
    assert customer.steps.unwritable == 0
    case = customer.steps.records[-1].case
    assert case is not None
    assert case.state == "expired"


@pytest.mark.usefixtures("impatient")
async def test_a_decision_that_counted_reaches_the_customer_however_long_it_cannot_be_written(
    temporal_address: str, task_queue: str
) -> None:
    async with serve(temporal_address, task_queue) as customer:
        turn = await customer.say("risky")
        customer.steps.unwritable = 3
        decided = await customer.decide(turn, "approve")

    assert decided.turn.status == "answered"
    assert customer.steps.records[-1].turn.answer == decided.turn.answer


@pytest.mark.usefixtures("impatient")
async def test_a_message_that_cannot_be_written_down_for_hours_is_said_to_have_failed(
    temporal_address: str, task_queue: str
) -> None:
    async with serve(temporal_address, task_queue) as customer:
        await customer.say("hello")
        customer.steps.unwritable = 2
        turn = await customer.say("and now")
        assert (turn.status, customer.steps.unwritable) == ("failed", 0)
        assert (await customer.say("and again")).status == "answered"
