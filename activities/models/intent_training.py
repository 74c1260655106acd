"""A company's own messages for the intents: what is wrong with them, and whether they make a worse classifier."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from activities.models.intent_fit import Checked, fit_parts
from activities.models.intent_model import TextModel, Unlabelled
from activities.models.model_store import Labelled, TrainingDataError, Vectors

THIN = 25
"""Messages an intent needs to be told from the others reliably."""
SUSPICIOUS_SCORE = 0.7
"""A label is suspicious when models that have not seen the message are this sure of another one."""
SHARE = 5
"""One message of so many of each label is held out."""
NOISE = 1.64
"""Standard errors: a loss this large happens by chance in one of twenty comparisons of equal models."""


@dataclass(frozen=True)
class Suspicion:
    """A message whose label other messages speak against."""

    text: str
    label: str
    likelier: str
    score: float


@dataclass(frozen=True)
class Findings:
    """What cross-validation says of labelled messages; ``accuracy`` is over all of them."""

    accuracy: float
    counts: dict[str, int]
    thin: list[str]
    confusions: list[tuple[str, str, int]]
    suspicious: list[Suspicion]


@dataclass(frozen=True)
class Comparison:
    """A candidate and the model in use on messages that neither has seen: ``n``, and of them the risky ones."""

    n: int
    candidate: float
    in_use: float
    risky_n: int
    candidate_risky: float
    in_use_risky: float
    worse: bool


class Remembered:
    """An embedder that knows the vectors ``[n, 384]`` of some texts already."""

    def __init__(self, embedder: Vectors, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        self._embedder = embedder
        self._known = dict(zip(texts, vectors, strict=True))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row a text; what is new is embedded and remembered."""
        if new := list(dict.fromkeys(text for text in texts if text not in self._known)):
            self._known |= zip(new, self._embedder.embed(new), strict=True)
        return np.stack([self._known[text] for text in texts])


def check_labels(data: Labelled, known: Collection[str]) -> None:
    """Raise ``TrainingDataError`` for labels that are no intents, and for texts that have two labels."""
    if strange := sorted(set(data.labels) - set(known)):
        raise TrainingDataError(f"not in intents.json: {', '.join(strange)}; add them there or correct the labels")
    labels: dict[str, str] = {}
    for text, label in zip(data.texts, data.labels, strict=True):
        if labels.setdefault(text.casefold(), label) != label:
            raise TrainingDataError(f"{text!r} is labelled both {labels[text.casefold()]} and {label}")
        if not text:
            raise TrainingDataError(f"a message of {label} is empty")
    if alone := sorted(label for label, count in Counter(data.labels).items() if count == 1):
        raise TrainingDataError(f"one message alone teaches nothing: {', '.join(alone)}")


def findings(data: Labelled, labels: NDArray[np.str_], scores: NDArray[np.float32]) -> Findings:
    """Compare labels with what models that have not seen the messages say: ``labels`` and how sure, each ``[n]``."""
    rows = list(zip(data.texts, data.labels, map(str, labels), map(float, scores), strict=True))
    wrong = [row for row in rows if row[1] != row[2]]
    counts = Counter(data.labels)
    return Findings(
        accuracy=1 - len(wrong) / len(rows),
        counts=dict(counts),
        thin=sorted(label for label, count in counts.items() if count < THIN),
        confusions=[
            (*pair, count) for pair, count in Counter((label, found) for _, label, found, _ in wrong).most_common()
        ],
        suspicious=sorted(
            (Suspicion(*row) for row in wrong if row[3] >= SUSPICIOUS_SCORE), key=lambda each: -each.score
        ),
    )


def compare(
    checked: Checked, candidate: Labelled, in_use: Labelled, embedder: Vectors, risky: Collection[str]
) -> Comparison:
    """Ask what was fitted without a fifth of the candidate's messages, and the messages in use without these.

    Both are asked this fifth and a fifth of the messages that are in use only, and mixed alike. The candidate is worse
    when it loses more than chance explains (McNemar's test), over all or over the risky ones.
    """
    fold = checked.folds[0]
    seen = set(candidate.texts).difference(candidate.texts[row] for row in fold.rows)
    # A text in both keeps the label it had: a file of wrong labels must not be its own judge.
    labels = dict(zip(candidate.texts + in_use.texts, candidate.labels + in_use.labels, strict=True))
    texts = [text for text in dict.fromkeys(candidate.texts[row] for row in fold.rows) if text not in seen]
    asked = Labelled(texts, [labels[text] for text in texts])
    others = _without(in_use, set(candidate.texts))
    asked += held_out_part(others)
    first = _right(fold.model, asked, embedder)
    rest = _without(in_use, set(asked.texts))
    model = _fitted(rest, embedder, checked.model.oos_label)
    second = _right(model, asked, embedder)
    grave = np.isin(asked.labels, list(risky))
    return Comparison(
        n=len(asked.texts),
        candidate=float(first.mean()),
        in_use=float(second.mean()),
        risky_n=int(grave.sum()),
        candidate_risky=float(first[grave].mean()) if grave.any() else 1.0,
        in_use_risky=float(second[grave].mean()) if grave.any() else 1.0,
        worse=_loses(first, second) or _loses(first[grave], second[grave]),
    )


def held_out_part(data: Labelled) -> Labelled:
    """Return every fifth message of each label in a random but fixed order, each text once with its first label."""
    labels = dict(reversed(list(zip(data.texts, data.labels, strict=True))))
    texts = [str(each) for each in np.random.default_rng(0).permutation(sorted(labels))]
    members = {label: [text for text in texts if labels[text] == label] for label in sorted(set(labels.values()))}
    chosen = [(text, label) for label, own in members.items() for text in own[: len(own) // SHARE]]
    return Labelled([text for text, _ in chosen], [label for _, label in chosen])


def _without(data: Labelled, hidden: Collection[str]) -> Labelled:
    kept = [(text, label) for text, label in zip(data.texts, data.labels, strict=True) if text not in hidden]
    return Labelled([text for text, _ in kept], [label for _, label in kept], data.unlabelled)


def _fitted(data: Labelled, embedder: Vectors, oos_label: str) -> TextModel:
    """Fit what a comparison needs; learning from unlabelled messages takes a whole model."""
    vectors = embedder.embed(data.texts)
    if not data.unlabelled:
        return fit_parts(data.texts, vectors, data.labels, oos_label)
    unlabelled = Unlabelled(data.unlabelled, embedder.embed(data.unlabelled))
    return TextModel.fit(data.texts, vectors, data.labels, oos_label, unlabelled=unlabelled)


def _right(model: TextModel, asked: Labelled, embedder: Vectors) -> NDArray[np.bool_]:
    found = model.predict(asked.texts, embedder.embed(asked.texts)).probabilities.argmax(axis=1)
    right: NDArray[np.bool_] = np.array(model.labels)[found] == np.array(asked.labels)
    return right


def _loses(candidate: NDArray[np.bool_], in_use: NDArray[np.bool_]) -> bool:
    lost, won = int((~candidate & in_use).sum()), int((candidate & ~in_use).sum())
    return bool(lost - won > NOISE * np.sqrt(lost + won))
