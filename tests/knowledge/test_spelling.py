"""Misspelt words: the distance, and which word was meant."""

from hypothesis import given
from hypothesis import strategies as st

from activities.knowledge.spelling import allowed_distance, correct, edit_distance, nearest

words = st.text("abcde", min_size=1, max_size=8)


@given(words, words)
def test_a_distance_is_the_same_both_ways_and_0_only_for_equal_words(one: str, other: str) -> None:
    assert edit_distance(one, other) == edit_distance(other, one)
    assert (edit_distance(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= edit_distance(one, other) <= max(len(one), len(other))


@given(words, st.integers(0, 7), st.sampled_from("xyz"))
def test_one_wrong_letter_is_a_distance_of_one(word: str, place: int, letter: str) -> None:
    place %= len(word)
    assert edit_distance(word, word[:place] + letter + word[place + 1 :]) == 1
    assert edit_distance(word, word[:place] + letter + word[place:]) == 1


def test_swapped_neighbours_are_one_mistake() -> None:
    assert edit_distance("recieve", "receive") == 1


def test_the_nearest_word_is_meant_and_of_several_the_commonest() -> None:
    assert nearest("passwrod", ["password", "passwords", "passport"], 2) == "password"
    assert nearest("bils", ["bill", "bile", "bile", "hills"], 1) == "bile"
    assert nearest("mouse", ["house"], 1) is None
    assert nearest("refund", ["refund"], 1) is None


def test_long_words_may_be_wrong_twice() -> None:
    assert (allowed_distance("router"), allowed_distance("invoices")) == (1, 2)


def test_only_whole_words_are_replaced() -> None:
    assert correct("Buton and butonhole", {"Buton": "button"}) == "button and butonhole"
