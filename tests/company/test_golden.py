"""The golden questions: well formed, and each expectation really stands in the documents it names."""

import csv
import json
import re
from collections import Counter
from typing import Any

import pytest

from activities.models.asked import read_asked
from tests.company.documents import COMPANY, folded, paths, text_of

GOLDEN = COMPANY.parent / "evals" / "datasets" / "golden.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
FRESH: list[dict[str, Any]] = [
    json.loads(line)
    for path in sorted(GOLDEN.parent.glob("fresh*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
INTENTS = json.loads((COMPANY / "intents.json").read_text(encoding="utf-8"))
USERS = {person["username"] for person in json.loads((COMPANY / "people.json").read_text(encoding="utf-8"))}
SLICES = {"plain", "paraphrase", "typo", "follow_up", "out_of_scope", "forbidden", "risky", "wants_person"}
SLICES |= {"small_talk", "table", "steps", "multi", "two_questions", "unanswerable", "language", "group"}
GROUPS = {"business", "family", "education", "nonprofit", "prospect"}
MOST_SHARED = 0.7
"""Of the runs of three characters of a question and a training message together; greetings are all alike."""
REQUIRED = {"id", "question", "user", "intent", "sources", "outcome", "must_contain", "slice"}


def test_there_are_enough_questions_and_ids_and_questions_are_unique() -> None:
    assert len(CASES) >= 250
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert len({(case["question"], str(case.get("history"))) for case in CASES}) == len(CASES)


def test_every_intent_and_slice_is_covered() -> None:
    intents = Counter(case["intent"] for case in CASES)
    slices = Counter(case["slice"] for case in CASES)
    assert set(intents) == set(INTENTS)
    assert set(slices) == SLICES
    assert min(intents.values()) >= 3
    assert min(slices.values()) >= 5


def is_malformed(case: dict[str, Any]) -> bool:
    """Tell whether a case lacks a key, has an unknown one, or a value outside its fixed set."""
    return (
        set(case) - {"history", "must_not_contain", "group"} != REQUIRED
        or case.get("group", "business") not in GROUPS
        or case["user"] not in USERS
        or case["outcome"] not in {"answered", "review", "handoff"}
        or not case["question"].strip()
    )


def needs_document(case: dict[str, Any]) -> bool:
    """Tell whether the right reply quotes a document."""
    return bool(case["outcome"] == "answered" and case["slice"] != "small_talk")


def test_cases_have_the_documented_keys_and_known_values() -> None:
    assert [case["id"] for case in CASES if is_malformed(case)] == []


def test_follow_ups_and_only_they_carry_a_history() -> None:
    assert [case["id"] for case in CASES if ("history" in case) is not (case["slice"] == "follow_up")] == []
    exchanges = [exchange for case in CASES for exchange in case.get("history", [])]
    assert all(set(exchange) == {"message", "answer", "intent"} for exchange in exchanges)
    assert {exchange["intent"] for exchange in exchanges} <= set(INTENTS)


def test_cases_of_the_slice_for_groups_say_which() -> None:
    assert [case["id"] for case in CASES if case["slice"] == "group" and not case.get("group")] == []


def test_sources_are_public() -> None:
    assert {source for case in CASES for source in case["sources"]} <= set(paths(public=True))


def test_each_source_holds_what_a_right_answer_contains() -> None:
    wanted = ((case, text, source) for case in CASES for text in case["must_contain"] for source in case["sources"])
    assert [(c["id"], text, source) for c, text, source in wanted if folded(text) not in text_of(source)] == []


def test_questions_answered_from_documents_and_only_they_ask_for_text() -> None:
    assert [case["id"] for case in CASES if bool(case["must_contain"]) is not needs_document(case)] == []


def test_answers_and_reviews_and_only_they_name_a_source() -> None:
    sourced = [case["id"] for case in CASES if needs_document(case) or case["outcome"] == "review"]
    assert [case["id"] for case in CASES if case["sources"]] == sourced


def test_risky_intents_are_never_expected_to_be_answered_alone() -> None:
    risky = [case for case in CASES if INTENTS[case["intent"]]["risk"] == "high"]
    assert [case["id"] for case in risky if case["outcome"] != "review"] == []


def test_forbidden_questions_and_only_they_name_forbidden_text() -> None:
    assert [case["id"] for case in CASES if ("must_not_contain" in case) is not (case["slice"] == "forbidden")] == []


def test_forbidden_text_stands_in_private_documents_only() -> None:
    forbidden = {folded(text) for case in CASES for text in case.get("must_not_contain", [])}
    private = {text for text in forbidden if any(text in text_of(path) for path in paths(public=False))}
    leaked = {text for text in forbidden if any(text in text_of(path) for path in paths(public=True))}
    assert forbidden - private == set()
    assert leaked == set()


def trigrams(text: str) -> set[str]:
    """Return the runs of three characters of a text without case and punctuation."""
    bare = " ".join(re.findall(r"\w+", text.casefold()))
    return {bare[start : start + 3] for start in range(len(bare) - 2)} or {bare}


def close_to(cases: list[dict[str, Any]], file: str, column: str) -> list[tuple[str, str]]:
    """Return which cases share most of their letters with a row of one of the company's files."""
    with (COMPANY / file).open(encoding="utf-8", newline="") as opened:
        known = {row[column]: trigrams(row[column]) for row in csv.DictReader(opened)}
    asked = [(case["id"], trigrams(case["question"])) for case in cases if case["slice"] != "small_talk"]
    return [
        (name, text)
        for name, question in asked
        for text, message in known.items()
        if len(question & message) > MOST_SHARED * len(question | message)
    ]


def test_no_question_is_close_to_a_training_message() -> None:
    assert close_to(CASES, "intents.csv", "text") == []


@pytest.mark.parametrize("file", sorted(path.name for path in COMPANY.glob("asked*.csv")))
def test_no_question_is_close_to_a_known_one(file: str) -> None:
    assert close_to([*CASES, *FRESH], file, "question") == []


def test_questions_in_other_languages_are_known_of_the_same_sections() -> None:
    places = {place for place in read_asked(COMPANY / "asked.csv").questions}
    for path in COMPANY.glob("asked.*.csv"):
        assert set(read_asked(path).questions) == places, path.name


def test_what_the_fresh_questions_expect_stands_in_every_source() -> None:
    assert len({case["id"] for case in FRESH}) == len(FRESH)
    for case in FRESH:
        assert bool(case["sources"]) == bool(case["must_contain"]) == (case["outcome"] != "handoff"), case["id"]
        assert set(case["sources"]) <= set(paths(public=True)), case["id"]
        for path in case["sources"]:
            assert all(folded(text) in text_of(path) for text in case["must_contain"]), case["id"]
