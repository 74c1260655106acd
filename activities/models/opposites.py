"""Words that exclude each other: a sentence with one of them contradicts a source with the other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import tantivy

FOLDER = Path(__file__).parent
PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "de")
DENIALS = frozenset("no not none never neither nor nobody nothing nowhere without cannot".split())
"""Denials are counted (``clauses.py``), not set against ``all`` and ``always``."""
_SHORTEST = 4
"""Letters of a word that a prefix turns round: ``used`` and ``unused``, but not ``it`` and ``unit``."""


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.stemmer("english")).build()


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """Return the stem of one word; unlike ``terms.stems`` it drops none."""
    return "".join(_stemmer().analyze(word))


@lru_cache(maxsize=1)
def contrasts() -> Mapping[str, frozenset[str]]:
    """Return the words that each word of ``contrasts.txt`` excludes, as written there."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for groups in ([group.split() for group in line.split("|")] for line in _lines("contrasts.txt")):
        for index, group in enumerate(groups):
            others = {each for number, other in enumerate(groups) if number != index for each in other}
            for word in group:
                found[word] |= others
    return {word: frozenset(others) for word, others in found.items()}


@lru_cache(maxsize=1)
def antonyms() -> Mapping[str, frozenset[str]]:
    """Return the stems of WordNet's opposites of each stem: verbs come in all their forms."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in _lines("antonyms.txt"):
        one, other = map(stem, line.split())
        found[one].add(other)
        found[other].add(one)
    return {word: frozenset(others) for word, others in found.items()}


def clashes(said: Iterable[str], source: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of opposites, one of ``said`` and one of ``source``, that only their own side has.

    Both are lower-case words. ``(later, before)`` is a clash unless the source says ``later`` too.
    """
    mine = {word: stem(word) for word in said if word not in DENIALS}
    theirs = {word: stem(word) for word in source if word not in DENIALS}
    own = sorted(word for word, root in mine.items() if word not in theirs and root not in theirs.values())
    others = sorted(word for word, root in theirs.items() if word not in mine and root not in mine.values())
    return [
        (word, other)
        for word in own
        for other in others
        if other in contrasts().get(word, frozenset())
        or theirs[other] in antonyms().get(mine[word], frozenset())
        or _turned(mine[word], theirs[other])
    ]


def _turned(one: str, other: str) -> bool:
    """Tell whether one stem is the other with a prefix that turns it round."""
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTEST and long.endswith(short) and long.removesuffix(short).rstrip("-") in PREFIXES


def _lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
