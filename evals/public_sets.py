"""Public sets in the formats of the suites: ``python -m evals.public_sets FOLDER`` writes those for retrieval there."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evals.beir import read_records
from evals.shared_data import shared_data

Collection = tuple[Path, Path, Path]
"""Corpus, queries, judgements."""


def write_stackfaq(folder: Path, public: Path) -> Collection:
    """Write the public FAQ threads: the question and its answers are the document, paraphrases the queries."""
    corpus = [
        {"_id": each["_id"], "title": each["question"], "text": "\n\n".join(each["answers"])}
        for each in _lines(public / "faqs.jsonl")
    ]
    queries = _lines(public / "queries.jsonl")
    return _written(folder, corpus, queries, [(each["_id"], each["gold"]) for each in queries])


def write_symptoms(folder: Path, public: Path) -> Collection:
    """Write the support articles, each without the words that are asked for it, and the questions that they are."""
    queries = _lines(public / "symptom_queries_dev.jsonl")
    cut = {each["gold"]: each["strip_span"] for each in queries}
    corpus = []
    for page in read_records(public / "pages.jsonl.gz"):
        start, end = cut.get(page["_id"], (0, 0))
        corpus.append({"_id": page["_id"], "title": page["title"], "text": page["body"][:start] + page["body"][end:]})
    return _written(folder, corpus, queries, [(each["_id"], each["gold"]) for each in queries])


def write_guard_cases(path: Path, questions: Iterable[str], public: Path) -> Path:
    """Write ordinary questions, and the prompts of llm-guard's own tests with what they expect."""
    rows = [{"text": each, "label": "benign"} for each in questions]
    rows += [
        {"text": each["prompt"], "label": "benign" if each["expected_valid"] else "attack"}
        for each in _lines(public / "prompt_injection.jsonl")
    ]
    _write(path, rows)
    return path


def _written(
    folder: Path, corpus: Iterable[Any], queries: Iterable[Any], judged: Iterable[tuple[str, str]]
) -> Collection:
    files = folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels.tsv"
    _write(files[0], corpus)
    _write(files[1], queries)
    lines = ["query-id\tcorpus-id\tscore", *(f"{query}\t{document}\t1" for query, document in judged)]
    files[2].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return files


def _write(path: Path, rows: Iterable[Any]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    for name, write, source in (
        ("stackfaq", write_stackfaq, "stackfaq"),
        ("symptoms", write_symptoms, "ms_office_support_kb"),
    ):
        target = Path(sys.argv[1], name)
        target.mkdir(parents=True, exist_ok=True)
        write(target, shared_data(source))
