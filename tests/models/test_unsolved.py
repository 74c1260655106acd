"""Who says that the answer did not help is told apart from who asks on."""

import pytest

from activities.models.unsolved import says_unsolved


@pytest.mark.parametrize(
    "message",
    [
        "I already restarted it twice",
        "still the same. what now?",
        "I did all that already, no difference",
        "it still doesn't work",
        "That did not work.",
        "doesn't work",
        "nothing helps",
        "none of that worked",
        "I tried this, it didn't fix it",
        "that's not what I asked",
        "hat nicht geholfen",
        "das habe ich schon probiert",
        "ça ne marche toujours pas",
        "j'ai déjà essayé",
        "no funciona",
        "ya lo hice",
    ],
)
def test_a_message_says_that_the_answer_did_not_help(message: str) -> None:
    assert says_unsolved(message)


@pytest.mark.parametrize(
    "message",
    [
        "does it work on Linux?",
        "what if that doesn't work?",
        "What happens if it still does not work after that?",
        "is it still possible",
        "did that change in version 6.4?",
        "it works now, thanks",
        "that helps",
        "I already have a Free account, can I upgrade?",
        "I already paid the invoice",
        "do you still sell it",
        "",
    ],
)
def test_a_question_or_news_does_not(message: str) -> None:
    assert not says_unsolved(message)


def test_a_long_message_is_looked_up() -> None:
    assert not says_unsolved("I tried that, and " + "then the light on the front began to blink in blue " * 2)
