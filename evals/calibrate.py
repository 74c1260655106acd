"""Fits the constants of unit ranking, support and confidence: ``python -m evals.calibrate``.

Questions: ``datasets/calibration.jsonl`` over the sample company (answerable ones name their sources and ``any_of``
the words that a right answer has; the others the documents do not answer), with, where ``HOLDFAST_SHARED_DATA`` or
``../shared/data`` has them, the titles of the help pages of login.gov asked of those pages (right when the page is
cited) and titles of Microsoft Office articles asked of both (nothing answers). The golden set is never read.

Everything is fitted in five folds over questions: each figure that is printed comes from questions whose fold the
weights have not seen. The constants printed last are fitted on all.
"""

import asyncio
import gzip
import json
import os
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold

from activities.guard.output import OutputCheck
from activities.guard.personal_data import PersonalData
from activities.guided_search import GuidedSearch
from activities.models import support as support_module
from activities.models import unit_ranking
from activities.models.classifier import IntentClassifier
from activities.models.composition import compose
from activities.models.embedded import READ_PASSAGES, EmbeddedEngine, as_draft
from activities.models.embedding import MiniLmEmbedder
from activities.models.fit import fits
from activities.models.support import FLOOR, support_signals
from activities.models.unit_ranking import Question, Ranked
from activities.nodes import passage_reference
from activities.ports import Passage, Principal
from activities.settings import Settings
from evals.company import Indexed, Upload, company_uploads, indexed
from evals.embedding import evaluation_embedder
from evals.weights import Choice, Signals, Weights, fit_choices
from graphs import confidence as confidence_module
from graphs.policy import AUTO_SCORE
from graphs.state import Classification, Exchange

DATASET = Path(__file__).parent / "datasets" / "calibration.jsonl"
FOLDS = 5
ANSWERABLE_SHARE = 0.8
"""Of the questions that customers ask a support desk, by assumption. The sets here hold more that nothing answers, to
learn what those look like, so each is weighted to make up this share: without it the scores would be too timid."""
OFFICE_QUESTIONS = 40
CUSTOMER = Principal("calibration", "customer")


@dataclass(frozen=True)
class Asked:
    """A question, what makes an answer right, and what the parts before the engine say of it."""

    text: str
    sources: frozenset[str]
    any_of: tuple[str, ...]
    classification: Classification
    passages: list[Passage]
    origins: dict[str, str]
    """Document id -> source."""
    ranked: tuple[Question, list[Ranked]]

    def right(self, text: str, documents: Iterable[str]) -> bool:
        """Return whether an answer that cites these documents is right; never for a question without sources."""
        cites = bool(self.sources & {self.origins[each] for each in documents})
        return cites and (not self.any_of or any(_bare(each) in _bare(text) for each in self.any_of))


async def gather(embedder: MiniLmEmbedder) -> list[Asked]:
    """Ask all questions of their knowledge and keep what came back."""
    settings = Settings()
    company = settings.company_dir
    classifier = IntentClassifier(
        embedder, company / "intents.csv", company / "intents.json", settings.cache_dir, settings.refund_limit
    )
    rows = [json.loads(line) for line in DATASET.read_text(encoding="utf-8").splitlines()]
    own = [
        (row["question"], frozenset(row["sources"]), tuple(row["any_of"]), tuple(row.get("history", ())))
        for row in rows
    ]
    office, pages = _office_titles(), _login_pages()
    async with indexed(company_uploads(company), embedder) as knowledge:
        found = await _ask(knowledge, classifier, [*own, *((title, frozenset(), (), ()) for title in office)])
    if pages:
        titled = [(title, frozenset({source}), (), ()) for source, title, _ in pages]
        uploads = [Upload(source, body.encode(), title, "support", "public") for source, title, body in pages]
        async with indexed(uploads, embedder) as knowledge:
            strange = [(title, frozenset[str](), (), ()) for title in office]
            found += await _ask(knowledge, classifier, [*titled, *strange])
    return found


