"""The embedding model as shipped (int8, each text alone) against the same model plainly used, in one run."""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
import onnxruntime
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from tokenizers import Tokenizer

from activities.models.embedding import MAX_TOKENS, MiniLmEmbedder
from activities.models.minilm import ensure_model, find_model_folder
from activities.settings import Settings
from evals.beir import Qrels, read_corpus, read_qrels, read_queries
from evals.ranking import ndcg
from evals.shared_data import shared_data

PORTION = 256
"""Documents that each contestant embeds before it is the other's turn."""
PLAIN_BATCH = 32
"""sentence-transformers' default."""
Matrix = NDArray[np.float32]


class PlainEmbedder(Embeddings):
    """float32, batches as they come padded to their longest text, ONNX Runtime's default threads."""

    def __init__(self, cache_dir: Path) -> None:
        """Load the same weights."""
        self._tokenizer = Tokenizer.from_file(str(find_model_folder() / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._session = onnxruntime.InferenceSession(
            str(ensure_model(cache_dir, "float32")), providers=["CPUExecutionProvider"]
        )

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return unit vectors ``[len(texts), 384]``."""
        return np.concatenate(
            [self._run(texts[start : start + PLAIN_BATCH]) for start in range(0, len(texts), PLAIN_BATCH)]
        )

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector a text, for LangChain."""
        vectors: list[list[float]] = self.embed(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one text, for LangChain."""
        return self.embed_documents([text])[0]

    def _run(self, texts: Sequence[str]) -> Matrix:
        encodings = self._tokenizer.encode_batch(list(texts))
        inputs = {
            "input_ids": np.array([each.ids for each in encodings], np.int64),
            "attention_mask": np.array([each.attention_mask for each in encodings], np.int64),
        }
        vectors: Matrix = self._session.run(None, inputs)[0]
        return vectors


def run(documents: int | None = None) -> dict[str, float | int]:
    """Embed SciFact with both and compare documents a second and nDCG@10 of the vectors alone.

    ``documents`` takes that many only, for the speed; the quality is then of no use and left out. The targets: 1.6
    times the documents a second, and 0.01 nDCG@10 at most between them. Raises ``DataSetMissingError``.
    """
    corpus = read_corpus(shared_data("scifact/corpus.jsonl.gz"))[:documents]
    texts = [f"{document.title} {document.text}" for document in corpus]
    shipped, plain = MiniLmEmbedder(Settings().cache_dir), PlainEmbedder(Settings().cache_dir)
    ours, our_seconds, theirs, their_seconds = embed_in_turns(shipped, plain, texts)
    figures: dict[str, float | int] = {
        "documents": len(texts),
        "int8_docs_per_second": round(len(texts) / our_seconds, 1),
        "float32_docs_per_second": round(len(texts) / their_seconds, 1),
        "ratio": round(their_seconds / our_seconds, 2),
        "mean_cosine": round(float((ours * theirs).sum(axis=1).mean()), 4),
    }
    if documents is not None:
        return figures
    queries, qrels = (
        read_queries(shared_data("scifact/queries_test.jsonl")),
        read_qrels(shared_data("scifact/qrels_test.tsv")),
    )
    asked = {query: text for query, text in queries.items() if query in qrels}
    ids = [document.id for document in corpus]
    quality = {
        "int8": rank_quality(shipped.embed(list(asked.values())), ours, ids, list(asked), qrels),
        "float32": rank_quality(plain.embed(list(asked.values())), theirs, ids, list(asked), qrels),
    }
    return {
        **figures,
        **{f"{name}_ndcg@10": round(value, 4) for name, value in quality.items()},
        "ndcg@10_difference": round(quality["int8"] - quality["float32"], 4),
    }


def embed_in_turns(
    shipped: MiniLmEmbedder, plain: PlainEmbedder, texts: Sequence[str]
) -> tuple[Matrix, float, Matrix, float]:
    """Return the vectors and the seconds of each, in turns, so that a busy minute of the machine hits both."""
    parts: tuple[list[Matrix], list[Matrix]] = ([], [])
    seconds = [0.0, 0.0]
    shipped.embed(texts[:8])
    plain.embed(texts[:8])
    for start in range(0, len(texts), PORTION):
        for contestant, embed in enumerate((shipped.embed, plain.embed)):
            began = time.perf_counter()
            parts[contestant].append(embed(texts[start : start + PORTION]))
            seconds[contestant] += time.perf_counter() - began
    return np.concatenate(parts[0]), seconds[0], np.concatenate(parts[1]), seconds[1]


def rank_quality(queries: Matrix, documents: Matrix, ids: Sequence[str], asked: Sequence[str], qrels: Qrels) -> float:
    """Return the mean nDCG@10 of exact cosine ranking."""
    best = np.argsort(-(queries @ documents.T), axis=1)[:, :10]
    return fmean(ndcg([ids[row] for row in rows], qrels[query], 10) for query, rows in zip(asked, best, strict=True))
