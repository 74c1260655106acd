from datetime import UTC, datetime, timedelta

import pytest

from activities.knowledge.gaps import EXAMPLES, group_gaps
from activities.models.embedding import MiniLmEmbedder
from activities.records.unanswered import Unanswered
from activities.settings import Settings

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    return MiniLmEmbedder(Settings().cache_dir)


def asked(*questions: str, department: str = "support") -> list[Unanswered]:
    return [
        Unanswered(f"t{number}", "ada", question, "how_to", department, NOON + timedelta(minutes=number))
        for number, question in enumerate(questions)
    ]


def test_like_questions_are_one_gap_and_the_largest_comes_first(embedder: MiniLmEmbedder) -> None:
    gaps = group_gaps(
        asked(
            "Do you have an office in Lisbon?",
            "Can I pay with Bitcoin?",
            "Is it possible to pay by bitcoin?",
            "Do you accept Bitcoin payments?",
        ),
        embedder,
    )
    assert [gap.count for gap in gaps] == [3, 1]
    assert all("itcoin" in question for question in gaps[0].questions)
    assert gaps[0].latest.question == "Do you accept Bitcoin payments?"


def test_examples_are_bounded_and_each_wording_stands_once(embedder: MiniLmEmbedder) -> None:
    (gap,) = group_gaps(asked(*["Can I pay with Bitcoin?"] * 9), embedder)
    assert (gap.count, gap.questions) == (9, ["Can I pay with Bitcoin?"])
    many = group_gaps(asked(*[f"Can I pay with Bitcoin number {number}?" for number in range(9)]), embedder)
    assert max(len(each.questions) for each in many) == EXAMPLES


def test_no_question_is_no_gap(embedder: MiniLmEmbedder) -> None:
    assert group_gaps([], embedder) == []
