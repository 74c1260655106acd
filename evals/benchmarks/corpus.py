"""Corpora of any size for benchmarks, made by splitting real articles and varying their passages."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from activities.knowledge.access import partition
from activities.knowledge.preparation import embedded_text
from activities.models.embedding import MiniLmEmbedder
from activities.ports import IndexedChunk, Level
from evals.beir import CorpusDocument, read_records
from evals.retrieval import split
from evals.shared_data import shared_data

ARTICLES = "ms_office_support_kb/pages.jsonl.gz"
PASSAGES_EACH = 8
"""Passages of one document of a varied corpus, about what the articles have."""
KEPT = 0.7
"""Share of its own words that a varied passage keeps; the others come from another passage of the corpus."""
NOISE = 0.35
"""Length of the random part of a varied vector: its cosine to the real one is 0.9 to 0.95."""
Right = tuple[Level, str]


@dataclass(frozen=True)
class Corpus:
    """Passages with their vectors and rights; ``embedded`` of them are real ones, the others varied."""

    chunks: list[IndexedChunk]
    vectors: NDArray[np.float32]
    rights: list[Right]
    embedded: int

    @property
    def partitions(self) -> list[str]:
        """The partition of each chunk."""
        return [partition(*right) for right in self.rights]


def make_corpus(embedder: MiniLmEmbedder, size: int, embedded: int, rights: list[Right], seed: int = 7) -> Corpus:
    """Return ``size`` passages; the first ``embedded`` are passages of real articles with the model's own vectors.

    Each further one keeps most words of a real one, takes the rest from another, and has the mean of their vectors with
    noise: embedding 200,000 passages would take hours. Documents take the ``rights`` in turn.
    """
    base = real_passages(min(embedded, size))
    vectors = embedder.embed([embedded_text(each.title, each.heading, each.text) for each in base])
    dice = np.random.default_rng(seed)
    further = size - len(base)
    own, other = dice.integers(0, len(base), (2, further))
    texts = [mix(base[one].text, base[two].text, dice) for one, two in zip(own, other, strict=True)]
    mixed = KEPT * vectors[own] + (1 - KEPT) * vectors[other]
    noise = dice.standard_normal(mixed.shape, dtype=np.float32) * np.float32(NOISE / mixed.shape[1] ** 0.5)
    varied = mixed / np.linalg.norm(mixed, axis=1, keepdims=True) + noise
    all_vectors = np.concatenate([vectors, varied / np.linalg.norm(varied, axis=1, keepdims=True)])
    passages = [(each.title, each.heading, each.text) for each in base]
    passages += [(base[one].title, base[one].heading, text) for one, text in zip(own, texts, strict=True)]
    chunks = [
        IndexedChunk(f"d{number // PASSAGES_EACH}:1:{number % PASSAGES_EACH}", f"d{number // PASSAGES_EACH}", *passage)
        for number, passage in enumerate(passages)
    ]
    return Corpus(
        chunks,
        all_vectors.astype(np.float32),
        [rights[number // PASSAGES_EACH % len(rights)] for number in range(size)],
        len(base),
    )


def real_passages(count: int) -> list[IndexedChunk]:
    """Return passages of the real articles, in order, as the product splits them."""
    found: list[IndexedChunk] = []
    for page in read_records(shared_data(ARTICLES)):
        found += split(CorpusDocument(page["_id"], page["title"], page["body"]))
        if len(found) >= count:
            break
    return found[:count]


def passages_of(lines: Iterable[bytes]) -> list[str]:
    """Return what the model reads of articles, each a line of JSON."""
    pages = map(json.loads, lines)
    found = (chunk for page in pages for chunk in split(CorpusDocument(page["_id"], page["title"], page["body"])))
    return [embedded_text(chunk.title, chunk.heading, chunk.text) for chunk in found]


def mix(text: str, other: str, dice: np.random.Generator, *, lines: bool = False) -> str:
    """Return a text with a run of its words (or ``lines``) replaced by words of another, as they stand there."""
    separator = "\n" if lines else None
    words, foreign = text.split(separator), other.split(separator)
    start = int(dice.integers(0, len(words) + 1))
    length = int(len(words) * (1 - KEPT)) + 1
    return (separator or " ").join([*words[:start], *foreign[:length], *words[start + length :]])
