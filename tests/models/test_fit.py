"""How an answer meets the whole question and each part of it that asks."""

import pytest

from activities.models.composition import compose
from activities.models.embedded import EmbeddedEngine
from activities.models.embedding import MiniLmEmbedder
from activities.models.fit import Fit, best_fit, fits
from activities.models.focus import views
from tests.models.passages import PRICES, STEPS, YEARLY

STORY = (
    "My daughter moved out last month and took the computer with her. How do I cancel my plan? "
    "I have asked my neighbour and nobody could tell me."
)


@pytest.fixture(scope="module")
def engine(minilm: MiniLmEmbedder) -> EmbeddedEngine:
    return EmbeddedEngine(minilm)


def fitted(engine: EmbeddedEngine, text: str) -> list[Fit]:
    question, ranked = engine.rank(text, [STEPS, YEARLY, PRICES])
    return fits(question, compose(question, ranked))


def test_a_short_question_has_one_fit_and_a_story_one_for_each_part_that_asks(engine: EmbeddedEngine) -> None:
    assert len(fitted(engine, "How do I cancel my plan?")) == 1
    assert len(fitted(engine, STORY)) == len(views(STORY)) > 1


def test_a_part_that_asks_is_met_better_than_the_story_around_it(engine: EmbeddedEngine) -> None:
    whole, *parts = fitted(engine, STORY)
    assert max(each.meaning for each in parts) > whole.meaning
    assert max(each.words for each in parts) == 1.0 > whole.words


def test_what_the_documents_do_not_say_fits_worse(engine: EmbeddedEngine) -> None:
    known, strange = (best_fit(fitted(engine, each)) for each in ("How do I cancel my plan?", "How do I cook risotto?"))
    assert known.meaning > strange.meaning
    assert known.words > strange.words == 0.0


def test_an_answer_without_pieces_fits_nothing(engine: EmbeddedEngine) -> None:
    question, _ = engine.rank("How do I cancel my plan?", [STEPS])
    assert fits(question, compose(question, [])) == [Fit(0.0, 0.0)]


def test_the_best_of_each_may_come_from_different_parts() -> None:
    assert best_fit([Fit(0.9, 0.1), Fit(0.2, 1.0)]) == Fit(0.9, 1.0)
