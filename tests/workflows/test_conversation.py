"""What a conversation promises: one turn at a time, no key twice, no silence."""

import asyncio
from datetime import timedelta

import pytest

from tests.workflows.conftest import CLEAN, Customer, serve
from workflows import messages
from workflows.client import Refused
from workflows.messages import Close, Rate, SendMessage


async def test_a_sure_answer_is_sent_at_once_and_written_once(customer: Customer) -> None:
    turn = await customer.say("what does it cost")

    assert (turn.status, turn.answer, turn.engine) == ("answered", "Answer to what does it cost (0) [1]", "embedded")
    assert turn.citations[0]["document_id"] == "d"
    assert [record.turn.status for record in customer.steps.records] == ["answered"]


async def test_equal_messages_are_worked_out_each_time(customer: Customer) -> None:
    first, second = await customer.say("same words"), await customer.say("same words")

    assert first.id != second.id
    assert customer.steps.calls["answer"] == 2


async def test_a_repeated_key_returns_the_first_turn_and_starts_no_second(customer: Customer) -> None:
    first = await customer.say("once", key="k")
    again = await customer.say("once", key="k")

    assert again == first
    assert customer.steps.calls["answer"] == 1


async def test_a_key_is_remembered_across_continue_as_new(temporal_address: str, task_queue: str) -> None:
    async with serve(temporal_address, task_queue, turns_per_run=2) as customer:
        first = await customer.say("once", key="k")
        run_id = (await customer.handle.describe()).run_id
        await customer.say("two")
        while (await customer.handle.describe()).run_id == run_id:
            await asyncio.sleep(0.02)
        again = await customer.say("once", key="k")
        with pytest.raises(Refused) as refusal:
            await customer.say("other words", key="k")
        third = await customer.say("three")

    assert (again, refusal.value.kind) == (first, "KeyReused")
    assert third.number == 3
    assert customer.steps.calls["answer"] == 3


async def test_a_burst_sent_before_the_turn_starts_is_one_turn(customer: Customer) -> None:
    turns = await asyncio.gather(*(customer.say(f"part {number}") for number in range(6)))

    assert len({turn.id for turn in turns}) < 6
    snapshot = await customer.conversations.snapshot(customer.id)
    words = "\n".join(turn.message for turn in snapshot.turns).split("\n")
    assert sorted(words) == [f"part {number}" for number in range(6)]


@pytest.mark.parametrize(("words", "notice"), [("broken search", "cannot search"), ("broken reading", "cannot search")])
async def test_a_step_that_fails_for_good_ends_with_a_person_not_in_silence(
    temporal_address: str, task_queue: str, words: str, notice: str
) -> None:
    async with serve(temporal_address, task_queue) as customer:
        turn = await customer.say(words)
        answered = (await customer.decide(turn, "respond", text="By hand", digest="")).turn

    assert turn.status == "handed_off"
    assert notice in (turn.answer or "")
    assert answered.answer == "By hand"


async def test_nothing_found_is_said_and_handed_over(customer: Customer) -> None:
    turn = await customer.say("nothing known")

    assert turn.status == "handed_off"
    assert "found no reliable answer" in (turn.answer or "")


async def test_a_model_that_fails_for_good_falls_back_to_the_embedded_engine(customer: Customer) -> None:
    turn = await customer.say("broken model")

    assert (turn.status, turn.engine) == ("answered", "embedded")
    assert customer.steps.records[-1].state["draft"]["fallback_reason"] == "ModelOutputError: nonsense"


async def test_a_model_whose_draft_fails_the_check_is_not_believed(customer: Customer) -> None:
    turn = await customer.say("lying model")

    assert (turn.status, turn.engine) == ("answered", "embedded")
    assert "failed the check" in customer.steps.records[-1].state["draft"]["fallback_reason"]


async def test_a_model_that_answers_well_is_used(customer: Customer) -> None:
    turn = await customer.say("good model")

    assert (turn.status, turn.engine) == ("answered", "ollama")
    assert "answer" not in customer.steps.calls


async def test_events_can_be_followed_from_any_offset_until_the_end(customer: Customer) -> None:
    await customer.say("one")
    await customer.say("two")
    await customer.conversations.close(customer.id, Close(author_id="ada"))

    everything = [(offset, event.name) async for offset, event in customer.conversations.events(customer.id)]
    rest = [(offset, event.name) async for offset, event in customer.conversations.events(customer.id, 7)]

    assert [offset for offset, _ in everything] == list(range(len(everything)))
    assert rest == everything[7:]
    assert everything[-1][1] == "conversation.closed"


