"""Known questions are embedded once; everything else goes to the embedder, in the order that was asked."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from activities.models.asked import Asked
from activities.models.asked_vectors import AskedVectors
from activities.models.product_names import ProductNames

ASKED = Asked(
    {("Contact us", "Hours"): ["when are you open"], ("Returns", "The rule"): ["send back my ssd"]},
    ProductNames({"device": [["ssd"]]}),
)
KNOWN = ["when are you open", "send back my ssd", "send back the device"]


class Lengths:
    """A text's vector is its length; what was asked for is noted."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.seen += texts
        return np.array([[len(text)] for text in texts], np.float32)


@pytest.mark.parametrize(
    ("texts", "others"),
    [(KNOWN, []), (["new"], ["new"]), (["new", KNOWN[2], "newer", KNOWN[0]], ["new", "newer"]), ([KNOWN[1]] * 2, [])],
)
def test_only_what_is_not_known_is_embedded(tmp_path: Path, texts: list[str], others: list[str]) -> None:
    AskedVectors(Lengths(), ASKED, tmp_path).known()
    embedder = Lengths()
    assert AskedVectors(embedder, ASKED, tmp_path).embed(texts).tolist() == [[len(text)] for text in texts]
    assert embedder.seen == others


def test_a_text_without_a_known_question_does_not_wait_for_them(tmp_path: Path) -> None:
    embedder = Lengths()
    AskedVectors(embedder, ASKED, tmp_path).embed(["new"])
    assert embedder.seen == ["new"]
