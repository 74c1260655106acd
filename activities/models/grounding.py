"""Whether a sentence says no more than the words it cites: numbers, units, negation, names, and meaning."""

import re
from collections.abc import Set
from dataclasses import dataclass

from activities.models.terms import covered, stems

_NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split(),
    )
} | {"twenty": "20", "thirty": "30", "sixty": "60", "hundred": "100", "half": "0.5"}
_UNITS = {
    spelling: spellings.split()[0]
    for spellings in (
        "euro euros eur €",
        "dollar dollars usd $",
        "pound pounds gbp £",
        "percent %",
        "second seconds",
        "minute minutes",
        "hour hours",
        "day days",
        "week weeks",
        "month months",
        "year years",
        "person people",
        "member members",
        "seat seats",
        "device devices",
        "time times",
        "kb",
        "mb",
        "gb",
        "tb",
    )
    for spelling in spellings.split()
}
_TOKEN = re.compile(r"[€$£%]|[A-Za-z]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|unable|impossible|refuse[sd]?|fails?|except|only)\b|n['’]t\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<!^)(?<![.!?:] )\b(?:[A-Z][\w-]*[A-Za-z\d]|[A-Za-z]+-?\d[\w-]*)")
_REACH = 3
"""Words between a number and its unit: ``10 business days``."""


@dataclass(frozen=True)
class Grounding:
    """How well a quote carries a sentence, 0..1, and what speaks against it (empty when nothing does)."""

    score: float
    problem: str = ""


def ground(sentence: str, quote: str, context: str = "", similarity: float = 0.0) -> Grounding:
    """Compare a sentence with its quote; ``context`` (title, headings) may supply names, ``similarity`` is the cosine.

    A sentence that stands in the quote word for word scores 1, and so does a table row with columns left out. A
    number, unit or name that the quote lacks, or a negation on one side only, scores 0: such slips change what is
    promised, however alike the words are.
    """
    said = bare(quote)
    if all(bare(piece) in said for piece in sentence.split("; ")):
        return Grounding(1.0)
    if missing := _quantities(sentence) - _quantities(quote):
        return Grounding(0.0, f"says {_spoken(missing)}, which its source does not say")
    known = f"{quote} {context}".lower()
    if names := [name for name in _NAME.findall(sentence) if name.lower() not in known]:
        return Grounding(0.0, f"names {names[0]!r}, which its source does not name")
    if _negated(sentence) != _negated(closest_sentence(sentence, quote)):
        return Grounding(0.0, "says the opposite of its source, or leaves out a condition")
    words = dict.fromkeys(stems(sentence), 1.0)
    share = covered(words, frozenset(stems(f"{quote} {context}"))) if words else 0.0
    return Grounding(min(1.0, max(share, 0.5 * share + 0.5 * max(0.0, similarity))))


def bare(text: str) -> str:
    """Return the words of a text alone, lower case: what must agree for a quote to be word for word."""
    return " ".join(re.findall(r"\w+", text.lower()))


def closest_sentence(sentence: str, quote: str) -> str:
    """Return the sentence of ``quote`` that shares most words with ``sentence``."""
    wanted = set(stems(sentence))
    return max(re.split(r"(?<=[.!?;])\s+|\n", quote), key=lambda each: _overlap(wanted, frozenset(stems(each))))


def _overlap(wanted: Set[str], found: Set[str]) -> float:
    return len(wanted & found) / (len(wanted | found) or 1)


def _negated(text: str) -> bool:
    return _NEGATION.search(text) is not None


def _quantities(text: str) -> frozenset[tuple[str, str]]:
    """Each number, alone as ``(number, "")`` and with the unit near it."""
    tokens = [token.lower() for token in _TOKEN.findall(text)]
    found = set()
    for index, token in enumerate(tokens):
        number = _NUMBER_WORDS.get(token) or (_normal(token) if token[0].isdigit() else "")
        if not number or (token in {"one", "half"}):
            continue
        found.add((number, ""))
        after = next((_UNITS[each] for each in tokens[index + 1 : index + 1 + _REACH] if each in _UNITS), "")
        before = _UNITS.get(tokens[index - 1], "") if index else ""
        found |= {(number, unit) for unit in (after, before) if unit}
    return frozenset(found)


def _normal(number: str) -> str:
    """``1,000`` is ``1000`` and ``3.50`` is ``3.5``."""
    plain = re.sub(r"[.,](?=\d{3}\b)", "", number).replace(",", ".")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _spoken(quantities: Set[tuple[str, str]]) -> str:
    number, unit = max(quantities, key=lambda each: len(each[1]))
    return f"“{number} {unit}”".replace(" ”", "”")
