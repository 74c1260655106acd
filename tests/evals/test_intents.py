"""The figures of intents are what their names say."""

import json
from pathlib import Path

import numpy as np
import pytest

from activities.models.model_store import Labelled
from evals.clinc import convert
from evals.intent_baseline import baseline_accuracy
from evals.intent_figures import Outcome, expected_calibration_error, figures, joined
from evals.intents import evaluate_intents
from tests.models.test_intent_model import LetterVectors, labelled


def outcome(truth: list[str], best: list[str], rejected: list[bool]) -> Outcome:
    outside = np.array(rejected, np.float32)
    return Outcome(np.array(truth), np.array(best), np.full(len(truth), 0.75, np.float32), outside, outside > 0)


def test_a_rejected_message_is_right_when_it_is_out_of_scope() -> None:
    first = outcome(["a", "b", "none"], ["a", "a", "b"], [False, False, True])
    found = figures(joined([first, outcome(["none"], ["a"], [False])]), "none")
    assert (found["accuracy"], found["in_scope_accuracy"], found["n"]) == (0.5, 0.5, 4)
    assert (found["oos_recall"], found["oos_precision"], found["oos_auroc"]) == (0.5, 1.0, 0.75)
    assert {"label": "b", "taken_for": "a", "n": 1} in found["confusions"]


def test_calibration_error_is_the_gap_between_probability_and_share_of_right_ones() -> None:
    sure = np.array([0.95, 0.95, 0.55, 0.55])
    assert expected_calibration_error(sure, np.array([True, True, True, False])) == pytest.approx(0.05)


def test_clincs_parts_become_files_with_their_out_of_scope_rows(tmp_path: Path) -> None:
    source = tmp_path / "data.json"
    parts = {"train": [["hi", "greeting"], ["bye", "goodbye"]], "oos_train": [["mars?", "oos"]]}
    source.write_text(json.dumps(parts), encoding="utf-8")
    (path,) = convert(source, tmp_path / "out")
    assert Labelled.read(path) == Labelled(["hi", "bye", "mars?"], ["greeting", "goodbye", "oos"])


def test_the_baseline_learns_words_and_leaves_out_of_scope_rows_aside() -> None:
    train = Labelled(["red cat", "red dog", "blue sky", "blue sea", "x"], ["red", "red", "blue", "blue", "none"])
    assert baseline_accuracy(train, Labelled(["red", "blue", "y"], ["red", "blue", "none"]), "none") == 1.0


def test_what_is_given_without_labels_is_not_asked_and_both_figures_are_over_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = labelled()
    path = tmp_path / "train.csv"
    rows = zip(data.texts, data.labels, strict=True)
    path.write_text("\n".join(["text,label", *(",".join(row) for row in rows)]), encoding="utf-8")
    fitted: list[Labelled] = []

    def outcome_of(embedder: object, train: Labelled, test: Labelled, oos: str) -> Outcome:
        fitted.append(train)
        right = bool(train.unlabelled)
        assert not set(test.texts) & {*train.texts, *train.unlabelled}
        return outcome(test.labels, test.labels if right else ["?"] * len(test.labels), [False] * len(test.labels))

    monkeypatch.setattr("evals.intents._outcome", outcome_of)
    monkeypatch.setattr("evals.intents.evaluation_embedder", LetterVectors)
    found = evaluate_intents(path, per_label=4, repeats=2, unlabelled_share=0.5)
    assert (found["in_scope_accuracy"], found["labelled_only_in_scope_accuracy"]) == (1.0, 0.0)
    assert (found["gain_of_unlabelled"], found["n"]) == (1.0, 18)
    assert sorted(len(train.unlabelled) for train in fitted) == [0, 0, 9, 9]
