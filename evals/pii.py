"""How well personal data is found, token by token, on texts with marked spans (the format of presidio-research).

A token counts as found when any type covers it: redaction hides it whatever it is called. That is the "PII"
figure of presidio-research's evaluator, with F2 because a miss costs more than a mark too many.
"""

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from activities.guard.personal_data import PersonalData
from activities.guard.personal_data import Span as Found

TOKEN = re.compile(r"\w+")

NOT_REDACTED = frozenset({"ORGANIZATION", "LOCATION", "GPE", "NRP", "TITLE", "DATE_TIME", "DOMAIN_NAME", "URL", "AGE"})
"""Types that some data sets mark and that we leave on purpose: they name no one, and support needs them."""


class MarkedSpan(BaseModel):
    """Characters ``start_position`` to ``end_position`` (not included) of the text."""

    entity_type: str
    start_position: int
    end_position: int


class Case(BaseModel):
    """One text with its personal data."""

    full_text: str
    spans: list[MarkedSpan]


def evaluate_pii(cases: Path) -> dict[str, Any]:
    """Return ``precision``, ``recall`` and ``f2`` over all tokens and marked types, then per type, and ``n`` texts.

    ``redacted_types`` holds the same figures without the types in ``NOT_REDACTED``. Raises ``ValueError``
    when the file is not a list of ``{full_text, spans}``.
    """
    guard = PersonalData()
    texts = TypeAdapter(list[Case]).validate_json(cases.read_bytes())
    counts: Counter[tuple[str, str]] = Counter()
    for case in texts:
        counts.update(_token_labels(case, guard.find(case.full_text)))
    types = sorted({marked for marked, _ in counts if marked})
    chosen = Counter({pair: n for pair, n in counts.items() if pair[0] not in NOT_REDACTED})
    return {
        **_figures(counts),
        "redacted_types": _figures(chosen),
        "per_type": {name: _recall_of(name, counts) for name in types},
        "n": len(texts),
    }


def _token_labels(case: Case, found: list[Found]) -> list[tuple[str, str]]:
    """Return for each token the marked type and the found type, empty where there is none."""
    marked: dict[int, str] = defaultdict(str)
    predicted: dict[int, str] = defaultdict(str)
    for span in case.spans:
        marked.update(dict.fromkeys(range(span.start_position, span.end_position), span.entity_type))
    for one in found:
        predicted.update(dict.fromkeys(range(one.start, one.end), one.entity))
    return [(marked[token.start()], predicted[token.start()]) for token in TOKEN.finditer(case.full_text)]


def _figures(counts: Counter[tuple[str, str]]) -> dict[str, float]:
    hits = sum(n for (marked, found), n in counts.items() if marked and found)
    precision = hits / max(1, sum(n for (_, found), n in counts.items() if found))
    recall = hits / max(1, sum(n for (marked, _), n in counts.items() if marked))
    f2 = 5 * precision * recall / (4 * precision + recall) if hits else 0.0
    return {"precision": precision, "recall": recall, "f2": f2}


def _recall_of(name: str, counts: Counter[tuple[str, str]]) -> dict[str, float]:
    tokens = sum(n for (marked, _), n in counts.items() if marked == name)
    hits = sum(n for (marked, found), n in counts.items() if marked == name and found)
    return {"recall": hits / tokens, "tokens": tokens}
