"""An answer to "What is a …?" speaks of that thing."""

import pytest

from activities.models.definition import asked_term, speaks_of


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is a security key?", 2),
        ("what's advance replacement", 2),
        ("What are recovery codes?", 2),
        ("What is the price of Family?", 0),
        ("What is new in 6.4?", 0),
        ("What are your opening hours?", 0),
        ("What is it?", 0),
        ("How do I add a security key?", 0),
    ],
)
def test_the_thing_whose_meaning_is_asked_for_is_found(question: str, words: int) -> None:
    assert len(asked_term(question)) == words


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("Security keys are small devices that you plug in.", True),
        ("Plug in your security key.", True),
        ("Feature control keys in the registry improve security.", False),
        ("", False),
    ],
)
def test_words_far_apart_are_another_thing(text: str, speaks: bool) -> None:
    assert speaks_of(asked_term("What is a security key?"), text) == speaks
