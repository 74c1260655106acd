"""A company's own messages are checked, compared with the ones in use, and kept."""

from pathlib import Path

import numpy as np
import pytest

from activities.models.intent_fit import fit_and_check
from activities.models.intent_training import Comparison, check_labels, compare, findings
from activities.models.model_store import (
    Labelled,
    TrainingDataError,
    chosen_messages,
    keep_messages,
    read_unlabelled,
)
from tests.models.test_intent_model import LetterVectors, labelled


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (("hello", "weather"), "not in intents.json: weather"),
        (("refund for my cat", "access"), "labelled both"),
        (("", "access"), "empty"),
    ],
)
def test_messages_that_cannot_teach_are_refused(extra: tuple[str, str], said: str) -> None:
    with pytest.raises(TrainingDataError, match=said):
        check_labels(labelled() + Labelled([extra[0]], [extra[1]]), {"refund", "access", "outside"})


def test_a_wrong_label_is_found_by_models_that_have_not_seen_it() -> None:
    data, vectors = labelled() + Labelled(["refund for my yak"], ["access"]), LetterVectors()
    embedded = vectors.embed(data.texts)
    labels, _ = fit_and_check(data.texts, embedded, data.labels).held_out_labels(data.labels)
    found = findings(data, labels, np.ones(len(labels), np.float32))
    assert ("refund for my yak", "access", "refund") in {(e.text, e.label, e.likelier) for e in found.suspicious}
    assert found.thin == ["access", "outside", "refund"]
    assert ("access", "refund", 1) in found.confusions


def compared(candidate: Labelled, in_use: Labelled) -> Comparison:
    vectors = LetterVectors()
    checked = fit_and_check(candidate.texts, vectors.embed(candidate.texts), candidate.labels)
    return compare(checked, candidate, in_use, vectors, {"refund"})


def test_messages_with_swapped_labels_make_a_worse_model_and_the_same_messages_do_not() -> None:
    data = labelled() + Labelled([f"my {text}" for text in labelled().texts], labelled().labels)
    turned = {"refund": "access", "access": "outside", "outside": "refund"}
    swapped = Labelled(data.texts, [turned[label] for label in data.labels])
    assert not compared(data, data).worse
    found = compared(swapped, data)
    assert found.worse
    assert (found.n, found.risky_n) == (12, 4)
    assert found.candidate < found.in_use


def test_kept_messages_are_the_chosen_ones_and_the_companys_without_a_choice(tmp_path: Path) -> None:
    own = tmp_path / "intents.csv"
    assert chosen_messages(tmp_path, own) == own
    kept = keep_messages(labelled(), tmp_path)
    assert chosen_messages(tmp_path, own) == kept
    assert Labelled.read(kept) == labelled()
    kept.unlink()
    assert chosen_messages(tmp_path, own) == own


def test_kept_messages_have_the_ones_without_labels_beside_them_and_in_their_name(tmp_path: Path) -> None:
    more = labelled().with_unlabelled(["where, is\nmy cat", "refund for my cat", "", "where, is\nmy cat"])
    assert more.unlabelled == ["where, is\nmy cat"]
    kept = keep_messages(more, tmp_path)
    assert Labelled.read(kept) == more
    assert keep_messages(labelled(), tmp_path) != kept
    assert Labelled.read(chosen_messages(tmp_path, kept)) == labelled()


@pytest.mark.parametrize("content", ["one, two\n\nthree\none, two\n", 'label,message\n,"one, two"\nx,three\n,\n'])
def test_messages_without_labels_are_one_a_line_or_a_column(tmp_path: Path, content: str) -> None:
    path = tmp_path / "messages.txt"
    path.write_text(content, encoding="utf-8")
    assert read_unlabelled(path) == ["one, two", "three"]


def test_messages_without_labels_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    empty, odd = tmp_path / "empty.csv", tmp_path / "odd.csv"
    empty.write_text("text\n\n", encoding="utf-8")
    odd.write_bytes(b"\xff\xfe\x00")
    for path, said in ((empty, "no message"), (odd, "UTF-8"), (tmp_path / "none", "UTF-8")):
        with pytest.raises(TrainingDataError, match=said):
            read_unlabelled(path)