async def _ask(knowledge: Indexed, classifier: IntentClassifier, questions: Sequence[Any]) -> list[Asked]:
    engine = EmbeddedEngine(classifier.sections.vectors, classifier, classifier.sections.asked)
    search = GuidedSearch(knowledge.search, classifier.sections)
    scope, found = knowledge.scope(CUSTOMER), []
    for text, sources, any_of, earlier in questions:
        classification = await classifier.classify(text, await _history(classifier, earlier))
        asked = classification["question"]
        passages = (await search.search(asked, scope, k=READ_PASSAGES)).passages
        ranked = engine.rank(asked, passages)
        found.append(Asked(text, sources, any_of, classification, passages, knowledge.sources, ranked))
    return found


async def _history(classifier: IntentClassifier, earlier: Sequence[Mapping[str, str]]) -> list[Exchange]:
    """The exchanges of a conversation, each with the intent that its message has."""
    found: list[Exchange] = []
    for each in earlier:
        read = await classifier.classify(each["message"], found)
        found.append(
            Exchange(message=each["message"], answer=each["answer"], intent=read["intent"], topic=each["topic"])
        )
    return found


def fit_units(asked: Sequence[Asked]) -> Weights:
    """Fit which candidate of a question is right, on questions that say what a right answer must have."""
    return fit_choices([_choice(one) for one in asked if one.any_of])


def _choice(one: Asked) -> Choice:
    ranked = one.ranked[1]
    right = [one.right(each.candidate.unit.text, [each.candidate.passage.document_id]) for each in ranked]
    return Choice(np.array([each.signals for each in ranked], np.float64), np.array(right, np.bool_))


@dataclass(frozen=True)
class Answered:
    """An answer with its signals and whether it is right."""

    asked: Asked
    text: str
    citations: list[Any]
    signals: NDArray[np.float32]
    right: bool


def answer(asked: Asked, units: Weights) -> Answered | None:
    """Answer with these weights; nothing without passages."""
    question, ranked = asked.ranked
    scored = [Ranked(each.candidate, units.score(each.signals), each.signals) for each in ranked]
    scored.sort(key=lambda each: -each.score)
    made = compose(question, scored)
    if not made.pieces:
        return None
    signals = support_signals(question, made, scored, asked.passages, fits(question, made))
    right = asked.right(made.text, [each["document_id"] for each in made.citations])
    return Answered(asked, made.text, made.citations, signals, right)


async def turn_signals(answered: Answered, score: float, check: OutputCheck) -> tuple[float, ...]:
    """Return the signals of the confidence for an answer with this support score."""
    draft = as_draft(answered.text, answered.citations, score)
    checked = await check.check(draft, answered.asked.passages)
    references = [passage_reference(each) for each in answered.asked.passages]
    return confidence_module.signals(answered.asked.classification, references, draft, checked)


async def calibrate() -> None:
    """Fit everything and print figures and constants."""
    embedder = evaluation_embedder()
    asked = await gather(embedder)
    check = OutputCheck(embedder, PersonalData().redact)
    answers = [each for each in _out_of_fold(asked) if each]
    shares = _shares([bool(each.asked.sources) for each in answers])
    scores = _cross_scores([each.signals for each in answers], [each.right for each in answers], shares)
    turns = [await turn_signals(each, score, check) for each, score in zip(answers, scores, strict=True)]
    labels = [each.right for each in answers]
    final = _cross_scores(turns, labels, shares)
    answerable = sum(bool(each.sources) for each in asked)
    found = sum(bool(each.sources & {each.origins[one.document_id] for one in each.passages}) for each in asked)
    print(f"{len(asked)} questions, {answerable} answerable, {found} found, {sum(labels)} answered rightly")
    _print_bands("support", scores, labels, shares)
    _print_bands("confidence", final, labels, shares)
    _print_sharpness(final, labels, shares)
    units = fit_units(asked)
    everything = [each for each in (answer(one, units) for one in asked) if each]
    support = Weights.fit([each.signals for each in everything], [each.right for each in everything], shares)
    _print_weights(unit_ranking, units)
    _print_weights(support_module, support)
    _print_weights(confidence_module, Weights.fit(turns, labels, shares))


