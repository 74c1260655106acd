"""Personal data out of a text: Presidio's analyser with pattern recognisers and no language model."""

import re
import threading
from dataclasses import dataclass
from typing import Any

from activities.guard.presidio import AnalyzerEngine, RecognizerRegistry, RecognizerResult, context_aware_enhancers
from activities.guard.recognizers import build_recognizers
from activities.guard.words import WordEngine
from activities.ports import Redaction

LANGUAGE = "en"
THRESHOLD = 0.5

BUSINESS_NUMBER = re.compile(
    r"\b(?:order|invoice|ticket|case|tracking|serial|part|model|sku|error|code|ref(?:erence)?|confirmation|version|build|"
    r"firmware|product|licen[cs]e key|transaction|subscription|plan|item|kb|article)s?"
    r"(?:[ ](?:number|no\.?|num|id|code))?(?:[ ]is|:)?[ ]?#?[ ]?$",
    re.IGNORECASE,
)
"""Words that make the number after them the company's own: support cannot work without it."""
NUMERIC = frozenset({"PHONE_NUMBER", "US_SSN", "CREDIT_CARD", "IP_ADDRESS"})


@dataclass(frozen=True)
class Span:
    """A stretch of personal data: characters ``start`` to ``end`` (not included) of the text."""

    entity: str
    start: int
    end: int


class PersonalData:
    """Finds and redacts personal data; built at the first use (half a second), safe between threads."""

    def __init__(self) -> None:
        self._analyzer: Any = None
        self._lock = threading.Lock()

    def find(self, text: str) -> list[Span]:
        """Return the personal data in a text in order, without overlaps."""
        found = self._engine().analyze(text, LANGUAGE, score_threshold=THRESHOLD)
        kept = [result for result in found if not _is_business_number(text, result)]
        return _without_overlaps(kept)

    def redact(self, text: str) -> Redaction:
        """Replace each piece of personal data by ``<TYPE>``; marks that are there already stay as they are."""
        spans = self.find(text)
        parts, position = [], 0
        for span in spans:
            parts += [text[position : span.start], f"<{span.entity}>"]
            position = span.end
        return Redaction("".join([*parts, text[position:]]), sorted({span.entity for span in spans}))

    def _engine(self) -> Any:
        with self._lock:
            if self._analyzer is None:
                self._analyzer = _build_analyzer()
            return self._analyzer


def _build_analyzer() -> AnalyzerEngine:
    registry = RecognizerRegistry(build_recognizers(), supported_languages=[LANGUAGE])
    # Whole words: by default "cell" is found in "cancelled", and an order number becomes a telephone.
    enhancer = context_aware_enhancers.LemmaContextAwareEnhancer(context_matching_mode="whole_word")
    return AnalyzerEngine(registry, WordEngine(), supported_languages=[LANGUAGE], context_aware_enhancer=enhancer)


def _is_business_number(text: str, result: RecognizerResult) -> bool:
    grouped_card = result.entity_type == "CREDIT_CARD" and not text[result.start : result.end].isdigit()
    if result.entity_type not in NUMERIC or grouped_card:
        return False
    return BUSINESS_NUMBER.search(text[max(0, result.start - 40) : result.start]) is not None


def _without_overlaps(results: list[RecognizerResult]) -> list[Span]:
    """Keep the surer, then the longer, of two results that overlap; of a sure pair the secret."""
    chosen: list[RecognizerResult] = []
    for result in sorted(
        results, key=lambda one: (-one.score, one.entity_type != "SECRET", one.start - one.end, one.start)
    ):
        if all(result.end <= other.start or result.start >= other.end for other in chosen):
            chosen.append(result)
    return [Span(one.entity_type, one.start, one.end) for one in sorted(chosen, key=lambda one: one.start)]
