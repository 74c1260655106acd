"""Answers and silence on anybody's collection: what is asked of it is answered from it, what it lacks is left alone.

Each question goes through search, embedded engine, output check and confidence as a turn does. Intents belong to a
company, so here none is known and nothing is out of scope. An answer below the review band is an abstention (the case
is handed over), one in the automatic band is sent, one between waits for a person and counts as neither.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from activities.guard.output import OutputCheck
from activities.guard.personal_data import PersonalData
from activities.knowledge import ingest
from activities.models.embedded import EmbeddedEngine
from activities.nodes import PASSAGES, passage_reference
from activities.ports import Principal
from evals.beir import CollectionError, CorpusDocument, read_corpus, read_records
from evals.brevity import Brevity, brevity
from evals.brevity import figures as to_the_point
from evals.company import Indexed, Say, Upload, indexed
from evals.embedding import cache_folder, evaluation_embedder
from evals.reliability import figures
from graphs.confidence import confidence
from graphs.policy import AUTO_SCORE, REVIEW_SCORE
from graphs.state import Classification, GuardMark

PORTION = 200
"""Documents in one upload."""
SAID_EVERY = 10
"""Questions."""
READER = Principal("evaluation", "customer")
QUIET = GuardMark(injection_score=0.0, injection_flagged=False, reasons=[], redacted=[])


class Question(BaseModel):
    """A question and the documents that answer it; ``answer`` is words that a right answer holds."""

    question: str
    answerable: bool
    gold: list[str] = []
    answer: str = ""


@dataclass(frozen=True)
class Outcome:
    """How sure the answer was and whether it is right: it cites a gold document (and holds ``answer``)."""

    asked: Question
    score: float
    right: bool
    brevity: Brevity | None = None
    """Of an answer that quotes a gold document."""


async def evaluate_answers(corpus: Path, questions: Path, say: Say = lambda line: None) -> dict[str, Any]:
    """Index a corpus in BEIR's format and ask all questions; ``say`` hears how far it is.

    The index is temporary, or stays where ``HOLDFAST_EVAL_CACHE`` names a folder: then a stopped run goes on.

    Returns ``coverage`` (share of answerable questions that are sent an answer), ``answered_precision`` (of the
    answers sent, those that cite a gold document; an answer to an unanswerable question is wrong), ``abstain_recall``
    (of unanswerable questions, those handed over), ``false_abstention`` (of answerable ones), ``n``,
    ``calibration_error``, ``reliability``, ``risk_coverage``, and of the right answers what ``evals.brevity`` counts: a
    piece is needed that quotes a gold document. Raises ``CollectionError``.
    """
    asked, documents = read_questions(questions), read_corpus(corpus)
    known = {each.id for each in documents}
    if lost := [gold for each in asked for gold in each.gold if gold not in known]:
        raise CollectionError(f"{questions} names a document that {corpus} does not have: {lost[0]!r}")
    embedder = evaluation_embedder()
    engine, check = EmbeddedEngine(embedder), OutputCheck(embedder, PersonalData().redact)
    outcomes: list[Outcome] = []
    async with indexed(uploads(documents), embedder, say, kept_folder(corpus, embedder.fingerprint)) as knowledge:
        for number, each in enumerate(asked, 1):
            outcomes.append(await ask(each, knowledge, documents, engine, check))
            if number % SAID_EVERY == 0:
                say(f"{number} of {len(asked)} questions asked")
    return answer_figures(outcomes)


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a JSON lines file. Raises ``CollectionError``."""
    try:
        asked = [Question.model_validate(record) for record in read_records(path)]
    except ValidationError as error:
        raise CollectionError(f"{path} has a question without question or answerable: {error}") from error
    if not asked:
        raise CollectionError(f"{path} has no questions")
    return asked


def uploads(documents: Sequence[CorpusDocument]) -> list[Upload]:
    """Return the documents as public JSON lines, ``PORTION`` a file; each is named by its place in the corpus.

    One file for each would spend more time on files than on what is in them.
    """
    lines = [
        json.dumps({"_id": str(place), "title": each.title or each.id, "body": each.text.strip() or each.title})
        for place, each in enumerate(documents)
        if each.text.strip() or each.title
    ]
    portions = [lines[start : start + PORTION] for start in range(0, len(lines), PORTION)]
    return [
        Upload(f"{number}.jsonl", "\n".join(each).encode(), "", "support", "public")
        for number, each in enumerate(portions)
    ]


def kept_folder(corpus: Path, model: str) -> Path | None:
    """Return where the index of a corpus stays: another one for another corpus, model, or way to take documents in."""
    if (cache := cache_folder()) is None:
        return None
    code = sorted(Path(ingest.__file__).parent.rglob("*.py"))
    digest = sha256(b"".join([corpus.read_bytes(), model.encode(), *(each.read_bytes() for each in code)]))
    return cache / f"answers-{digest.hexdigest()[:32]}"


async def ask(
    asked: Question,
    knowledge: Indexed,
    documents: Sequence[CorpusDocument],
    engine: EmbeddedEngine,
    check: OutputCheck,
) -> Outcome:
    """Ask one question and compare."""
    passages = (await knowledge.search.search(asked.question, knowledge.scope(READER), k=PASSAGES)).passages
    if not passages:
        return Outcome(asked, 0.0, right=False)
    draft = await engine.draft(asked.question, passages, [])
    checked = await check.check(draft, passages)
    references = [passage_reference(each) for each in passages]
    score = confidence(unknown(asked.question), references, draft, checked, QUIET)
    cited = [named(knowledge.sources[each["document_id"]], documents) for each in draft["citations"]]

    def holds(text: str, number: int) -> bool:
        return cited[number - 1] in asked.gold and " ".join(asked.answer.lower().split()) in " ".join(
            text.lower().split()
        )

    gold = [number for number, each in enumerate(cited, 1) if each in asked.gold]
    right = asked.answerable and bool(gold) and holds(draft["text"], gold[0])
    return Outcome(asked, score, right, brevity(draft["text"], holds) if right else None)


def named(source: str, documents: Sequence[CorpusDocument]) -> str:
    """Return the corpus's own id of a document that was taken in from a file of ``uploads``."""
    return documents[int(source.rpartition("#")[2])].id


def unknown(question: str) -> Classification:
    """Return what is known of a message where no intents are: nothing, and that it is one of ours."""
    return Classification(
        intent="",
        intent_score=1.0,
        department="",
        risk="low",
        risk_reason="",
        sentiment="neutral",
        sentiment_score=1.0,
        urgency="normal",
        urgency_score=1.0,
        language="en",
        language_score=1.0,
        wants_person=False,
        wants_person_score=0.0,
        out_of_scope_score=0.0,
        small_talk="",
        question=question,
    )


def answer_figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the figures of ``evaluate_answers``."""
    answerable = [each for each in outcomes if each.asked.answerable]
    others = [each for each in outcomes if not each.asked.answerable]
    sent = [each for each in outcomes if each.score >= AUTO_SCORE]
    return {
        "coverage": _share([each.score >= AUTO_SCORE for each in answerable]),
        "answered_precision": _share([each.right for each in sent]),
        "abstain_recall": _share([each.score < REVIEW_SCORE for each in others]),
        "false_abstention": _share([each.score < REVIEW_SCORE for each in answerable]),
        "n": len(outcomes),
        **figures([each.score for each in outcomes], [each.right for each in outcomes]),
        **to_the_point([each.brevity for each in outcomes if each.brevity]),
    }


def _share(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
