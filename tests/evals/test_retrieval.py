"""``holdfast eval retrieval``: reads BEIR collections, refuses what is none, and measures what it says."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from activities.knowledge.fusion import Candidate
from activities.models.embedding import MiniLmEmbedder
from activities.settings import Settings
from evals import ranking
from evals.beir import CollectionError, read_corpus, read_qrels, read_queries
from evals.reranking import SentenceReranker
from evals.retrieval import compare_retrieval, evaluate_retrieval

KEYS = {
    "ndcg@10", "recall@5", "recall@10", "recall@100", "mrr@10", "hit@1", "hit@3",
    "docs_per_second", "query_p50_ms", "query_p95_ms", "n",
}  # fmt: skip
LONG = "https://help.example.com/" + "a/long/way/to/" * 12 + "refunds:1"
"""Longer than any id of our own may be."""
DOCUMENTS = [
    {"_id": LONG, "title": "Refunds", "text": "You get your money back within fourteen days."},
    {"_id": "d:2", "title": "Router", "text": "# Lights\n\nThe HF-2040-B blinks red when it has no signal."},
    {"_id": "d:3", "title": "Sharing a folder", "text": ""},
    {"_id": "d:4", "title": "", "text": " "},
]
QUERIES = [
    {"_id": "q1", "text": "reimbursement"},
    {"_id": "q2", "text": "hf-2040-b light"},
    {"_id": "q3", "text": "share a folder"},
    {"_id": "q4", "text": "nobody judged this"},
]
QRELS = f"query-id\tcorpus-id\tscore\nq1\t{LONG}\t1\nq1\td:2\t0\nq2\td:2\t1\nq3\td:3\t2\n"


def write_lines(path: Path, records: list[dict[str, Any]]) -> Path:
    text = "".join(json.dumps(record) + "\n" for record in records)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.fixture
def collection(tmp_path: Path) -> tuple[Path, Path, Path]:
    qrels = tmp_path / "qrels.tsv"
    qrels.write_text(QRELS, encoding="utf-8")
    corpus = write_lines(tmp_path / "corpus.jsonl.gz", DOCUMENTS)
    return corpus, write_lines(tmp_path / "queries.jsonl", QUERIES), qrels


@pytest.mark.parametrize("mode", ["hybrid", "dense"])
def test_a_collection_is_indexed_and_every_judged_query_measured(
    collection: tuple[Path, Path, Path], mode: Any
) -> None:
    figures = evaluate_retrieval(*collection, mode)
    assert figures.keys() == KEYS
    assert figures["n"] == 3
    assert figures["hit@1"] == figures["ndcg@10"] == figures["recall@100"] == 1
    assert figures["docs_per_second"] > 0


def test_words_alone_do_not_find_a_paraphrase(collection: tuple[Path, Path, Path]) -> None:
    assert evaluate_retrieval(*collection, "lexical")["hit@1"] == pytest.approx(2 / 3, abs=1e-4)


def test_judgements_of_other_queries_are_refused(collection: tuple[Path, Path, Path], tmp_path: Path) -> None:
    corpus, _, qrels = collection
    with pytest.raises(CollectionError, match="judges none"):
        evaluate_retrieval(corpus, write_lines(tmp_path / "other.jsonl", [{"_id": "x", "text": "y"}]), qrels)


@pytest.mark.parametrize(
    ("content", "problem"),
    [("{", "line 1 is not JSON"), ("[1]", "not an object"), ('{"title": "t"}', "no '_id'"), ("\n", "no documents")],
)
def test_a_corpus_in_another_format_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CollectionError, match=problem):
        read_corpus(path)


@pytest.mark.parametrize("content", ["h\nq1\td1\n", "h\nq1\td1\tgood\n", "query-id\tcorpus-id\tscore\nq\td\t0\n"])
def test_judgements_in_another_format_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "qrels.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CollectionError):
        read_qrels(path)


def test_sentences_are_joined_to_a_text(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "c.jsonl", [{"_id": 7, "sentences": ["One.", "Two."]}])
    assert [(each.id, each.title, each.text) for each in read_corpus(path)] == [("7", "", "One. Two.")]


def test_scifact_is_read_whole(shared_data: Callable[[str], Path]) -> None:
    assert len(read_corpus(shared_data("scifact/corpus.jsonl.gz"))) == 5183
    assert (
        read_queries(shared_data("scifact/queries_test.jsonl")).keys()
        >= read_qrels(shared_data("scifact/qrels_test.tsv")).keys()
    )


def test_measures_agree_with_the_textbook() -> None:
    """The worked example of Wikipedia's article on DCG: gains 3, 2, 3, 0, 1, 2, and an ideal with 3 and 2 more."""
    ranked = ["a", "b", "c", "d", "e", "f"]
    relevance = {"a": 3, "b": 2, "c": 3, "e": 1, "f": 2, "g": 3, "h": 2}
    assert ranking.ndcg(ranked, relevance, 6) == pytest.approx(0.785, abs=1e-3)
    assert ranking.recall(ranked, relevance, 5) == pytest.approx(4 / 7)
    assert ranking.reciprocal_rank(["x", "b"], relevance, 10) == 0.5
    assert ranking.reciprocal_rank(["x", "b"], relevance, 1) == 0
    assert (ranking.hit(["x", "b"], relevance, 1), ranking.hit(["x", "b"], relevance, 3)) == (0, 1)


def test_all_ways_are_measured_on_one_index(collection: tuple[Path, Path, Path]) -> None:
    table = compare_retrieval(*collection)
    ways = [f"{mode}{again}" for mode in ("hybrid", "dense", "lexical") for again in ("", " re-ranked")]
    assert [row["mode"] for row in table["rows"]] == ways
    assert all(row.keys() == KEYS | {"mode"} for row in table["rows"])


def test_the_best_sentence_decides_among_the_best_passages() -> None:
    texts = {"a:0": "The weather. Cats sleep. A refund takes ten days.", "b:0": "Dogs bark. Fish swim. Birds fly."}
    reranker = SentenceReranker(MiniLmEmbedder(Settings().cache_dir), texts)
    found = [Candidate("b:0", 0.4, 0.4, 0), Candidate("a:0", 0.39, 0.39, 0)]
    assert [each.chunk_id for each in reranker.rerank("how long does a refund take", found)] == ["a:0", "b:0"]
