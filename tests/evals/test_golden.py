"""What is counted of answers to the golden questions: how much of them is needed, and who asked."""

import json
from pathlib import Path

import pytest

from evals.brevity import Brevity
from evals.golden import Case, Result, golden_figures
from evals.suites import golden_cases, slices

SHORT = Brevity(pieces=1, words=10, superfluous_pieces=0.0, superfluous_words=0.0, answer_first=True)
LONG = Brevity(pieces=4, words=70, superfluous_pieces=0.75, superfluous_words=0.8, answer_first=False)


def result(
    name: str, brevity: Brevity | None, group: str = "", user: str = "ada", intent: str = "", found: str = ""
) -> Result:
    return Result(
        case=Case(id=name, question=name, user=user, outcome="answered", group=group, intent=intent),
        outcome="answered",
        intent=found,
        confidence_score=0.95,
        text="Yes. [1]",
        leaks=[],
        problems=[] if brevity else ["lacks 'x'"],
        brevity=brevity,
    )


def test_right_drafts_alone_count_for_what_is_superfluous() -> None:
    found = golden_figures([result("a", SHORT), result("b", LONG), result("c", None)])
    assert (found["words_said"], found["answer_first"]) == (40.0, 0.5)
    assert found["superfluous_pieces"] == pytest.approx(0.375)


def test_intents_are_measured_where_questions_name_them_and_not_at_all_where_none_does() -> None:
    named = [result("a", SHORT, intent="refund", found="refund"), result("b", SHORT, intent="refund", found="order")]
    assert golden_figures([*named, result("c", SHORT)])["intent_accuracy"] == 0.5
    assert "intent_accuracy" not in golden_figures([result("c", SHORT)])


def test_a_comparison_with_a_baseline_sees_more_words_as_a_fall() -> None:
    found = golden_cases([result("a", SHORT), result("b", LONG), result("c", None)])
    assert found["golden.needed_pieces"] == {"a": 1.0, "b": 0.25}
    assert found["golden.needed_words"] == {"a": 1.0, "b": pytest.approx(0.2)}
    assert found["golden.answer_first"] == {"a": 1.0, "b": 0.0}


def test_a_question_that_says_what_the_customer_is_counts_for_that_group(tmp_path: Path) -> None:
    people = [{"username": "ada", "role": "customer"}, {"username": "carla", "role": "agent", "department": "billing"}]
    (tmp_path / "people.json").write_text(json.dumps(people), encoding="utf-8")
    asked = [result("a", SHORT, "business"), result("b", SHORT), result("c", None, user="carla")]
    rows = slices(asked, tmp_path)["customer group"]
    assert {row["name"]: row["value"] for row in rows} == {"business": 1.0, "customer": 1.0, "agent billing": 0.0}
