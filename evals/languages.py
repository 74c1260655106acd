"""What becomes of questions in other languages: ``python -m evals.languages``.

``datasets/translated.jsonl`` has every twelfth answerable calibration question, in German, French and Spanish in turn.
Each is asked in English, as it stands, and as the known question that the product reads it as (``known_questions``).
Right is an answer as ``evals.calibrate`` counts it, whoever has to see it before it is sent.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from activities.models.classifier import IntentClassifier
from activities.models.embedded import READ_PASSAGES, EmbeddedEngine
from activities.models.known_questions import KnownQuestions
from activities.models.tone import Tone
from activities.settings import Settings
from evals.calibrate import CUSTOMER, Asked
from evals.calibrate import DATASET as QUESTIONS
from evals.company import Indexed, company_uploads, indexed
from evals.embedding import evaluation_embedder

DATASET = QUESTIONS.parent / "translated.jsonl"


@dataclass(frozen=True)
class Translated:
    """A question in another language, the English one, and what makes an answer right."""

    question: str
    english: str
    sources: frozenset[str]
    any_of: tuple[str, ...]


def translated(path: Path = DATASET) -> list[Translated]:
    """Return the shipped questions."""
    rows = {row["question"]: row for row in _rows(QUESTIONS)}
    return [
        Translated(each["question"], each["of"], frozenset(row["sources"]), tuple(row["any_of"]))
        for each in _rows(path)
        for row in [rows[each["of"]]]
    ]


async def evaluate_languages() -> dict[str, Any]:
    """Return ``n``, how many are ``read_as`` a known question, and how many answers are right in each way."""
    settings, embedder = Settings(), evaluation_embedder()
    company = settings.company_dir
    classifier = IntentClassifier(
        embedder, company / "intents.csv", company / "intents.json", settings.cache_dir, settings.refund_limit
    )
    engine = EmbeddedEngine(classifier.sections.vectors, classifier, classifier.sections.asked)
    cases = translated()
    async with indexed(company_uploads(company), embedder) as knowledge:
        read = [_read_as(classifier.known, each.question) for each in cases]

        async def right(case: Translated, text: str) -> bool:
            return bool(text) and await _right(knowledge, engine, classifier, case, text)

        return {
            "n": len(cases),
            "read_as": sum(map(bool, read)),
            "right_in_english": sum([await right(each, each.english) for each in cases]),
            "right_as_it_stands": sum([await right(each, each.question) for each in cases]),
            "right_as_read": sum([await right(each, text) for each, text in zip(cases, read, strict=True)]),
        }


async def _right(
    knowledge: Indexed, engine: EmbeddedEngine, classifier: IntentClassifier, case: Translated, text: str
) -> bool:
    passages = (await knowledge.search.search(text, knowledge.scope(CUSTOMER), k=READ_PASSAGES)).passages
    answer, _ = engine.answer(text, passages)
    classification = await classifier.classify(case.english, [])
    asked = Asked(
        text, case.sources, case.any_of, classification, passages, knowledge.sources, engine.rank(text, passages)
    )
    return asked.right(answer.text, [each["document_id"] for each in answer.citations])


def _read_as(known: KnownQuestions, text: str) -> str:
    nearest = known.nearest(text, *Tone().language(text))
    return nearest.question if nearest else ""


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    print(asyncio.run(evaluate_languages()))
