"""Answers to several questions of one message become one text, and a part without an answer is named."""

import re

import pytest

from activities.guard.output import statements
from activities.models.embedded import EmbeddedEngine
from activities.models.embedding import MiniLmEmbedder
from activities.models.joined import MISSING_LINE, PARTLY_SCORE, Part, joined
from tests.models.passages import PRICES, STEPS, YEARLY


@pytest.fixture(scope="module")
def parts(minilm: MiniLmEmbedder) -> list[Part]:
    engine = EmbeddedEngine(minilm)
    asked = ["How do I cancel my plan?", "What does the Family plan cost a month?"]
    found = [engine.answer(each, [STEPS, YEARLY, PRICES])[0] for each in asked]
    return [Part(asked[0], found[0], 0.9), Part(asked[1], found[1], 0.8)]


def test_both_answers_are_told_and_each_mark_has_its_citation(parts: list[Part]) -> None:
    answer, score = joined(parts)
    assert "Press Confirm cancellation." in answer.text
    assert "EUR 9.99" in answer.text
    assert {int(each) for each in re.findall(r"\[(\d+)\]", answer.text)} == set(range(1, len(answer.citations) + 1))
    assert score == 0.8


def test_a_part_without_an_answer_is_named_and_a_person_completes_it(parts: list[Part]) -> None:
    answer, score = joined([parts[0], Part("Do you sell “cars”?", parts[1].answer, 0.1)])
    assert answer.text.endswith(f"{MISSING_LINE} “Do you sell  cars ?”")
    assert score == PARTLY_SCORE


def test_the_line_about_a_missing_part_is_no_statement(parts: list[Part]) -> None:
    answer, _ = joined([parts[0], Part("Do you sell cars?", parts[1].answer, 0.1)])
    assert not [each for each in statements(answer.text) if "nothing" in each.text or "cars" in each.text]


def test_what_was_quoted_is_not_quoted_again(parts: list[Part]) -> None:
    assert joined([parts[0], parts[0]])[0].text == parts[0].answer.text


def test_without_any_answer_nothing_is_made_up(parts: list[Part]) -> None:
    assert joined([Part("a?", parts[0].answer, 0.1), Part("b?", parts[1].answer, 0.05)])[1] == 0.05
