"""Small talk is told from questions that are merely polite."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.models.pleasantries import CANONICAL, says_too_little, small_talk_kind, unwrap


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hi there!", "greeting"),
        ("good morning", "greeting"),
        ("are you a robot?", "greeting"),
        ("thx", "thanks"),
        ("That helped, thank you so much!", "thanks"),
        ("ok bye thanks", "goodbye"),
        ("have a nice day", "goodbye"),
        ("Hello, how do I reset my password?", ""),
        ("thanks, and how much is Family?", ""),
        ("high prices", ""),
    ],
)
def test_the_kind_of_small_talk(text: str, kind: str) -> None:
    assert small_talk_kind(text) == kind


def test_each_canonical_phrase_is_small_talk_of_its_own_kind() -> None:
    assert {kind: small_talk_kind(text) for kind, text in CANONICAL.items()} == {kind: kind for kind in CANONICAL}


def test_greetings_and_thanks_around_a_question_are_taken_off() -> None:
    assert unwrap("Hi team, how do I cancel? Thanks a lot!") == "how do I cancel?"
    assert unwrap("Hello!") == "Hello!"


@pytest.mark.parametrize(
    "name",
    ["<PERSON>", "Emily Walsh", "Fatima Al-Sayed", "Sean O'Brien", "Xiuying Liu", "Łukasz Wójcik", "emily walsh"],
)
def test_a_signature_goes_whoever_signs(name: str) -> None:
    for farewell in ("Regards,", "Kind regards,", "Yours faithfully,"):
        assert unwrap(f"How do I restore a file? {farewell} {name}") == "How do I restore a file?"


def test_words_that_only_look_like_a_signature_stay() -> None:
    assert unwrap("How do I send my regards to a colleague?") == "How do I send my regards to a colleague?"


@given(st.text(max_size=300))
def test_unwrapping_never_empties_a_text(text: str) -> None:
    assert bool(unwrap(text)) == bool(text.split())


@pytest.mark.parametrize(
    "text", ["You are useless!!", "stupid bot", "this is absolutely ridiculous", "u r such an idiot", "go to hell"]
)
def test_insults_are_heard(text: str) -> None:
    assert small_talk_kind(text) == "insult"


@pytest.mark.parametrize(
    "text", ["your agent is an idiot", "the stupid app deleted my files", "it is useless without Wi-Fi, what now?"]
)
def test_an_insult_with_a_concern_is_a_concern(text: str) -> None:
    assert small_talk_kind(text) == ""


@pytest.mark.parametrize(
    "text", ["???", "it doesn't work", "I have a problem", "something is wrong", "what now?", "..."]
)
def test_what_nobody_could_understand_says_too_little(text: str) -> None:
    assert says_too_little(text)


@pytest.mark.parametrize(
    "text", ["sync does not work", "TC-2105", "I have a problem with my invoice", "why is it red?"]
)
def test_what_names_a_thing_says_enough(text: str) -> None:
    assert not says_too_little(text)


@pytest.mark.parametrize("mark", ["- ", ".", ", ", "!", " – "])
def test_a_row_of_marks_is_looked_at_once(mark: str) -> None:
    story = "The upload stops. " * 40
    assert unwrap(f"Hello, {story}{mark * 4_000} Thanks a lot!").startswith("The upload stops.")
    assert unwrap(mark * 8_000).strip(), "it took six seconds when each mark was tried"
    assert unwrap(f"Hi! {story}How do I cancel? Many thanks") == f"{story}How do I cancel?"
