"""Sentence embeddings by all-MiniLM-L6-v2 in ONNX Runtime: 384 floats of length 1 for each text."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from tokenizers import Tokenizer

from activities.models.minilm import WIDTH, Precision, ensure_model, find_model_folder, model_address

FEW = 2
"""Texts that are remembered: a question, and the same without the names of products."""
REMEMBERED = 256
"""Questions whose vectors are remembered."""
MAX_TOKENS = 256
"""Longer texts are cut here, as the model was trained (``sentence_bert_config.json``)."""
SMALL_TOKENS = 128
"""A longer text leaves memory in ONNX Runtime's arena, which its last run gives back."""


class MiniLmEmbedder(Embeddings):
    """The embedding model; safe to share between threads, and also LangChain's ``Embeddings``."""

    dimensions = WIDTH

    def __init__(self, cache_dir: Path, threads: int = 2, precision: Precision = "int8") -> None:
        """Load the model, building it into ``cache_dir`` at the first use (some seconds).

        ``threads`` bounds the texts that run at the same time. Raises ``ModelFilesError``.
        """
        self.fingerprint = model_address(precision)
        self._tokenizer = Tokenizer.from_file(str(find_model_folder() / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._session = onnxruntime.InferenceSession(
            str(ensure_model(cache_dir, precision)), session_options(), providers=["CPUExecutionProvider"]
        )
        self._tidy = onnxruntime.RunOptions()
        self._tidy.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embed")
        self._one = lru_cache(REMEMBERED)(lambda text: self._embed([text]))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors ``[len(texts), 384]`` in the order of the texts; blocks, about 1.3 ms for a question.

        A vector depends on its text alone. In 8 bits the activations of a run share one scale, so each text has a run
        of its own: beside others the same sentence had cosines down to 0.98 with itself. One text or a few are
        remembered for a while: the steps of a turn ask for the same question one after the other.
        """
        return np.concatenate([self._one(text) for text in texts]) if 0 < len(texts) <= FEW else self._embed(texts)

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        vectors = np.empty((len(tokens), WIDTH), np.float32)
        order = sorted(range(len(tokens)), key=lambda row: len(tokens[row]))
        run = map if len(order) == 1 else self._pool.map
        outputs = run(lambda row: self._run(tokens[row], last=row == order[-1]), order)
        for row, output in zip(order, outputs, strict=True):
            vectors[row] = output
        return vectors

    def is_word(self, word: str) -> bool:
        """Say whether a word in lower case is in the model's own vocabulary of 30,000: a common one, spelt right."""
        return self._tokenizer.token_to_id(word) is not None

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector a text, for LangChain."""
        vectors: list[list[float]] = self.embed(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one text, for LangChain."""
        return self.embed_documents([text])[0]

    def _run(self, ids: Sequence[int], *, last: bool) -> NDArray[np.float32]:
        tokens = np.array([ids], np.int64)
        options = self._tidy if last and len(ids) > SMALL_TOKENS else None
        inputs = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        output: NDArray[np.float32] = self._session.run(None, inputs, options)[0][0]
        return output


def session_options() -> onnxruntime.SessionOptions:
    """Return options that run each text on one thread.

    Texts are the unit of parallelism: inside one, ONNX Runtime's threads spin while they wait, and a question
    would cost 7.6 ms of processor time instead of 1.4.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return options
