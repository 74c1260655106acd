"""Who is handed over is told what the documents say nearest, and nothing when nothing is near."""

import pytest

from activities.models.embedded import EmbeddedEngine
from activities.models.embedding import MiniLmEmbedder
from activities.ports import Passage
from tests.models.passages import PRICES, STEPS, YEARLY, make_passage

BRAZIL = make_passage(
    "We deliver to all countries of Europe. They do not include the islands of France.",
    document="shipping",
    title="Shipping",
    heading="Orders > Where we deliver",
)


@pytest.fixture(scope="module")
def engine(minilm: MiniLmEmbedder) -> EmbeddedEngine:
    return EmbeddedEngine(minilm)


async def test_the_nearest_sentence_is_named_with_its_section(engine: EmbeddedEngine) -> None:
    found = await engine.nearest("Do you deliver to Brazil by drone, as to Europe?", [YEARLY, BRAZIL, PRICES])
    assert found is not None
    assert (found["section"], found["citation"]["title"]) == ("Where we deliver", "Shipping")
    assert found["citation"]["quote"] == "We deliver to all countries of Europe."


async def test_steps_that_say_nothing_alone_are_not_named(engine: EmbeddedEngine) -> None:
    found = await engine.nearest("How do I cancel a plan for a friend?", [STEPS])
    assert found is None or not found["citation"]["quote"].startswith(("Open", "Press", "1."))


@pytest.mark.parametrize("passages", [[], [YEARLY, PRICES, BRAZIL]])
async def test_nothing_is_named_that_is_about_another_thing(engine: EmbeddedEngine, passages: list[Passage]) -> None:
    assert await engine.nearest("How do I cook risotto?", passages) is None


async def test_a_sentence_that_needs_the_one_before_is_not_named(engine: EmbeddedEngine) -> None:
    lone = make_passage("They do not include the islands of France.", title="Shipping", heading="Where we deliver")
    assert await engine.nearest("Do you deliver to the islands of France?", [lone]) is None
