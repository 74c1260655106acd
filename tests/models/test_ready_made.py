"""Ready-made replies: each kind has its own, and only they, unchanged, pass as such."""

import pytest

from activities.models.pleasantries import CANONICAL, UNCLEAR
from activities.models.ready_made import REPLIES, choice, is_ready_made, ready_made


def test_each_kind_has_its_own_reply() -> None:
    found = [ready_made(text) for text in [*CANONICAL.values(), UNCLEAR]]
    assert found == list(REPLIES.values())
    assert len(set(found)) == len(found)


def test_two_topics_are_asked_for_by_their_names() -> None:
    reply = ready_made(choice("Ending a subscription", "Deleting an account"))
    assert reply.endswith("Is it about ending a subscription, or about deleting an account?")
    assert is_ready_made(reply)


@pytest.mark.parametrize("text", ["How do I cancel?", "Which of these: a / b / c", ""])
def test_a_question_has_no_ready_made_reply(text: str) -> None:
    assert ready_made(text) == ""


@pytest.mark.parametrize("text", [REPLIES["thanks"] + " It costs EUR 1.", ready_made(choice("a", "b 5")), "Hello"])
def test_a_changed_reply_is_none(text: str) -> None:
    assert not is_ready_made(text)
