"""Fits the text classifier with scikit-learn. Nothing else of a running system imports it: 108 MB and a second.

The parts are mixed by fixed weights, and the mix is sharpened by log loss on predictions for held-out texts
(temperature scaling, Guo et al., 2017). What is out of scope is learned by ``scope_fit``. The same predictions say
which labels are doubtful (``fit_and_check``). Texts without a label are given one by a first model, and teach a second
one with less weight (self-training: Scudder, 1965; Lee, Pseudo-Label, 2013).
"""

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from activities.models.intent_model import Floats, TextModel, Unlabelled, mixed, part_weights, softmax
from activities.models.part_fit import MOST_REMEMBERED, NO_GUESSES, Guesses, Material
from activities.models.scope_fit import HeldOut, Split, foreign_splits, with_scope

SHARPNESS = (0.05, 5.0)
"""Between these the mix is sharpened or blurred."""
MANY = 5_000
"""With more texts than this one held-out fifth calibrates as well as five folds, in a fifth of the time."""
FOLDS = 5
MOST_UNLABELLED = 5_000
"""Of more texts without a label a sample is taken."""
AT_ONCE = 2
"""Fits side by side, each in a thread of its own; one of 10,000 texts holds a kernel of 400 MB."""

Say = Callable[[int, int], None]
"""Called with the steps done and the steps in all."""


def _silent(done: int, steps: int) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Checked:
    """A fitted model, and what models that had not seen a text said of it."""

    model: TextModel
    folds: list[HeldOut]
    """Each text that is not alone with its label is held out in one of them."""

    def held_out_labels(self, labels: Sequence[str]) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
        """Return what each text is called by a model that has not seen it, and how surely: ``[n]`` each.

        ``labels`` are the given ones: a text that is alone with its label is called by it.
        """
        found, sureness = np.array(labels), np.zeros(len(labels), np.float32)
        for fold in self.folds:
            logits = mixed(fold.parts, self.model.scales)
            found[fold.rows] = np.array(fold.model.labels)[logits.argmax(axis=1)]
            sureness[fold.rows] = softmax(logits).max(axis=1)
        return found, sureness


def fit(
    texts: Sequence[str],
    vectors: Floats,
    labels: Sequence[str],
    oos_label: str = "",
    seed: int = 0,
    unlabelled: Unlabelled | None = None,
) -> TextModel:
    """Fit the parts on everything, and their sharpness on held-out predictions. ``vectors`` is ``[n, 384]``."""
    return _fit(texts, vectors, labels, oos_label, seed, unlabelled, _silent, every=False).model


def fit_and_check(
    texts: Sequence[str],
    vectors: Floats,
    labels: Sequence[str],
    oos_label: str = "",
    seed: int = 0,
    unlabelled: Unlabelled | None = None,
    say: Say = _silent,
) -> Checked:
    """Return the model that ``fit`` returns, and predictions for all texts by models that have not seen them.

    ``say`` is told the steps done and in all.
    """
    return _fit(texts, vectors, labels, oos_label, seed, unlabelled, say, every=True)


def fit_parts(texts: Sequence[str], vectors: Floats, labels: Sequence[str], oos_label: str = "") -> TextModel:
    """Fit the parts alone, mixed as they are before anything is learned of the mix: what a comparison needs."""
    with threadpool_limits(1):
        return Material.of(texts, vectors, labels, oos_label).learn(np.arange(len(labels)))


def _fit(
    texts: Sequence[str],
    vectors: Floats,
    labels: Sequence[str],
    oos_label: str,
    seed: int,
    unlabelled: Unlabelled | None,
    say: Say,
    *,
    every: bool,
) -> Checked:
    more = _sample(unlabelled, MOST_REMEMBERED - len(texts), seed)
    # The products are small: threads that wait for each other on a busy machine cost ten times what they save.
    with threadpool_limits(1), ThreadPoolExecutor(AT_ONCE) as threads:
        together = np.concatenate([vectors, more.vectors]) if len(more.texts) else vectors
        material = Material.of([*texts, *more.texts], together, labels, oos_label, seed)
        plan = _plan(material, every=every)
        steps = (len(plan.splits) + 1) * (2 if len(more.texts) else 1) + 1
        done = iter(range(2, steps + 1))
        say(1, steps)

        def tell() -> None:
            say(next(done), steps)

        first = _round(material, plan, [NO_GUESSES] * (len(plan.splits) + 1), threads, tell)
        if not len(more.texts):
            return Checked(first.model, first.folds)
        guesses = _guesses(material, first)
        second = _round(material, plan, guesses, threads, tell)
        return Checked(second.model, second.folds)


@dataclass(frozen=True)
class _Plan:
    """What is held out: in ``splits`` first what calibrates, then what is checked only, and last whole intents."""

    splits: list[Split]
    calibrating: int
    foreign: int


@dataclass(frozen=True)
class _Round:
    model: TextModel
    folds: list[HeldOut]
    foreign: list[HeldOut]


