"""The search and embedding benchmarks run and report what they promise, on a small part of their data."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evals.benchmarks import embeddings, search
from evals.shared_data import DataSetMissingError
from evals.shared_data import shared_data as find


async def test_the_search_benchmark_compares_with_langchain(shared_data: Callable[[str], Path]) -> None:
    shared_data("ms_office_support_kb/pages.jsonl.gz")
    figures = await search.run(rounds=2, articles=12)
    contestants = ("holdfast_customer", "holdfast_agent", "chroma_filter", "bm25")
    assert all(figures[f"{name}_p95_ms"] >= figures[f"{name}_p50_ms"] > 0 for name in contestants)
    assert figures["chunks"] > 12
    assert {"ratio_to_chroma_filter", "ratio_to_bm25", "ratio_to_both_as_an_ensemble"} <= figures.keys()


def test_the_embedding_benchmark_compares_with_the_same_model_in_float32(shared_data: Callable[[str], Path]) -> None:
    shared_data("scifact/corpus.jsonl.gz")
    figures = embeddings.run(documents=12)
    assert figures["documents"] == 12
    assert figures["mean_cosine"] > 0.99
    assert figures["ratio"] == pytest.approx(
        figures["int8_docs_per_second"] / figures["float32_docs_per_second"], rel=0.1
    )


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
