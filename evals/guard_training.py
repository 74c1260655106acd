"""Train the learned half of the injection screen and cross-validate the whole: ``python -m evals.guard_training``.

Reads the shared public data sets (``HOLDFAST_SHARED_DATA`` or ``../shared/data``) and the shipped examples, prints
the figures of a 5-fold cross-validation, then fits on everything and writes ``activities/guard/head.npz``.
Ordinary messages are most of the training and set the threshold: at most 2 in 1,000 of those that the head
has not seen may be flagged.
"""

import csv
import gzip
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
from activities.models.part_fit import as_matrix
from activities.ports import Embedder
from evals.guard import default_cache, figures

Indices = NDArray[np.int64]

FALSE_ALARMS = 0.002
ORDINARY_WEIGHT = 0.15
"""Of an ordinary message against an attack or its benign twin: there are ten times as many."""
SHARE = 3_000
"""Most messages of each ordinary source; a third trains, a third sets the threshold, a third measures."""
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

    def everything(self, chosen: Indices) -> csr_matrix:
        """Return the features of texts and all their parts, for training on what is ordinary."""
        return self.rows[np.concatenate([np.arange(self.first[one], self.first[one + 1]) for one in chosen])]

    def logits(self, head: Head, chosen: Indices) -> NDArray[np.float64]:
        """Return for each chosen text the highest logit of its parts, as the screen takes it."""
        every = self.rows @ head.weights + head.bias
        bounds = [(self.first[one], self.first[one + 1]) for one in chosen]
        return np.array([(every[start:end] - injection.handicaps(end - start)).max() for start, end in bounds])


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
    """Return messages to a bank, an assistant, two shops and a forum, and passages of support articles, shuffled."""
    groups = json.loads((shared / "clinc150/data_train_val.json").read_text(encoding="utf-8"))
    sources = {
        "bank": [row["text"] for row in read_csv(shared / "banking77/train.csv")],
        "assistant": [row[0] for group in groups.values() for row in group],
        "shops": [next(iter(row.values())) for path in (shared / "hint3").glob("*.csv") for row in read_csv(path)],
        "forum": [row["text"] for row in read_lines(shared / "stackfaq/queries.jsonl")],
        "articles": load_passages(shared / "ms_office_support_kb/pages.jsonl.gz"),
    }
    order = np.random.default_rng(0)
    picked = [order.permutation(np.array(texts, object))[:SHARE] for texts in sources.values()]
    return list(order.permutation(np.concatenate(picked)))


def load_passages(path: Path) -> list[str]:
    """Return one passage of several sentences, 200 to 900 characters, from every article."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        bodies = [json.loads(line)["body"].replace("\\n", "\n") for line in file]
    order = np.random.default_rng(1)
    starts = [int(order.integers(0, max(1, len(body) - 900))) for body in bodies]
    return [body[start : start + int(order.integers(200, 900))] for body, start in zip(bodies, starts, strict=True)]


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file with a header."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def describe(texts: Sequence[str], embedder: Embedder) -> Texts:
    """Compute what the screen looks at in each text."""
    readings = [read(text) for text in texts]
    split = [injection.parts(one.text) for one in readings]
    first = np.concatenate([[0], np.cumsum([len(parts) for parts in split])])
    phrase = np.array([max(injection.phrase_scores(one).values(), default=0.0) for one in readings])
    return Texts(as_matrix(features([part for parts in split for part in parts], embedder)), first, phrase)


def fit(labelled: Texts, labels: Indices, chosen: Indices, ordinary: Texts, quiet: Indices, judged: Indices) -> Head:
    """Train on the ``chosen`` labelled and the ``quiet`` ordinary texts, set the threshold on the ``judged`` ones."""
    harmless = ordinary.everything(quiet)
    rows = vstack([labelled.wholes(chosen), harmless])
    truth = np.concatenate([labels[chosen], np.zeros(harmless.shape[0], int)])
    weights = np.concatenate([np.ones(len(chosen)), np.full(harmless.shape[0], ORDINARY_WEIGHT)])
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