def _plan(material: Material, *, every: bool) -> _Plan:
    calibrating, unseen = _splits(material.truth, material.seed)
    foreign = foreign_splits(material.truth, material.oos_label, material.seed)
    return _Plan([*calibrating, *(unseen if every else []), *foreign], len(calibrating), len(foreign))


def _round(
    material: Material,
    plan: _Plan,
    guesses: Sequence[Guesses],
    threads: ThreadPoolExecutor,
    tell: Callable[[], None],
) -> _Round:
    """Fit on everything and on each split, with the guesses for everything first and then for each."""

    def hold_out(split: Split, guessed: Guesses) -> HeldOut:
        train, test = split
        part = material.learn(train, guessed)
        near = part.nearness(material.vectors[test])
        return HeldOut(part, material.parts(part, test), near, material.truth[test], test)

    whole = threads.submit(material.learn, np.arange(len(material.truth)), guesses[0])
    found: list[HeldOut] = []
    for each in threads.map(hold_out, plan.splits, guesses[1:]):
        found.append(each)
        tell()
    count = len(found) - plan.foreign
    known = found[: plan.calibrating]
    model = _with_scales(whole.result(), known, part_weights(list(material.truth)))
    model = with_scope(model, known, found[count:])
    tell()
    return _Round(model, found[:count], found[count:])


def _sample(unlabelled: Unlabelled | None, room: int, seed: int) -> Unlabelled:
    most = max(0, min(room, MOST_UNLABELLED))
    if unlabelled is None or len(unlabelled.texts) <= most:
        return unlabelled or Unlabelled([], np.zeros((0, 0), np.float32))
    chosen = np.sort(np.random.default_rng(seed).choice(len(unlabelled.texts), most, replace=False))
    return Unlabelled([unlabelled.texts[row] for row in chosen], unlabelled.vectors[chosen])


def _guesses(material: Material, first: _Round) -> list[Guesses]:
    """Let each model label what has no label, for its successor that learns from the same rows.

    So no label of a held-out text reaches the model that is asked about it. What the whole model takes for out of
    scope, or for an intent that is held out, teaches nothing.
    """
    rows, model = material.unlabelled(), first.model
    near = model.nearness(material.vectors[rows])
    found = model.predict_from(material.parts(model, rows), near)
    likeliest = np.array(model.labels)[found.probabilities.argmax(axis=1)]
    inside = likeliest != model.oos_label
    if len(model.scope_weights):
        inside &= found.out_of_scope < model.scope_threshold
    guesses = [Guesses(rows[inside], likeliest[inside])]
    for each in [*first.folds, *first.foreign]:
        names = np.array(each.model.labels)
        asked = inside & np.isin(likeliest, names)
        logits = mixed(material.parts(each.model, rows[asked]), each.model.scales)
        called = names[logits.argmax(axis=1)]
        kept = called != model.oos_label
        guesses.append(Guesses(rows[asked][kept], called[kept]))
    return guesses


def _with_scales(model: TextModel, folds: Sequence[HeldOut], weights: NDArray[np.float64]) -> TextModel:
    """One temperature for the mix: a weight fitted to each part has a better log loss, and is right less often."""
    parts = [np.concatenate([fold.parts[index] for fold in folds]) for index in range(len(weights))]
    truth = np.concatenate([fold.truth for fold in folds])
    targets = np.array([model.labels.index(str(each)) for each in truth])
    logits = mixed((parts[0], parts[1], parts[2]), weights)

    def loss(sharpness: float) -> float:
        return float(-log_softmax(sharpness * logits, axis=1)[np.arange(len(targets)), targets].mean())

    found = minimize_scalar(loss, bounds=SHARPNESS, method="bounded")
    return replace(model, scales=(float(found.x) * weights).astype(np.float32))


def _splits(labels: NDArray[Any], seed: int) -> tuple[list[Split], list[Split]]:
    """Return the folds that calibrate, and those that hold out the rest of the texts."""
    folds = _folds(labels, FOLDS, seed)
    if len(labels) <= MANY:
        return folds, []
    everything = np.arange(len(labels))
    tests = [np.concatenate([test for _, test in folds[start : start + 2]]) for start in range(1, len(folds), 2)]
    return folds[:1], [(np.setdiff1d(everything, test), test) for test in tests]


def _folds(labels: NDArray[Any], count: int, seed: int) -> list[Split]:
    """Stratified folds; texts that are alone with their label are always learned from. Raises ``ValueError``."""
    names, counts = np.unique(labels, return_counts=True)
    alone = np.isin(labels, names[counts == 1])
    rows = np.flatnonzero(~alone)
    if not len(rows):
        raise ValueError("every label has one text only: two at least are needed")
    splitter = StratifiedKFold(min(count, int(counts.max())), shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # It warns of labels with fewer texts than folds: they are in some folds only, which is right here.
        warnings.simplefilter("ignore", UserWarning)
        parts = list(splitter.split(rows, labels[rows]))
    return [(np.append(rows[train], np.flatnonzero(alone)), rows[test]) for train, test in parts]
