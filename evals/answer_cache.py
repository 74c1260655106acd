"""How often a kept answer would be given to a question that asks something else.

The paraphrases of public FAQ threads stand for customers who ask one after the other, in a random order. Each question
looks among all that were asked before it, as the product does; what it finds is wrong when it is of another thread.
The product gives an answer only when the search for the new question puts a document first that the answer quotes; here
the search is by meaning among the threads themselves, or among their names where there are no texts. It also asks for
the same intent and language, and that every quoted passage was retrieved anew, so it errs less than this.
"""

import json
from collections.abc import Sequence, Set
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
THREAD_CHARACTERS = 320


@dataclass(frozen=True)
class Asked:
    """A question and the thread that answers it."""

    text: str
    thread: str


def evaluate_answer_cache(queries: Path | None = None, seed: int = SEED) -> dict[str, Any]:
    """Ask the lines of ``queries`` (``text``, ``gold``; StackFAQ's without it) in a random order.

    Returns ``threshold``, ``hits``, ``wrong``, ``hit_share`` (of all questions), ``wrong_share`` (of the hits),
    ``alike`` and ``alike_wrong_share`` (the same by the questions alone, without the search), ``n``, and
    ``thresholds``, a row with the same for each. Raises ``CollectionError`` and ``DataSetMissingError``.
    """
    path = queries or shared_data("stackfaq/queries.jsonl")
    asked = read_asked(path)
    order = np.random.default_rng(seed).permutation(len(asked))
    asked = [asked[place] for place in order]
    embedder, documents = evaluation_embedder(), threads({each.thread for each in asked}, path.with_name("faqs.jsonl"))
    vectors = embedder.embed([each.text for each in asked])
    first = (vectors @ embedder.embed(documents).T).argmax(axis=1)
    rows = [measured(asked, vectors, first, threshold) for threshold in sorted({*THRESHOLDS, ALIKE_SCORE})]
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


def threads(names: Set[str], beside: Path) -> list[str]:
    """Return what the search looks in: question and answer of each thread in ``faqs.jsonl`` beside, else the names."""
    if not beside.exists():
        return [each.replace("_", " ") for each in sorted(names)]
    rows = [json.loads(line) for line in beside.read_text(encoding="utf-8").splitlines()]
    return [f"{each['question']}. {each['answers'][0]}"[:THREAD_CHARACTERS] for each in rows]


def measured(
    asked: Sequence[Asked], vectors: NDArray[np.float32], first: NDArray[np.int64], threshold: float
) -> dict[str, float]:
    """Return the figures of one threshold for questions in their order; ``first`` is what the search puts first."""
    near = hits = near_wrong = wrong = 0
    texts = [each.text for each in asked]
    for place in range(1, len(asked)):
        found = alike(texts[place], vectors[place], texts[:place], vectors[:place], threshold)
        near += bool(found)
        near_wrong += bool(found) and asked[found[0]].thread != asked[place].thread
        agreed = [each for each in found if first[each] == first[place]]
        hits += bool(agreed)
        wrong += bool(agreed) and asked[agreed[0]].thread != asked[place].thread
    return {
        "threshold": threshold,
        "hits": hits,
        "wrong": wrong,
        "hit_share": round(hits / len(asked), 4),
        "wrong_share": round(wrong / max(1, hits), 4),
        "alike": near,
        "alike_wrong_share": round(near_wrong / max(1, near), 4),
    }
