"""The words that carry a question, as stems, and how much of them a text covers."""

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache
from typing import Any

from activities.knowledge.fulltext_query import build_analyzer

_EMPTY = frozenset(
    (
        "i me my we us our you your he she they them their it its do does did done can could would should will shall "
        "may might must have has had am is are was were be been being what which who whom whose when where why how "
        "much many long often far soon please tell know want need like get got make let say about with from for of on "
        "in at to by as if or and but so than then there here this that these those just also too very any some all "
        "not no yes now still even ever help hi hello thanks something anything thing things way possible able happen "
        "happens mean explain question wonder try trying give one really"
    ).split()
)
"""Words that ask; tantivy's own list has only the articles and prepositions of Lucene."""
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_CLOSE = 0.82
"""Similarity by which a misspelt word is taken for one that the passages use."""


@lru_cache(maxsize=1)
def _analyzer() -> Any:
    return build_analyzer()


@lru_cache(maxsize=8_192)
def stems(text: str) -> tuple[str, ...]:
    """Return the stems of a text's content words, in order, with repeats."""
    folded = text.replace("’", "'").lower()
    kept = " ".join(word for word in _WORD.findall(folded) if word.partition("'")[0] not in _EMPTY)
    return tuple(_analyzer().analyze(kept))


def weigh(question: Iterable[str], texts: Sequence[Set[str]]) -> dict[str, float]:
    """Return the weight of each stem of the question: the rarer in ``texts``, the heavier (BM25's idf)."""
    count = len(texts)
    return {
        stem: math.log(1 + (count - found + 0.5) / (found + 0.5))
        for stem in dict.fromkeys(question)
        for found in [sum(stem in text for text in texts)]
    }


def covered(weights: Mapping[str, float], text: Set[str]) -> float:
    """Return the share of the weight that ``text`` has, 0..1; 0 without any weight."""
    total = sum(weights.values())
    return sum(weight for stem, weight in weights.items() if stem in text) / total if total else 0.0


def forgive_typos(question: Sequence[str], vocabulary: Set[str]) -> list[str]:
    """Return the stems; one of 4 letters or more that ``vocabulary`` lacks becomes a close one of it."""
    corrected = []
    for stem in question:
        if stem not in vocabulary and len(stem) >= 4 and stem.isalpha():
            close = difflib.get_close_matches(stem, [each for each in vocabulary if each[:1] == stem[:1]], 1, _CLOSE)
            stem = close[0] if close else stem
        corrected.append(stem)
    return corrected
