"""A question that compares gets both things, each with its source, and one for a reason gets the reason."""

import pytest

from activities.models.comparison import compared
from activities.models.embedded import EmbeddedEngine
from activities.models.embedding import MiniLmEmbedder
from activities.models.joined import PARTLY_SCORE
from activities.models.question_type import has_answer, question_types
from tests.models.passages import PRICES, STEPS, YEARLY, make_passage


@pytest.fixture(scope="module")
def engine(minilm: MiniLmEmbedder) -> EmbeddedEngine:
    return EmbeddedEngine(minilm)


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("What is the difference between Personal and Family?", ("person", "famili")),
        ("Which is cheaper, the Family plan or the Business plan?", ("famili", "busi")),
        ("Is express or standard delivery faster?", ("express", "standard")),
        ("How does a Viewer differ from a Commenter?", ("viewer", "comment")),
        ("Is the Family plan bigger than the Personal one?", ("famili", "person")),
        ("Can I cancel today or tomorrow?", None),
        ("How do I cancel my plan?", None),
    ],
)
def test_the_two_things_are_found(question: str, things: tuple[str, str] | None) -> None:
    assert compared(question) == (things and tuple(frozenset({each}) for each in things))


async def test_rows_of_both_things_stand_beside_each_other(engine: EmbeddedEngine) -> None:
    draft = await engine.draft("Which is cheaper, the Personal plan or the Family plan?", [YEARLY, PRICES, STEPS], [])
    assert "Personal; Price: EUR 3.99" in draft["text"]
    assert "Family; Price: EUR 9.99" in draft["text"]
    assert draft["text"].count("[1]") == draft["text"].count("[2]") == 1


def test_an_answer_about_one_of_two_things_is_left_to_a_person(engine: EmbeddedEngine) -> None:
    _, score = engine.answer("Which is cheaper, the Family plan or the Nebula plan?", [PRICES, YEARLY])
    assert score <= PARTLY_SCORE


def test_a_question_for_a_reason_gets_the_sentence_that_has_it(engine: EmbeddedEngine) -> None:
    hot = make_passage(
        "The drive pauses and shows TC-4103.\n\nTC-4103 appears when the disk is hotter than 65 degrees.",
        document="hot",
        title="Backup drive",
        heading="Too hot",
    )
    answer, _ = engine.answer("Why does the drive pause and show TC-4103?", [hot, STEPS])
    assert "appears when the disk is hotter" in answer.text


def test_reasons_and_comparisons_are_kinds_of_questions() -> None:
    assert "why" in question_types("How come my card was declined?")
    assert "compare" in question_types("What is the difference between a viewer and an editor?")
    assert has_answer("why", "PAY-205 means that the address does not match.")
    assert not has_answer("why", "Open the menu.")
