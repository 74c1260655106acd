"""The embedding model: the right vectors, in the right order, from files that are what they claim."""

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.models import minilm
from activities.models.embedding import MiniLmEmbedder
from activities.models.minilm import ModelFilesError, ensure_model, is_intact
from activities.settings import Settings

CACHE = Settings().cache_dir
TEXTS = [
    "How do I reset my password?",
    "I forgot my password and cannot log in.",
    "",
    "Invoices are sent on the first day of each month. " * 40,
    "The courier lost my parcel.",
]


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    return MiniLmEmbedder(CACHE)


@pytest.fixture(scope="module")
def exact() -> MiniLmEmbedder:
    return MiniLmEmbedder(CACHE, precision="float32")


def test_every_text_gets_a_unit_vector_even_an_empty_one(embedder: MiniLmEmbedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (5, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_vectors(embedder: MiniLmEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


@given(st.lists(st.text(max_size=400), min_size=1, max_size=6), st.randoms())
@settings(max_examples=25, deadline=None)
def test_a_vector_depends_on_its_text_alone(embedder: MiniLmEmbedder, texts: list[str], random: Random) -> None:
    mixed = random.sample([*texts, *TEXTS], len(texts) + len(TEXTS))
    among = dict(zip(mixed, embedder.embed(mixed), strict=True))
    for text in texts:
        assert np.array_equal(embedder.embed([text])[0], among[text])


def test_int8_stays_close_to_float32(embedder: MiniLmEmbedder, exact: MiniLmEmbedder) -> None:
    cosines = (embedder.embed(TEXTS) * exact.embed(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.97


def test_meaning_decides_nearness(embedder: MiniLmEmbedder) -> None:
    question, paraphrase, *_, unrelated = embedder.embed(TEXTS)
    assert question @ paraphrase > question @ unrelated + 0.3


def test_float32_reproduces_the_published_model(exact: MiniLmEmbedder) -> None:
    """First components for the model card's example sentences, as sentence-transformers computes them."""
    first, second = exact.embed(["This is an example sentence", "Each sentence is converted"])
    assert first[:3] == pytest.approx([0.0676569, 0.0634959, 0.0487131], abs=1e-5)
    assert second[:3] == pytest.approx([0.0864386, 0.1027626, 0.0053946], abs=1e-5)


def test_langchain_sees_the_same_vectors(embedder: MiniLmEmbedder) -> None:
    assert embedder.embed_query("hello") == pytest.approx(embedder.embed(["hello"])[0].tolist())
    assert len(embedder.embed_documents(["a", "b"])) == 2


def test_models_of_different_precision_have_different_fingerprints(
    embedder: MiniLmEmbedder, exact: MiniLmEmbedder
) -> None:
    assert embedder.fingerprint != exact.fingerprint


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(ModelFilesError, match="not the published file"):
        ensure_model(tmp_path / "cache", "int8", source=tmp_path)


def test_missing_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFilesError, match="missing"):
        ensure_model(tmp_path / "cache", "int8", source=tmp_path)


def small_builder(builds: list[Path]) -> object:
    def write_small_model(target: Path, weights: Path, precision: minilm.Precision) -> None:
        builds.append(target)
        target.write_bytes(b"model of " + weights.read_bytes())

    return write_small_model


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    monkeypatch.setattr(minilm, "WEIGHTS_SHA256", hashlib.sha256(b"weights").hexdigest())
    return tmp_path


def test_callers_at_the_same_time_build_once(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builds: list[Path] = []
    monkeypatch.setattr(minilm, "write_model", small_builder(builds))
    with ThreadPoolExecutor(8) as pool:
        models = set(pool.map(lambda _: ensure_model(source / "cache", "int8", source), range(8)))
    assert len(builds) == 1
    assert [model.read_bytes() for model in models] == [b"model of weights"]


def test_a_damaged_model_is_built_again(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builds: list[Path] = []
    monkeypatch.setattr(minilm, "write_model", small_builder(builds))
    model = ensure_model(source / "cache", "int8", source)
    model.write_bytes(b"half a mod")
    assert not is_intact(model)
    assert ensure_model(source / "cache", "int8", source).read_bytes() == b"model of weights"
    assert len(builds) == 2


def test_an_interrupted_build_leaves_no_model(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out_of_disk(target: Path, weights: Path, precision: minilm.Precision) -> None:
        shutil.copy(weights, target)
        raise OSError("No space left on device")

    monkeypatch.setattr(minilm, "write_model", run_out_of_disk)
    with pytest.raises(OSError, match="No space"):
        ensure_model(source / "cache", "int8", source)
    assert not list((source / "cache").rglob("model.onnx"))
