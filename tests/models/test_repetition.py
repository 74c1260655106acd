"""An answer that only says what was read is told apart from one with something new."""

from activities.models.repetition import says_again
from graphs.state import Exchange

STEPS = "Here is how:\n1. Open the page.\n2. Press Cancel. [1]\n\nYou receive an e-mail. It has the date. [2]"
TOLD = [Exchange(message="How do I cancel?", answer=f"About “my plan”: {STEPS}", intent="cancellation")]


def test_the_same_answer_to_another_message_says_nothing_new() -> None:
    assert says_again("and the notice period?", STEPS, TOLD)
    assert says_again("by when?", "It has the date. [1]", TOLD)


def test_one_new_piece_is_enough() -> None:
    assert not says_again("and the notice period?", f"{STEPS} There is no notice period. [3]", TOLD)


def test_who_asks_the_same_again_is_told_the_same_again() -> None:
    assert not says_again("how do I cancel", STEPS, TOLD)


def test_a_first_answer_and_none_repeat_nothing() -> None:
    assert not says_again("How do I cancel?", STEPS, [])
    assert not says_again("and now?", "", TOLD)
