"""Predicting in numpy gives what scikit-learn gives, and brings none of it into a process."""

import csv
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from scipy.special import expit, softmax
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.metrics.pairwise import rbf_kernel

from activities.grams import letter_grams, word_grams
from activities.guard.head import LETTER_BUCKETS, SCALE, TOKEN, WEIGHTS, WORD_BUCKETS, features, load_head
from activities.models.intent_fit import fit
from activities.models.intent_model import TextModel
from activities.models.kernel import WIDTH
from activities.models.part_fit import OPTIONS, as_matrix
from activities.settings import Settings
from evals.benchmarks.throughput import QUESTIONS

Floats = NDArray[np.float32]
ODD = [
    "",
    " ",
    "a",
    "I",
    "_x_",
    "\u00e9t\u00e9 \u00c9T\u00c9",
    "\u4f60\u597d",
    "\U0001f600!",
    "a\tb\n\u2028c",
    "<|im_start|>",
    "x" * 300,
    "refund refund refund",
]
TOLERANCE = 1e-6


def shipped_rows() -> list[tuple[str, str]]:
    with (Settings().company_dir / "intents.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["text"], row["label"]) for row in csv.DictReader(file)]


def shipped_examples() -> list[str]:
    lines = (WEIGHTS.parent / "examples.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def unit_vectors(count: int) -> Floats:
    vectors = np.random.default_rng(count).normal(size=(count, 384))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


class FixedEmbedder:
    """Any vectors do: the words are what is compared."""

    dimensions = 384

    def embed(self, texts: list[str]) -> Floats:
        return unit_vectors(len(texts))


@pytest.fixture(scope="module")
def model() -> TextModel:
    rows = shipped_rows()[::4]
    return fit([text for text, _ in rows], unit_vectors(len(rows)), [label for _, label in rows], "out_of_scope")


def test_a_prediction_is_that_of_scikit_learns_vectorizers_and_scipys_functions(model: TextModel) -> None:
    texts = [*(text for text, _ in shipped_rows()), *QUESTIONS, *ODD]
    vectors, arrays = unit_vectors(len(texts)), model.arrays()
    parts = []
    for name, options in OPTIONS.items():
        part = TfidfVectorizer(**options, vocabulary=str(arrays[f"{name}_terms"]).split("\n"))
        part.idf_ = arrays[f"{name}_idf"].astype(np.float64)
        parts.append(part.transform(texts))
    grams = hstack(parts).tocsr() @ model.ngram.weights.T + model.ngram.bias
    nearness = rbf_kernel(vectors, model.kernel.landmarks, gamma=WIDTH)
    scores = vectors @ model.embedding.weights.T + model.embedding.bias, nearness @ model.kernel.weights, grams
    near = model.nearness(vectors)
    signals = model.signals(scores, near, model.scales)
    found = TextModel.from_arrays(arrays).predict(texts, vectors)
    expected = softmax(sum(scale * part for scale, part in zip(model.scales, scores, strict=True)), axis=1)
    assert np.abs(found.probabilities - expected).max() < 10 * TOLERANCE
    outside = expit(signals @ model.scope_weights[:-1] + model.scope_weights[-1])
    # Log odds of probabilities near 1 in single precision.
    assert np.abs(found.out_of_scope - outside).max() < 100 * TOLERANCE


def test_the_screens_features_and_scores_are_those_of_the_hashing_vectorizer() -> None:
    texts = [*shipped_examples(), *(text for text, _ in shipped_rows()), *ODD]
    words = HashingVectorizer(
        n_features=WORD_BUCKETS, ngram_range=(1, 2), alternate_sign=False, token_pattern=TOKEN.pattern
    )
    letters = HashingVectorizer(n_features=LETTER_BUCKETS, ngram_range=(3, 5), alternate_sign=False, analyzer="char_wb")
    blocks = [csr_matrix(unit_vectors(len(texts))), words.transform(texts), letters.transform(texts)]
    expected = (hstack(blocks) * SCALE).tocsr()
    found = features(texts, FixedEmbedder())  # type: ignore[arg-type]
    assert abs(as_matrix(found) - expected).max() < TOLERANCE
    head = load_head()
    assert np.abs(head.logits(found) - (expected @ head.weights + head.bias)).max() < TOLERANCE


@given(st.text())
def test_any_text_is_cut_as_scikit_learn_cuts_it(text: str) -> None:
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).build_analyzer()
    words = TfidfVectorizer(**OPTIONS["word"]).build_analyzer()
    assert sorted(letter_grams(text, 3, 5)) == sorted(letters(text))
    assert sorted(word_grams(text, re.compile(OPTIONS["word"]["token_pattern"]), 2)) == sorted(words(text))


@pytest.mark.parametrize("module", ["workflows.worker", "api.main"])
def test_a_process_that_predicts_does_not_load_scikit_learn(module: str) -> None:
    look = f"import sys, {module}; print(*sorted({{'sklearn', 'scipy', 'onnx'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == ""
