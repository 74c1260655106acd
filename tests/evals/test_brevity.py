"""How much of an answer is needed: what counts as a piece, as needed, and as words."""

import pytest

from evals.brevity import Brevity, brevity, figures, said


def holds(text: str, number: int) -> bool:
    return "30 days" in text and number != 3


def test_a_piece_is_what_stands_before_its_mark_without_the_words_of_the_customer() -> None:
    text = "About “it is gone”: Within 30 days. [1] Ask us.\n\n- Plan: Family [2]"
    assert said(text) == [("Within 30 days.", 1), ("Ask us.\n\n- Plan: Family", 2)]


def test_pieces_and_words_without_an_expected_fact_are_superfluous() -> None:
    found = brevity("Gifts stay. [1] Write to us soon. You have 30 days. [2]", holds)
    assert found == Brevity(
        pieces=2,
        words=10,
        superfluous_pieces=0.5,
        superfluous_words=pytest.approx(0.6),  # type: ignore[arg-type]
        answer_first=False,
    )


def test_a_list_counts_as_one() -> None:
    found = brevity("Here is how:\n1. Press Return.\n2. Wait 30 days. [1]", holds)
    assert found is not None
    assert (found.words, found.superfluous_words, found.answer_first) == (5, 0.0, True)


def test_a_fact_over_two_sentences_needs_the_whole_piece() -> None:
    found = brevity("It takes 30. days at most. [1]", lambda text, number: "30. days" in text)
    assert found is not None
    assert found.superfluous_words == 0.0


def test_a_fact_of_the_wrong_document_is_not_needed() -> None:
    found = brevity("Within 30 days. [1] Other things. [2] Also 30 days. [3]", holds)
    assert found is not None
    assert found.superfluous_pieces == pytest.approx(2 / 3)


def test_what_quotes_nothing_or_holds_nothing_expected_is_not_measured() -> None:
    assert brevity("You have 30 days.", holds) is None
    assert brevity("Gifts stay. [1]", holds) is None


def test_the_figures_are_means_over_answers() -> None:
    found = figures([Brevity(1, 10, 0.0, 0.0, answer_first=True), Brevity(3, 40, 0.5, 0.8, answer_first=False)])
    assert found == {
        "words_said": 25.0,
        "pieces_said": 2.0,
        "superfluous_pieces": 0.25,
        "superfluous_words": 0.4,
        "answer_first": 0.5,
    }
    assert figures([])["words_said"] == 0.0
