"""How often a kept answer would be given to a question that asks something else.

The paraphrases of public FAQ threads stand for customers who ask one after the other, in a random order. Each question
looks among all that were asked before it, as the product does; what it finds is wrong when it is of another thread. The
product asks more before it gives an answer again (intent, language, and that every quoted passage was retrieved for the
new question too), so it errs less than this.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from activities.models.answer_cache import ALIKE_SCORE, alike
from evals.beir import CollectionError
from evals.embedding import evaluation_embedder
from evals.shared_data import shared_data

THRESHOLDS = (0.8, 0.84, 0.88, 0.9, 0.92, 0.94, 0.96)
SEED = 20_260


@dataclass(frozen=True)
class Asked:
    """A question and the thread that answers it."""

    text: str
    thread: str


def evaluate_answer_cache(queries: Path | None = None, seed: int = SEED) -> dict[str, Any]:
    """Ask the lines of ``queries`` (``text``, ``gold``; StackFAQ's without it) in a random order.

    Returns ``threshold``, ``hits``, ``wrong``, ``hit_share`` (of all questions), ``wrong_share`` (of the hits), ``n``,
    and ``thresholds``, a row with the same for each. Raises ``CollectionError`` and ``DataSetMissingError``.
    """
    asked = read_asked(queries or shared_data("stackfaq/queries.jsonl"))
    order = np.random.default_rng(seed).permutation(len(asked))
    asked = [asked[place] for place in order]
    vectors = evaluation_embedder().embed([each.text for each in asked])
    rows = [measured(asked, vectors, threshold) for threshold in sorted({*THRESHOLDS, ALIKE_SCORE})]
    chosen = next(row for row in rows if row["threshold"] == ALIKE_SCORE)
    return {**chosen, "n": len(asked), "thresholds": rows}


def read_asked(path: Path) -> list[Asked]:
    """Return the questions of a JSON lines file. Raises ``CollectionError``."""
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        asked = [Asked(str(each["text"]), str(each["gold"])) for each in lines]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CollectionError(f"{path} is no file of lines with text and gold: {error!r}") from error
    if len(asked) < 2:
        raise CollectionError(f"{path} has fewer than two questions")
    return asked


def measured(asked: Sequence[Asked], vectors: NDArray[np.float32], threshold: float) -> dict[str, float]:
    """Return the figures of one threshold for questions in the order in which they are asked."""
    hits = wrong = 0
    texts = [each.text for each in asked]
    for place in range(1, len(asked)):
        found = alike(texts[place], vectors[place], texts[:place], vectors[:place], threshold)
        hits += bool(found)
        wrong += bool(found) and asked[found[0]].thread != asked[place].thread
    return {
        "threshold": threshold,
        "hits": hits,
        "wrong": wrong,
        "hit_share": round(hits / len(asked), 4),
        "wrong_share": round(wrong / max(1, hits), 4),
    }