async def test_events_of_a_turn_are_numbered_in_order(customer: Customer) -> None:
    turn = await customer.say("one")
    await customer.conversations.close(customer.id, Close(author_id="ada"))

    events = [event async for _, event in customer.conversations.events(customer.id) if event.turn_id == turn.id]
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event.step for event in events[:4]] == ["reading", "searching", "drafting", "checking"]


async def test_many_listeners_do_not_use_up_the_updates_in_flight(customer: Customer) -> None:
    await customer.say("one")

    async def follow() -> str:
        async for _, event in customer.conversations.events(customer.id, 6):
            return event.step
        return ""

    listeners = [asyncio.create_task(follow()) for _ in range(25)]
    turn = await customer.say("two")

    assert turn.status == "answered"
    assert await asyncio.gather(*listeners) == ["reading"] * 25


async def test_a_closed_conversation_takes_nothing_more_and_withdraws_its_case(customer: Customer) -> None:
    turn = await customer.say("risky")
    await customer.conversations.close(customer.id, Close(author_id="ada"))
    await customer.handle.result()

    with pytest.raises(Refused) as late:
        await customer.say("hello?")
    with pytest.raises(Refused):
        await customer.decide(turn, "approve")
    assert late.value.kind == "ConversationClosed"
    assert customer.steps.records[-1].case is not None
    assert customer.steps.records[-1].case.state == "expired"
    assert [end.reason for end in customer.steps.ends] == ["customer"]


async def test_an_idle_conversation_is_closed(temporal_address: str, task_queue: str) -> None:
    async with serve(temporal_address, task_queue, idle_close=timedelta(seconds=0.3)) as customer:
        await customer.say("hello")
        await customer.handle.result()

    assert [end.reason for end in customer.steps.ends] == ["idle"]


async def test_a_stranger_does_not_learn_that_the_conversation_exists(customer: Customer) -> None:
    await customer.say("mine")
    with pytest.raises(Refused) as refusal:
        await customer.say("whose?", author="mallory")

    assert (refusal.value.kind, refusal.value.status) == ("NotYourConversation", 404)


async def test_an_empty_message_leaves_no_trace(customer: Customer) -> None:
    await customer.say("first")
    with pytest.raises(Refused) as refusal:
        await customer.say("   ")

    assert refusal.value.kind == "EmptyMessage"
    assert len((await customer.conversations.snapshot(customer.id)).turns) == 1


async def test_a_rating_is_written(customer: Customer) -> None:
    await customer.say("hello")
    await customer.conversations.rate(customer.id, Rate(score=5, comment="good", author_id="ada"))

    assert [(rating.score, rating.comment) for rating in customer.steps.ratings] == [(5, "good")]


async def test_a_message_without_waiting_is_accepted_and_answered_later(customer: Customer) -> None:
    message = SendMessage(key="async", text="later", guard=CLEAN, author_id="ada")
    accepted = await customer.conversations.send(customer.id, "ada", message, wait=timedelta(0))
    turn = await customer.conversations.send(customer.id, "ada", message)

    assert accepted is None
    assert turn is not None
    assert turn.status == "answered"
    assert customer.steps.calls["answer"] == 1


async def test_a_close_that_meets_a_renewal_is_not_lost(
    temporal_address: str, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A task that waits for a local activity hears of what is sent meanwhile when most of its time has passed.
    monkeypatch.setattr(messages, "WORKFLOW_TASK_TIMEOUT", timedelta(seconds=1))
    async with serve(temporal_address, task_queue, turns_per_run=2) as customer:
        await customer.say("one")
        customer.steps.rating_allowed.clear()  # the renewal waits until the rating is written
        rating = asyncio.create_task(customer.conversations.rate(customer.id, Rate(score=5, author_id="ada")))
        await customer.steps.rating_begun.wait()
        await customer.say("two")
        closing = asyncio.create_task(customer.conversations.close(customer.id, Close(author_id="ada")))
        await asyncio.wait({closing}, timeout=2)
        customer.steps.rating_allowed.set()
        await asyncio.gather(rating, closing)
        await customer.handle.result()

    assert [end.reason for end in customer.steps.ends] == ["customer"]


async def test_messages_that_meet_a_renewal_are_not_lost_and_no_case_is_cut_off(
    temporal_address: str, task_queue: str
) -> None:
    async with serve(temporal_address, task_queue, turns_per_run=1) as customer:

        async def lane(name: str) -> list[str]:
            return [(await customer.say(f"{name} {number}", key=f"{name}{number}")).status for number in range(5)]

        lanes = await asyncio.gather(lane("a"), lane("b"), lane("c"))
        case = await customer.say("risky")
        await customer.say("meanwhile")
        decided = await customer.decide(case, "approve")

    assert lanes == [["answered"] * 5] * 3
    assert decided.turn.status == "answered"