def _out_of_fold(asked: Sequence[Asked]) -> list[Answered | None]:
    found: list[Answered | None] = []
    for train, test in KFold(FOLDS, shuffle=True, random_state=0).split(np.arange(len(asked))):
        units = fit_units([asked[index] for index in train])
        found += [answer(asked[index], units) for index in test]
    return found


def _shares(answerable: Sequence[bool]) -> list[float]:
    """The weight of each question that makes answerable ones ``ANSWERABLE_SHARE`` of all; 1 on average."""
    count, total = sum(answerable), len(answerable)
    inside, outside = ANSWERABLE_SHARE * total / count, (1 - ANSWERABLE_SHARE) * total / (total - count)
    return [inside if each else outside for each in answerable]


def _cross_scores(signals: Signals, labels: Sequence[bool], shares: Sequence[float]) -> list[float]:
    scores = np.zeros(len(labels))
    rows, truth, weights = np.asarray(signals), np.asarray(labels), np.asarray(shares)
    for train, test in KFold(FOLDS, shuffle=True, random_state=1).split(rows):
        fitted = Weights.fit(list(rows[train]), list(truth[train]), list(weights[train]))
        scores[test] = [fitted.score(row) for row in rows[test]]
    return [float(each) for each in scores]


def _print_bands(name: str, scores: Sequence[float], labels: Sequence[bool], shares: Sequence[float]) -> None:
    print(f"\n{name}: band, answers, mean score, share right (weighted)")
    score, right, weight = np.asarray(scores), np.asarray(labels), np.asarray(shares)
    for low, high in ((0.0, FLOOR), (FLOOR, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 0.95), (0.95, 1.01)):
        inside = (score >= low) & (score < high)
        if inside.any():
            mean, share = (np.average(each[inside], weights=weight[inside]) for each in (score, right))
            print(f"  {low:.2f}..{min(high, 1):.2f}  {inside.sum():4d}  {mean:.3f}  {share:.3f}")
    auto = (score >= AUTO_SCORE) & (weight > 0)
    print(
        f"  sent alone: {auto[right].mean():.3f} of the right answers;"
        f" {np.average(right[auto], weights=weight[auto]):.3f} of those sent are right"
    )


def _print_sharpness(scores: Sequence[float], labels: Sequence[bool], shares: Sequence[float]) -> None:
    """What log odds are multiplied by, so that ``AUTO_SCORE`` of the answers at or above ``AUTO_SCORE`` are right."""
    score, right, weight = np.asarray(scores), np.asarray(labels), np.asarray(shares)
    order = np.argsort(-score)
    precision = np.cumsum((right * weight)[order]) / np.cumsum(weight[order])
    least = float(score[order][np.flatnonzero(precision >= AUTO_SCORE)[-1]])
    stretch = np.log(AUTO_SCORE / (1 - AUTO_SCORE)) / np.log(least / (1 - least))
    print(f"\n{AUTO_SCORE:.0%} of the answers from {least:.3f} up are right: SHARPNESS = {stretch:.1f}")


def _print_weights(module: ModuleType, weights: Weights) -> None:
    print(f"\n{module.__name__}:")
    for signal, value in zip(module.SIGNALS, weights.values, strict=False):
        print(f'    "{signal}": {value:.2f},')
    print(f"BIAS = {weights.values[-1]:.2f}")


def _shared(path: str) -> Path:
    return Path(os.environ.get("HOLDFAST_SHARED_DATA", "../shared/data")) / path


def _login_pages() -> list[tuple[str, str, str]]:
    """Source, title and body of each help page of login.gov; none when the data is not there."""
    path = _shared("login_gov_help/pages_en.jsonl")
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        (f"login-{index}.md", row.get("title") or "", row["body"]) for index, row in enumerate(rows) if row.get("title")
    ]


def _office_titles() -> list[str]:
    path = _shared("ms_office_support_kb/pages.jsonl.gz")
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        titles = [json.loads(line)["body"].splitlines()[0].lstrip("# ") for line in file]
    return random.Random(0).sample(sorted(set(titles)), OFFICE_QUESTIONS)


def _bare(text: str) -> str:
    return " ".join(text.lower().split())


if __name__ == "__main__":
    asyncio.run(calibrate())
