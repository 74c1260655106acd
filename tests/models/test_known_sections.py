"""Sections are found by the questions that they are known to answer."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from activities.models.asked import NONE_ASKED, Asked
from activities.models.known_sections import MOST, NEAR, KnownSections
from activities.models.product_names import ProductNames

ASKED = {
    ("Contact us", "Hours"): ["when are you open", "until what time do you answer"],
    ("Returns", "How to return an item"): ["return the hub", "return the device"],
    ("Returns", "Late returns"): ["return late"],
    ("Returns", "The rule"): ["may I return"],
}
NAMES = ProductNames({"device": [["pocket ssd", "ssd"], ["station two"]]})


class Words:
    """Vectors of words: a cosine is the share of words that two texts have in common."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), 997), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, sum(map(ord, word)) % 997] += 1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.maximum(lengths, 1e-9)


@pytest.fixture
def known(tmp_path: Path) -> KnownSections:
    return KnownSections(Words(), Asked(ASKED, NAMES), tmp_path)


def near(known: KnownSections, question: str) -> list[tuple[str, str]]:
    return [(each.title, each.heading) for each in known.near(question)]


def test_a_question_finds_the_section_that_answers_it(known: KnownSections) -> None:
    assert near(known, "when are you open") == [("Contact us", "Hours")]
    assert near(known, "is my data encrypted") == []
    assert near(known, "when are you open " * 6) == [], "a story is found by its own words"


@pytest.mark.parametrize("product", ["the Pocket SSD", "my station two", "an SSD", "Station Two"])
def test_a_product_is_like_any_other_device(known: KnownSections, product: str) -> None:
    assert near(known, f"return {product}")[0] == ("Returns", "How to return an item")


def test_the_nearest_come_first_and_few(known: KnownSections) -> None:
    found = known.near("may I return late")
    assert len(found) == MOST
    assert found[0].heading == "The rule"
    assert all(first.score >= second.score >= NEAR for first, second in pairwise(found))


def test_a_company_that_notes_no_questions_finds_none(tmp_path: Path) -> None:
    assert KnownSections(Words(), NONE_ASKED, tmp_path).near("when are you open") == []


def test_the_vectors_are_kept(known: KnownSections, tmp_path: Path) -> None:
    class Broken(Words):
        def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
            assert len(texts) < len(ASKED), "only the question is embedded"
            return super().embed(texts)

    Broken.__name__ = Words.__name__  # an embedder without a fingerprint is known by its name
    before = known.near("when are you open")
    assert KnownSections(Broken(), Asked(ASKED, NAMES), tmp_path).near("when are you open") == before
    for kept in tmp_path.rglob("*.npy"):
        kept.write_bytes(b"damaged")
    assert KnownSections(Words(), Asked(ASKED, NAMES), tmp_path).near("when are you open") == before
