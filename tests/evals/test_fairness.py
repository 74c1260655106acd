"""Variants keep the question, groups are compared with the best one, and a sure gap is called unfair."""

import random
from pathlib import Path

import pytest

from evals.fairness import NothingToCompareError, compare, evaluate_fairness, verdict
from evals.golden import Case, Result
from evals.variants import DIMENSIONS

QUESTION = "How do I get a refund for my yearly plan within 30 days?"


def test_every_variant_keeps_the_figures_of_the_question() -> None:
    for groups in DIMENSIONS.values():
        assert len(groups) >= 3
        for write in groups.values():
            assert "30" in write(QUESTION, random.Random(1))


def test_the_same_dice_write_the_same_variant() -> None:
    for groups in DIMENSIONS.values():
        for write in groups.values():
            assert write(QUESTION, random.Random(7)) == write(QUESTION, random.Random(7))


def test_groups_within_a_dimension_differ() -> None:
    for groups in DIMENSIONS.values():
        assert len({write(QUESTION, random.Random(1)) for write in groups.values()}) == len(groups)


def answer(problems: list[str]) -> Result:
    return Result(
        case=Case(question=QUESTION, user="ada", outcome="answered"),
        outcome="answered",
        intent="refund",
        confidence_score=0.9,
        text="Yes.",
        leaks=[],
        problems=problems,
    )


def test_a_group_that_is_surely_answered_worse_is_unfair() -> None:
    results = {
        ("spelling", group, str(number)): answer(["wrong"] if group == "letters swapped" and number % 2 else [])
        for group in DIMENSIONS["spelling"]
        for number in range(60)
    }
    rows = {row["group"]: row for row in compare("spelling", results)}
    assert rows["letters swapped"]["verdict"] == "unfair"
    assert rows["letters swapped"]["ratio"] == 0.5
    assert rows["as written"]["verdict"] == "fair"


def test_a_low_ratio_that_may_be_chance_is_watched() -> None:
    assert verdict(0.7, 0.95) == "watch"
    assert verdict(0.7, 0.79) == "unfair"
    assert verdict(0.85, 1.1) == "fair"


async def test_questions_of_which_none_can_be_varied_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "I will sue you", "user": "ada", "outcome": "handoff"}', encoding="utf-8")
    with pytest.raises(NothingToCompareError, match="must_contain"):
        await evaluate_fairness(path)
