"""Collections in BEIR's format: a corpus and queries as JSON lines (or .gz), judgements as a table.

Format: https://github.com/beir-cellar/beir/wiki/Load-your-custom-dataset
"""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO

Qrels = dict[str, dict[str, int]]
"""For each query id, the relevance of judged documents, above 0."""


class CollectionError(ValueError):
    """A file that is not in BEIR's format."""


@dataclass(frozen=True)
class CorpusDocument:
    """One document to find."""

    id: str
    title: str
    text: str

    @property
    def key(self) -> str:
        """What the index calls it: a collection's own ids may be addresses of any length."""
        return sha256(self.id.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def read_corpus(path: Path) -> list[CorpusDocument]:
    """Return the documents: ``_id``, ``title`` (may be missing) and ``text``, ``body`` or a list of ``sentences``.

    Raises ``CollectionError``.
    """
    documents = [
        CorpusDocument(_field(record, "_id", path), str(record.get("title") or ""), _text(record, path))
        for record in read_records(path)
    ]
    if not documents:
        raise CollectionError(f"{path} has no documents")
    return documents


def read_queries(path: Path) -> dict[str, str]:
    """Return the text of each query id. Raises ``CollectionError``."""
    return {_field(record, "_id", path): _field(record, "text", path) for record in read_records(path)}


def read_qrels(path: Path) -> Qrels:
    """Return the judgements of a tab-separated table with the header ``query-id corpus-id score``.

    Raises ``CollectionError``.
    """
    qrels: Qrels = {}
    with _open(path) as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t"), 1):
            if number == 1 or not row:
                continue
            try:
                query, document, score = row
                relevance = int(score)
            except ValueError as error:
                raise CollectionError(
                    f"{path}, line {number}: query-id, corpus-id and a whole score expected"
                ) from error
            if relevance > 0:
                qrels.setdefault(query, {})[document] = relevance
    if not qrels:
        raise CollectionError(f"{path} judges nothing as relevant")
    return qrels


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Return the objects of a JSON lines file. Raises ``CollectionError``."""
    with _open(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise CollectionError(f"{path}, line {number} is not JSON: {error.msg}") from error
            if not isinstance(record, dict):
                raise CollectionError(f"{path}, line {number} is not an object")
            yield record


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _field(record: Mapping[str, Any], name: str, path: Path) -> str:
    if record.get(name) is None:
        raise CollectionError(f"{path}: a record has no {name!r}: {str(record)[:80]}")
    return str(record[name])


def _text(record: Mapping[str, Any], path: Path) -> str:
    sentences = record.get("sentences")
    if isinstance(sentences, list):
        return " ".join(map(str, sentences))
    return _field(record, "body" if record.get("text") is None and "body" in record else "text", path)
