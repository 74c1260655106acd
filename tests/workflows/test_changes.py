"""A draft waits, its sources change: nobody releases it, and it is drafted again."""

import pytest

from activities.turns import TurnView
from tests.workflows.conftest import Customer
from workflows.client import Refused
from workflows.conversation import ConversationWorkflow
from workflows.messages import SourcesChanged


async def remove(customer: Customer, *document_ids: str) -> None:
    change = SourcesChanged(document_ids=list(document_ids))
    await customer.handle.signal(ConversationWorkflow.sources_changed, change)


async def now(customer: Customer, turn: TurnView) -> TurnView:
    snapshot = await customer.conversations.snapshot(customer.id)
    return next(each for each in snapshot.turns if each.id == turn.id)


async def test_a_waiting_draft_whose_source_is_removed_is_drafted_again(customer: Customer) -> None:
    first = await customer.say("risky question")
    await remove(customer, "d")
    with pytest.raises(Refused, match="drafted again") as refused:
        await customer.decide(first, "approve")
    assert (refused.value.kind, refused.value.status) == ("SourcesChanged", 409)

    second = await now(customer, first)
    assert (second.status, second.review_id) == ("pending_review", f"{first.id}.r2")
    assert customer.steps.calls["retrieve"] == 2
    withdrawn, opened = [record.case for record in customer.steps.records[-2:]]
    assert withdrawn is not None
    assert opened is not None
    assert (withdrawn.id, withdrawn.state) == (first.review_id, "withdrawn")
    assert (opened.state, opened.due_at) == ("pending", first.due_at), "the customer's time was moved"
    assert "drafted again" in opened.reasons[-1]
    assert (await customer.decide(second, "approve")).turn.status == "answered"


async def test_drafts_of_other_documents_stay_as_they_are(customer: Customer) -> None:
    turn = await customer.say("risky question")
    await remove(customer, "other")
    assert (await customer.decide(turn, "approve")).turn.status == "answered"
    assert customer.steps.calls["answer"] == 1


async def test_a_handed_off_case_has_no_draft_to_withdraw(customer: Customer) -> None:
    turn = await customer.say("a person please")
    await remove(customer, "d")
    decided = await customer.decide(turn, "respond", text="My own words", digest="")
    assert decided.turn.answer == "My own words"


@pytest.mark.parametrize("action", ["approve", "edit"])
async def test_a_decision_on_a_draft_that_may_not_be_quoted_any_more_is_refused(
    customer: Customer, action: str
) -> None:
    first = await customer.say("risky question")
    customer.steps.removed.add("T")
    with pytest.raises(Refused, match=r"it is drafted again$") as refused:
        await customer.decide(first, action, text="Better words")
    assert refused.value.kind == "SourcesChanged"
    assert (await now(customer, first)).answer is None

    with pytest.raises(Refused, match="drafted again"):
        await customer.decide(first, "approve")
    second = await now(customer, first)
    assert second.review_id == f"{first.id}.r2"
    customer.steps.removed.clear()
    assert (await customer.decide(second, "approve")).turn.status == "answered"
    assert customer.steps.calls["recheck"] == 2


async def test_own_words_and_rejections_need_no_sources(customer: Customer) -> None:
    customer.steps.removed.add("T")
    rejected = await customer.decide(await customer.say("risky question"), "reject", reason="no")
    assert rejected.turn.status == "pending_review"
    answered = await customer.decide(rejected.turn, "respond", text="My own words", digest="digest-1")
    assert answered.turn.status == "answered"
    assert "recheck" not in customer.steps.calls


async def test_sources_that_cannot_be_looked_at_now_leave_the_case_open(customer: Customer) -> None:
    turn = await customer.say("risky question")
    customer.steps.blind = True
    with pytest.raises(Refused, match="decide again") as refused:
        await customer.decide(turn, "approve")
    assert refused.value.status == 503
    customer.steps.blind = False
    assert (await customer.decide(turn, "approve")).turn.status == "answered"


async def test_a_draft_withdrawn_twice_is_drafted_twice(customer: Customer) -> None:
    first = await customer.say("risky question")
    for _ in range(2):
        await remove(customer, "d")
        with pytest.raises(Refused):
            await customer.decide(first, "approve")
    turn = await now(customer, first)
    assert (turn.status, turn.review_id) == ("pending_review", f"{first.id}.r3")
    await customer.decide(turn, "approve")
    after = await customer.say("and another risky one")
    assert after.status == "pending_review"
