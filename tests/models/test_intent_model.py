"""The classifier learns, keeps what it learned, and learns again only when it must."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from activities.models.intent_fit import fit_and_check
from activities.models.intent_model import TextModel, Unlabelled
from activities.models.model_store import Labelled, TrainingDataError, keep_model, load_or_fit


class LetterVectors:
    """Unit vectors from letter counts: enough to learn from, and it counts its work."""

    def __init__(self) -> None:
        self.calls = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls += 1
        rows = np.array(
            [[text.lower().count(letter) + 0.01 for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]
        )
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def labelled() -> Labelled:
    things = ["cat", "dog", "owl", "fox", "hen", "cow", "ape", "elk", "ant", "bee"]
    rows = [(f"refund for my {each}", "refund") for each in things]
    rows += [(f"password of the {each}", "access") for each in things]
    rows += [(f"weather with {each}", "outside") for each in things]
    return Labelled([text for text, _ in rows], [label for _, label in rows])


def test_probabilities_sum_to_one_and_find_the_label() -> None:
    data, vectors = labelled(), LetterVectors()
    model = TextModel.fit(data.texts, vectors.embed(data.texts), data.labels, "outside")
    asked = ["refund for my horse", "password of the horse", "weather with horse"]
    found = model.predict(asked, vectors.embed(asked))
    assert np.allclose(found.probabilities.sum(axis=1), 1, atol=1e-5)
    assert [model.labels[index] for index in found.probabilities.argmax(axis=1)] == ["refund", "access", "outside"]
    assert found.out_of_scope[2] > max(found.out_of_scope[:2])


def test_a_stored_model_predicts_the_same_and_is_not_fitted_again(tmp_path: Path) -> None:
    vectors = LetterVectors()
    first = load_or_fit(labelled(), vectors, tmp_path, oos_label="outside")
    fitted = vectors.calls
    second = load_or_fit(labelled(), vectors, tmp_path, oos_label="outside")
    assert vectors.calls == fitted
    asked = ["refund my cat", "rain"]
    for one, other in zip(
        *(vars(each.predict(asked, vectors.embed(asked))).values() for each in (first, second)), strict=True
    ):
        assert np.allclose(one, other)


def test_other_data_or_a_damaged_file_is_fitted_again(tmp_path: Path) -> None:
    vectors = LetterVectors()
    load_or_fit(labelled(), vectors, tmp_path)
    changed = labelled() + Labelled(["refund of the money"], ["refund"])
    before = vectors.calls
    load_or_fit(changed, vectors, tmp_path)
    assert vectors.calls == before + 1
    for path in (tmp_path / "classifiers").iterdir():
        path.write_bytes(b"half a file")
    load_or_fit(changed, vectors, tmp_path)
    assert vectors.calls == before + 2


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    assert load_or_fit(labelled(), LetterVectors(), blocked).labels == ["access", "outside", "refund"]


def test_without_examples_of_it_what_is_out_of_scope_is_learned_from_intents_held_out() -> None:
    things = ["cat", "dog", "owl", "fox", "hen", "cow", "ape", "elk", "ant", "bee"]
    heads = ["refund my", "password of the", "weather with", "invoices for a", "sync every", "hello dear"]
    rows = [(f"{head} {thing}", head.split()[0]) for head in heads for thing in things]
    vectors = LetterVectors()
    model = TextModel.fit(
        [text for text, _ in rows], vectors.embed([text for text, _ in rows]), [label for _, label in rows], "outside"
    )
    asked = ["refund my horse", "zzzz qqqq jjjj"]
    found = model.predict(asked, vectors.embed(asked)).out_of_scope
    assert found[0] < model.scope_threshold <= found[1]


def test_a_label_with_one_message_is_learned_too() -> None:
    data, vectors = labelled() + Labelled(["kayak"], ["boats"]), LetterVectors()
    model = TextModel.fit(data.texts, vectors.embed(data.texts), data.labels)
    assert "boats" in model.labels


def test_names_of_labels_are_messages_where_they_are_words() -> None:
    data = Labelled(["a", "b", "c", "d"], ["card_arrival", "OUT", "17", "card_arrival"])
    assert data.with_names("OUT").texts == ["a", "b", "c", "d", "card arrival"]


def test_columns_may_have_the_names_that_public_sets_use(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("sentence,category\nhello,a\nbye,b\n", encoding="utf-8")
    assert Labelled.read(path) == Labelled(["hello", "bye"], ["a", "b"])


@pytest.mark.parametrize(
    "content", ["", "text,label\n", "question,answer\na,b\n", "text,label\nonly one,a\n", "\xff\xfe"]
)
def test_data_that_cannot_train_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(TrainingDataError, match=r"rows\.csv"):
        Labelled.read(path)


def test_words_that_occur_only_in_messages_without_labels_are_learned() -> None:
    data, vectors = labelled(), LetterVectors()
    texts = [f"refund or reimbursement for my {each}" for each in ("yak", "emu", "ram", "sow", "pug", "hog")]
    without = TextModel.fit(data.texts, vectors.embed(data.texts), data.labels)
    more = Unlabelled(texts, vectors.embed(texts))
    model = TextModel.fit(data.texts, vectors.embed(data.texts), data.labels, unlabelled=more)
    grams = model.ngram.scores(model.ngrams.transform(["reimbursement"]))[0]
    assert model.labels[int(grams.argmax())] == "refund"
    before = without.ngram.scores(without.ngrams.transform(["reimbursement"]))[0]
    assert grams[2] - grams[:2].max() > before[2] - before[:2].max()
    assert len(model.kernel.landmarks) == len(model.examples) == len(data.texts) + len(texts)


def test_only_messages_with_labels_are_held_out_and_what_is_out_of_scope_teaches_nothing() -> None:
    data, vectors = labelled(), LetterVectors()
    texts = ["refund for my yak", "weather with emu"]
    more = Unlabelled(texts, vectors.embed(texts))
    found = fit_and_check(data.texts, vectors.embed(data.texts), data.labels, "outside", unlabelled=more)
    assert sorted(row for fold in found.folds for row in fold.rows) == list(range(len(data.texts)))
    remembered = {row.tobytes() for row in found.model.kernel.landmarks}
    assert [row.tobytes() in remembered for row in more.vectors] == [True, False]


def test_a_stored_model_is_that_of_the_messages_without_labels_too(tmp_path: Path) -> None:
    vectors, data = LetterVectors(), labelled()
    more = data.with_unlabelled(["refund for my yak"])
    first = load_or_fit(more, vectors, tmp_path)
    fitted = vectors.calls
    assert np.array_equal(load_or_fit(more, vectors, tmp_path).kernel.weights, first.kernel.weights)
    assert vectors.calls == fitted
    other = load_or_fit(data, vectors, tmp_path)
    assert vectors.calls > fitted
    assert len(first.kernel.landmarks) == len(other.kernel.landmarks) + 1
    keep_model(other, data.with_unlabelled(["hello"]), vectors, tmp_path)
    assert len(load_or_fit(data.with_unlabelled(["hello"]), vectors, tmp_path).examples) == len(data.texts)
