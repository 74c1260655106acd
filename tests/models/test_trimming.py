"""The piece that answers comes first, what is far from it stays out, and nothing is said twice."""

import re

import pytest

from activities.models.composition import Answer, compose
from activities.models.embedded import EmbeddedEngine
from activities.models.embedding import MiniLmEmbedder
from activities.models.trimming import trimmed
from activities.models.unit_ranking import Ranked
from activities.ports import Passage
from tests.models.passages import STEPS, YEARLY, make_passage

PAYMENT = make_passage(
    "Cards are stored by our bank.\n\nWe do not accept Bitcoin or other crypto money. "
    "An account cannot be paid in cash. The colours of the page follow your screen.",
    document="pay",
    title="Payment methods",
    heading="What we accept",
    score=0.6,
)
TWICE = make_passage(
    "We do not accept Bitcoin and other crypto money.", document="terms", title="Terms", heading="Payment", score=0.55
)
OTHER_FIGURE = make_passage(
    "A yearly plan can be refunded in full within 45 days of the payment.", document="old", title="Refunds", score=0.6
)


@pytest.fixture(scope="module")
def engine(minilm: MiniLmEmbedder) -> EmbeddedEngine:
    return EmbeddedEngine(minilm)


def answer(engine: EmbeddedEngine, question: str, passages: list[Passage]) -> Answer:
    return compose(*engine.rank(question, passages))


def test_the_sentence_that_answers_comes_first(engine: EmbeddedEngine) -> None:
    said = answer(engine, "Do you accept Bitcoin?", [PAYMENT, STEPS])
    assert said.text.startswith("We do not accept Bitcoin")


def test_what_is_far_from_the_question_stays_out_and_what_qualifies_the_answer_stays(engine: EmbeddedEngine) -> None:
    said = answer(engine, "Do you accept Bitcoin?", [PAYMENT, STEPS])
    assert "cannot be paid in cash" in said.text
    assert "colours of the page" not in said.text


def test_a_fact_of_two_documents_is_said_once(engine: EmbeddedEngine) -> None:
    said = answer(engine, "Do you accept Bitcoin?", [PAYMENT, TWICE])
    assert len(re.findall("Bitcoin", said.text)) == 1


def test_the_same_sentence_with_another_figure_is_said_as_well(engine: EmbeddedEngine) -> None:
    said = answer(engine, "Within how many days can a yearly plan be refunded?", [YEARLY, OTHER_FIGURE])
    assert {"30 days", "45 days"} <= set(re.findall(r"\d+ days", said.text))


def test_a_denial_of_what_was_said_is_said_as_well(engine: EmbeddedEngine) -> None:
    denied = make_passage("We accept Bitcoin and other crypto money.", document="new", title="News", score=0.55)
    said = answer(engine, "Do you accept Bitcoin?", [PAYMENT, denied])
    assert len(re.findall("Bitcoin", said.text)) == 2


def test_marks_and_citations_agree_after_leaving_out(engine: EmbeddedEngine) -> None:
    said = answer(engine, "Do you accept Bitcoin?", [PAYMENT, TWICE, YEARLY, STEPS])
    assert [int(mark) for mark in re.findall(r"\[(\d+)\]", said.text)] == list(range(1, len(said.citations) + 1))


def test_wanted_pieces_stay_whatever_they_score(engine: EmbeddedEngine) -> None:
    _, ranked = engine.rank("Do you accept Bitcoin?", [PAYMENT, STEPS])
    singles = [each for each in ranked if not each.candidate.members]
    paragraphs: list[list[Ranked]] = [[singles[-1]], [singles[0]]]
    assert trimmed([singles[0], singles[-1]], paragraphs) == [[singles[0]], [singles[-1]]]
    assert trimmed([singles[0]], paragraphs)[0] == [singles[0]]


def test_an_unsure_best_piece_keeps_more_beside_it(engine: EmbeddedEngine) -> None:
    _, ranked = engine.rank("Do you accept Bitcoin?", [PAYMENT])
    best, *others = [each for each in ranked if not each.candidate.members]
    sure = Ranked(best.candidate, 0.9, best.signals)
    unsure = Ranked(best.candidate, 0.2, best.signals)
    other = others[-1]
    assert trimmed([sure], [[sure], [Ranked(other.candidate, 0.2, other.signals)]]) == [[sure]]
    assert len(trimmed([unsure], [[unsure], [Ranked(other.candidate, 0.03, other.signals)]])) == 2
