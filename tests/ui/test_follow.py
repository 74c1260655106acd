"""What a page makes of a conversation's events, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator

from ui.contract import Conversation, Event, Turn
from ui.follow import Live
from ui.runs import Runs

STAMP = "2026-11-21T10:00:00Z"


def turn(status: str, **details: object) -> Turn:
    known = {"id": "c.1", "conversation_id": "c", "number": 1, "status": status, "created_at": STAMP}
    return Turn.model_validate(known | details)


def live(*turns: Turn) -> Live:
    return Live(Conversation.model_validate({"id": "c", "created_at": STAMP, "updated_at": STAMP, "turns": turns}))


def test_a_repeated_step_is_shown_once() -> None:
    page = live(turn("running"))
    delta = Event(name="message.delta", turn_id="c.1", seq=3, text="Hello")
    assert page.apply(delta)
    assert not page.apply(delta)
    assert page.partial == "Hello"


def delta(attempt: int, seq: int, text: str) -> Event:
    return Event(name="message.delta", turn_id="c.1", attempt=attempt, seq=seq, text=text)


def test_sentences_add_up_and_those_of_a_later_attempt_replace_them() -> None:
    page = live(turn("running"))
    page.apply(Event(name="turn.progress", turn_id="c.1", seq=3, step="drafting"))
    assert [page.apply(each) for each in (delta(1, 1, "One."), delta(1, 2, " Two."))] == [True, True]
    assert page.partial == "One. Two."
    assert page.apply(delta(9, 1, "Other."))
    assert page.partial == "Other."
    assert not page.apply(delta(1, 3, " Three."))
    assert not page.apply(delta(9, 1, "Other."))
    assert page.apply(Event(name="turn.progress", turn_id="c.1", seq=4, step="checking"))
    assert (page.partial, page.step) == ("Other.", "checking")


def test_the_whole_answer_replaces_what_was_streamed() -> None:
    page = live(turn("running"))
    page.apply(delta(1, 1, "One."))
    page.apply(Event(name="message.delta", turn_id="c.1", seq=5, text="All of it."))
    assert page.partial == "All of it."


def test_what_was_streamed_is_taken_back_with_the_turns_notice() -> None:
    page = live(turn("running"))
    page.apply(delta(1, 1, "One."))
    held = turn("pending_review", due_at=STAMP, answer="I have taken it back.")
    page.apply(Event(name="review.requested", turn_id="c.1", seq=5, turn=held))
    assert (page.partial, page.conversation.turns[0].answer) == ("", "I have taken it back.")


def test_a_finished_turn_replaces_what_was_written_so_far() -> None:
    page = live(turn("running"))
    page.apply(Event(name="turn.progress", turn_id="c.1", seq=1, step="searching"))
    page.apply(Event(name="message.delta", turn_id="c.1", seq=2, text="Hel"))
    assert page.waiting
    page.apply(Event(name="message.completed", turn_id="c.1", seq=3, turn=turn("answered", answer="Hello")))
    assert (page.step, page.partial, page.waiting) == ("", "", False)
    assert page.conversation.turns[0].answer == "Hello"


def test_events_replayed_for_a_turn_that_is_over_change_nothing() -> None:
    page = live(turn("answered", answer="Hello"))
    assert not page.apply(Event(name="turn.progress", turn_id="c.1", seq=1, step="searching", id="4"))
    assert page.step == ""
    assert page.last_id == "4"


def test_a_case_is_followed_until_it_is_answered_or_given_up() -> None:
    assert live(turn("pending_review", due_at=STAMP)).waiting
    assert live(turn("handed_off", due_at=STAMP)).waiting
    assert not live(turn("handed_off")).waiting
    closed = live(turn("pending_review", due_at=STAMP))
    closed.apply(Event(name="conversation.closed"))
    assert not closed.waiting


def test_a_conversation_whose_running_turn_is_not_known_is_followed_until_it_is() -> None:
    page = live(turn("answered", answer="Hello"))
    page.conversation.live = False
    assert page.waiting
    second = turn("answered", id="c.2", number=2, answer="There")
    page.apply(Event(name="message.completed", turn_id="c.2", seq=3, turn=second))
    assert not page.waiting
    assert [each.answer for each in page.conversation.turns] == ["Hello", "There"]


async def forever(log: list[str], name: str) -> AsyncGenerator[str, None]:
    try:
        yield name
        await asyncio.Event().wait()
    finally:
        log.append(f"{name} ended")


async def test_a_new_run_of_a_page_ends_the_one_before_it_and_no_other() -> None:
    runs, log = Runs(), list[str]()
    first, other = runs.run("page", forever(log, "first")), runs.run("other", forever(log, "other"))
    assert [await anext(first), await anext(other)] == ["first", "other"]
    waiting, elsewhere = asyncio.ensure_future(anext(first, "over")), asyncio.ensure_future(anext(other, "over"))
    second = runs.run("page", forever(log, "second"))
    assert await anext(second) == "second"
    assert await asyncio.wait_for(waiting, 60) == "over"
    assert log == ["first ended"]
    assert not elsewhere.done()
    runs.stop("other")
    assert await asyncio.wait_for(elsewhere, 60) == "over"
    await second.aclose()
    assert log == ["first ended", "other ended", "second ended"]
