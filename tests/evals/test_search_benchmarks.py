"""The search and embedding benchmarks run and report what they promise, on a small part of their data."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from activities.models.embedding import MiniLmEmbedder
from activities.settings import Settings
from evals.benchmarks import embeddings, scale, search
from evals.benchmarks.corpus import make_corpus
from evals.shared_data import DataSetMissingError
from evals.shared_data import shared_data as find


async def test_the_search_benchmark_compares_with_langchain(shared_data: Callable[[str], Path]) -> None:
    shared_data("ms_office_support_kb/pages.jsonl.gz")
    figures = await search.run(rounds=2, chunks=1_600, embedded=80)
    contestants = ("holdfast", "chroma_filter", "holdfast_words", "hidden_words", "absent_words", "bm25")
    assert all(figures[f"{name}_p95_ms"] >= figures[f"{name}_p50_ms"] > 0 for name in contestants)
    assert (figures["chunks"], figures["embedded"], figures["readable_share"]) == (1_600, 80, 0.1)
    assert figures["holdfast_recall"] == 1
    assert {"ratio_to_chroma_filter", "words_ratio_to_bm25", "hidden_to_absent"} <= figures.keys()


async def test_the_scale_benchmark_reports_each_size(shared_data: Callable[[str], Path]) -> None:
    shared_data("ms_office_support_kb/pages.jsonl.gz")
    rows = (await scale.run(sizes=(400, 800), embedded=80, rounds=2))["sizes"]
    assert [row["chunks"] for row in rows] == [400, 800]
    assert all(value > 0 for row in rows for value in row.values())


def test_varied_passages_differ_and_stay_near_a_real_one(shared_data: Callable[[str], Path]) -> None:
    shared_data("ms_office_support_kb/pages.jsonl.gz")
    corpus = make_corpus(MiniLmEmbedder(Settings().cache_dir), 400, 40, [("public", "d")])
    assert len({chunk.text for chunk in corpus.chunks}) > 390
    nearest = (corpus.vectors[40:] @ corpus.vectors[:40].T).max(axis=1)
    assert 0.75 < nearest.mean() < 0.98
    assert np.linalg.norm(corpus.vectors, axis=1) == pytest.approx(1, abs=1e-4)


def test_the_embedding_benchmark_compares_with_the_same_model_in_float32(shared_data: Callable[[str], Path]) -> None:
    shared_data("scifact/corpus.jsonl.gz")
    figures = embeddings.run(documents=12)
    assert figures["documents"] == 12
    assert figures["mean_cosine"] > 0.99
    assert all(figures[name] > 0 for name in ("ratio", "int8_docs_per_second", "float32_docs_per_second"))


def test_ranking_quality_is_that_of_the_exact_cosine_order() -> None:
    documents = np.eye(3, dtype=np.float32)
    queries = np.array([[0.9, 0.4, 0.1]], np.float32)
    ids = ["a", "b", "c"]
    assert embeddings.rank_quality(queries, documents, ids, ["q"], {"q": {"a": 1}}) == 1
    assert embeddings.rank_quality(queries, documents, ids, ["q"], {"q": {"b": 1}}) == pytest.approx(0.6309, abs=1e-4)


def test_a_missing_data_set_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_SHARED_DATA", str(tmp_path))
    with pytest.raises(DataSetMissingError, match="HOLDFAST_SHARED_DATA"):
        find("scifact/corpus.jsonl.gz")
