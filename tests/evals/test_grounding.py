"""Altered answers are caught, faithful ones pass: from the golden set, by hand, and by fixed examples of each kind."""

import random
from pathlib import Path

import pytest

from evals.altered import ALTERATIONS, Source, alter, kinds_for
from evals.beir import CollectionError
from evals.golden import SHIPPED, read_cases
from evals.grounding import Quoted, evaluate_grounding, hand_written, measure, trials
from evals.rewording import reword

SENTENCE = (
    "If TechCorp Drive is open, you must pay EUR 12.50 within 30 days of 3 March 2026, and all 5 % of VAT is not due."
)


SLICES = {"plain", "table", "steps"}
"""Their answers give enough sentences to alter, in a third of the time that the whole set takes."""


@pytest.mark.timeout(600)
async def test_nine_of_ten_altered_golden_answers_are_caught_with_few_false_alarms(tmp_path: Path) -> None:
    data = tmp_path / "golden.jsonl"
    cases = [each for each in read_cases(SHIPPED) if each.slice in SLICES]
    data.write_text("\n".join(each.model_dump_json() for each in cases), encoding="utf-8")
    found = await evaluate_grounding(data)
    assert found["n_altered"] >= 500
    assert found["caught"] >= 0.9, [row for row in found["kinds"] if row["caught"] < 0.9]
    assert found["false_alarms"] <= 0.05, found["alarms"]
    for row in found["controls"]:
        assert row["false_alarms"] <= 0.05, row


async def test_answers_re_worded_by_hand_pass_and_altered_ones_do_not() -> None:
    found = await measure(hand_written())
    assert found["false_alarms"] <= 0.05, found["alarms"]
    assert found["caught"] >= 0.85, found["missed"]


async def test_a_corpus_without_sentences_is_refused_and_gives_no_figures(tmp_path: Path) -> None:
    pages = tmp_path / "pages.jsonl"
    pages.write_text('{"title": "Nothing here"}\n', encoding="utf-8")
    with pytest.raises(CollectionError, match="no sentences"):
        await evaluate_grounding(corpus=pages)


def test_the_same_seed_makes_the_same_trials() -> None:
    answers = [Quoted(SENTENCE, SENTENCE), Quoted("The lamp is red when the disk fails.", "The lamp is red.")]
    assert trials(answers, 12, seed=3) == trials(answers, 12, seed=3)


def test_every_kind_that_applies_changes_the_sentence() -> None:
    source = Source(SENTENCE, "Bananas grow in warm countries.")
    kinds = kinds_for(SENTENCE, source)
    assert {"amount", "currency", "unit", "date", "modality", "quantifier", "negation dropped", "stranger"} <= set(
        kinds
    )
    for kind in kinds:
        assert alter(kind, SENTENCE, random.Random(1), source) not in {None, SENTENCE}
    assert set(kinds) <= set(ALTERATIONS)


def test_rewording_keeps_figures() -> None:
    said = reword("You can return it within 30 days, and we will refund EUR 5.00.", random.Random(2))
    assert said is not None
    assert "30" in said
    assert "5.00" in said
