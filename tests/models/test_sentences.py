"""Passages fall into units that can be quoted, and every unit stands where it says."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from activities.models.sentences import split_units


def kinds(text: str) -> list[tuple[str, str]]:
    return [(unit.kind, unit.text) for unit in split_units(text)]


def test_sentences_end_at_points_but_not_in_abbreviations_or_decimals() -> None:
    text = "Wait 2.5 hours, e.g. Over night. Mr. Smith waits too. Then start again!"
    assert [unit.text for unit in split_units(text)] == [
        "Wait 2.5 hours, e.g. Over night.",
        "Mr. Smith waits too.",
        "Then start again!",
    ]


def test_steps_keep_their_numbers_and_the_lines_that_go_on() -> None:
    units = split_units("To begin:\n\n1. Open the app.\n   It starts.\n2. Press OK.", "Set up > First start")
    assert [(unit.kind, unit.number, unit.text) for unit in units] == [
        ("step", 1, "Open the app. It starts."),
        ("step", 2, "Press OK."),
    ]
    assert units[0].lead == "First start To begin:"


def test_items_lose_their_marks_and_rows_stay_whole() -> None:
    assert kinds("- Falls\n- Fire, e.g. lightning") == [("item", "Falls"), ("item", "Fire, e.g. lightning")]
    assert kinds("Plan: Free; Price: EUR 0.00\nPlan: Family; Price: EUR 9.99") == [
        ("row", "Plan: Free; Price: EUR 0.00"),
        ("row", "Plan: Family; Price: EUR 9.99"),
    ]


def test_a_question_leads_its_answer_and_a_terse_answer_takes_the_next_sentence() -> None:
    units = split_units("Can I pause my plan? No. A plan cannot be paused.")
    assert [(unit.text, unit.lead) for unit in units] == [("No. A plan cannot be paused.", "Can I pause my plan?")]


def test_hard_wrapped_lines_are_one_sentence() -> None:
    assert kinds("The warranty begins\non the day of delivery.") == [
        ("sentence", "The warranty begins on the day of delivery.")
    ]


@given(st.text(alphabet="aB1. ?!:;-\n|–•", max_size=200))
def test_units_stand_in_order_where_they_say(text: str) -> None:
    units = split_units(text)
    for unit in units:
        assert 0 <= unit.start < unit.end <= len(text)
        assert any(character.isalnum() for character in text[unit.start : unit.end])
    assert all(first.end <= second.start for first, second in pairwise(units))
