from pathlib import Path

import numpy as np
import pytest

from activities.models.embedding import MiniLmEmbedder
from activities.settings import Settings
from evals.embedding import VARIABLE, RememberingEmbedder, evaluation_embedder

TEXTS = ["Where is my invoice?", "Reset my password", "Where is my invoice?"]


def test_remembered_vectors_are_those_that_were_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = MiniLmEmbedder(Settings().cache_dir).embed(TEXTS)
    first = RememberingEmbedder(Settings().cache_dir, tmp_path)
    computed = first.embed(TEXTS)
    monkeypatch.setattr(MiniLmEmbedder, "embed", None)
    again = RememberingEmbedder(Settings().cache_dir, tmp_path).embed(TEXTS)
    assert np.allclose(plain, computed, atol=1e-3)
    assert np.array_equal(computed, again)


def test_nothing_is_remembered_unless_a_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert type(evaluation_embedder()) is MiniLmEmbedder


def test_no_text_gives_no_vector(tmp_path: Path) -> None:
    assert RememberingEmbedder(Settings().cache_dir, tmp_path).embed([]).shape == (0, 384)
