"""Train the learned half of the injection screen and cross-validate the whole: ``python -m evals.guard_training``.

Reads the shared public data sets (``HOLDFAST_SHARED_DATA`` or ``../shared/data``) and the shipped examples, prints
the figures of a 5-fold cross-validation, then fits on everything and writes ``activities/guard/head.npz``.
Ordinary messages are most of the training and set the threshold: at most 2 in 1,000 of those that the head
has not seen may be flagged.
"""

import csv
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from activities.guard import injection
from activities.guard.head import Head, features, save_head
from activities.guard.normalise import read
from activities.models.embedding import MiniLmEmbedder
from activities.ports import Embedder
from evals.guard import default_cache, figures

Indices = NDArray[np.int64]

FALSE_ALARMS = 0.002
ORDINARY_WEIGHT = 0.15
"""Of an ordinary message against an attack or its benign twin: there are ten times as many."""
SHARE = 3_000
"""Ordinary messages of each source in training, in setting the threshold, and in measuring."""
EXAMPLES = Path(injection.__file__).parent / "examples.jsonl"


@dataclass(frozen=True)
class Texts:
    """Features of the parts of texts: text ``i`` has rows ``first[i]`` to ``first[i + 1]``, the whole text first."""

    rows: csr_matrix
    first: NDArray[np.int64]
    phrase: NDArray[np.float64]
    """The score of the phrases in each text."""

    def wholes(self, chosen: Indices) -> csr_matrix:
        """Return the features of whole texts, for training."""
        return self.rows[self.first[chosen]]

    def logits(self, head: Head, chosen: Indices) -> NDArray[np.float64]:
        """Return for each chosen text the highest logit of its parts."""
        every = self.rows @ head.weights + head.bias
        return np.array([every[self.first[one] : self.first[one + 1]].max() for one in chosen])


def load_labelled(shared: Path) -> dict[str, list[tuple[str, bool]]]:
    """Return texts with whether they attack: the shipped examples and their benign twins, and the public sets."""
    deepset = read_lines(shared / "deepset_prompt_injections/train.jsonl")
    cases = read_lines(shared / "llm_guard_cases/prompt_injection.jsonl")
    return {
        "examples": [(row["text"], row["label"] == "attack") for row in read_lines(EXAMPLES)],
        "deepset": [(row["text"], row["label"] == 1) for row in deepset],
        "llm_guard": [(row["prompt"], not row["expected_valid"]) for row in cases],
    }


def load_ordinary(shared: Path) -> list[str]:
    """Return three times ``SHARE`` messages to a bank and as many to an assistant, alternating, shuffled."""
    with (shared / "banking77/train.csv").open(encoding="utf-8") as file:
        bank = [row["text"] for row in csv.DictReader(file)]
    groups = json.loads((shared / "clinc150/data_train_val.json").read_text(encoding="utf-8"))
    assistant = [row[0] for group in groups.values() for row in group]
    order = np.random.default_rng(0)
    picked = [order.permutation(np.array(source, object))[: 3 * SHARE] for source in (bank, assistant)]
    return [text for pair in zip(*picked, strict=True) for text in pair]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def describe(texts: Sequence[str], embedder: Embedder) -> Texts:
    """Compute what the screen looks at in each text, in every reading of it."""
    readings = [read(text) for text in texts]
    split = [[part for whole in (one.text, *one.hidden) for part in injection.parts(whole)] for one in readings]
    first = np.concatenate([[0], np.cumsum([len(parts) for parts in split])])
    phrase = np.array([max(injection.phrase_scores(one).values(), default=0.0) for one in readings])
    return Texts(features([part for parts in split for part in parts], embedder), first, phrase)


def fit(labelled: Texts, labels: Indices, chosen: Indices, ordinary: Texts, quiet: Indices, judged: Indices) -> Head:
    """Train on the ``chosen`` labelled and the ``quiet`` ordinary texts, set the threshold on the ``judged`` ones."""
    rows = vstack([labelled.wholes(chosen), ordinary.wholes(quiet)])
    truth = np.concatenate([labels[chosen], np.zeros(len(quiet), int)])
    weights = np.concatenate([np.ones(len(chosen)), np.full(len(quiet), ORDINARY_WEIGHT)])
    model = LogisticRegression(C=10, max_iter=2_000).fit(rows, truth, sample_weight=weights)
    head = Head(model.coef_[0].astype(np.float32), float(model.intercept_[0]))
    threshold = np.quantile(ordinary.logits(head, judged), 1 - FALSE_ALARMS)
    return Head(head.weights, head.bias - float(threshold))


def flag(texts: Texts, head: Head, chosen: Indices) -> NDArray[np.bool_]:
    """Return whether the screen flags each chosen text."""
    return (texts.logits(head, chosen) >= 0) | (texts.phrase[chosen] >= injection.THRESHOLD)


def cross_validate(labelled: Texts, labels: Indices, ordinary: Texts) -> tuple[NDArray[np.bool_], float]:
    """Return the flags of labelled texts by heads that have not seen them, and the share of ordinary ones flagged."""
    third = len(ordinary.phrase) // 3
    quiet, judged, unseen = (np.arange(start, start + third) for start in (0, third, 2 * third))
    flags, alarms = np.zeros(len(labels), bool), []
    for seen, held_out in StratifiedKFold(5, shuffle=True, random_state=0).split(labels, labels):
        head = fit(labelled, labels, seen, ordinary, quiet, judged)
        flags[held_out] = flag(labelled, head, held_out)
        alarms.append(float(flag(ordinary, head, unseen).mean()))
    return flags, float(np.mean(alarms))


def main() -> None:
    """Cross-validate, print, train on everything, write the weights."""
    shared = Path(os.environ.get("HOLDFAST_SHARED_DATA") or "../shared/data")
    embedder = MiniLmEmbedder(default_cache())
    groups = load_labelled(shared)
    texts = [text for rows in groups.values() for text, _ in rows]
    labels = np.array([int(attack) for rows in groups.values() for _, attack in rows])
    source = np.array([name for name, rows in groups.items() for _ in rows])
    labelled, ordinary = describe(texts, embedder), describe(load_ordinary(shared), embedder)
    flags, alarms = cross_validate(labelled, labels, ordinary)
    for name in groups:
        mine = source == name
        print(name, json.dumps(figures((labels[mine] == 1).tolist(), flags[mine].tolist())))
    print("ordinary messages flagged:", round(alarms, 5))
    third = len(ordinary.phrase) // 3
    everything = np.arange(len(labels))
    save_head(fit(labelled, labels, everything, ordinary, np.arange(2 * third), np.arange(2 * third, 3 * third)))


if __name__ == "__main__":
    main()
