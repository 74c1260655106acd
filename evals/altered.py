"""Ways to make a true sentence false by few words, one a kind, for measuring the grounding check.

Each takes a sentence, dice and what else the source says, and returns the altered sentence, or None where it does not
apply. The words stand here and not in the product, which must not know them.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evals.alteration_words import CLAIMS, CURRENCIES, DAYS, MONTHS, NAMES, NOUNS, SPELLED, SWAPS, UNITS

_NUMBER = re.compile(r"(?<![\w.,:/-])\d+(?:[.,]\d+)?(?![\w:/]|[.,-]\d|-\w)")


@dataclass(frozen=True)
class Source:
    """What an alteration may draw from: the quote of the sentence, and a sentence of another document."""

    quote: str
    stranger: str


Alteration = Callable[[str, random.Random, Source], str | None]


def alter(kind: str, sentence: str, dice: random.Random, source: Source) -> str | None:
    """Return ``sentence`` altered in the way of ``kind`` (a key of ``ALTERATIONS``), None where it does not apply."""
    altered = ALTERATIONS[kind](sentence, dice, source)
    return altered if altered and altered.lower() != sentence.lower() else None


def _number(sentence: str, dice: random.Random, source: Source) -> str | None:
    return _one(_NUMBER, sentence, dice, lambda found: _other_number(found[0], dice))


def _spelled_number(sentence: str, dice: random.Random, source: Source) -> str | None:
    pattern = re.compile(rf"\b(?:{'|'.join(SPELLED)})\b")
    return _one(pattern, sentence, dice, lambda found: dice.choice([each for each in SPELLED if each != found[0]]))


def _amount(sentence: str, dice: random.Random, source: Source) -> str | None:
    pattern = re.compile(
        r"(?<=EUR )\d+(?:[.,]\d+)?|(?<=[€$£])\d+(?:[.,]\d+)?|\d+(?:[.,]\d+)?(?= (?:euros?|dollars?|pounds?)\b)"
    )
    return _one(pattern, sentence, dice, lambda found: _other_number(found[0], dice))


def _currency(sentence: str, dice: random.Random, source: Source) -> str | None:
    pattern = re.compile(r"\b(?:EUR|USD|GBP)\b(?= ?\d)|[€$£](?= ?\d)")
    return _one(
        pattern,
        sentence,
        dice,
        lambda found: dice.choice([c for c in CURRENCIES if len(c) == len(found[0]) and c != found[0]]),
    )


def _percentage(sentence: str, dice: random.Random, source: Source) -> str | None:
    pattern = re.compile(r"\d+(?:[.,]\d+)?(?= ?(?:%|percent\b))")
    return _one(pattern, sentence, dice, lambda found: _other_number(found[0], dice))


def _unit(sentence: str, dice: random.Random, source: Source) -> str | None:
    pattern = re.compile(rf"(?<=\d )(?:business )?(?:{'|'.join(w for row in UNITS for w in row)})\b")
    return _one(pattern, sentence, dice, lambda found: _other_unit(found[0].removeprefix("business "), dice))


def _date(sentence: str, dice: random.Random, source: Source) -> str | None:
    pattern = re.compile(rf"\b(?:{'|'.join((*MONTHS, *DAYS))})\b|\b20[12]\d\b")
    return _one(pattern, sentence, dice, lambda found: _other_date(found[0], dice))


def _time(sentence: str, dice: random.Random, source: Source) -> str | None:
    pattern = re.compile(r"\b\d{1,2}(?=:\d{2})|\b\d{1,2}(?= ?[ap]\.?m\b)")
    return _one(pattern, sentence, dice, lambda found: str((int(found[0]) + dice.choice((1, 2, 3))) % 12 + 1))


def _name(sentence: str, dice: random.Random, source: Source) -> str | None:
    pattern = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b")
    return _one(pattern, sentence, dice, lambda found: dice.choice(NAMES))


def _first_name(sentence: str, dice: random.Random, source: Source) -> str | None:
    """The subject that begins a sentence, when the source writes it with a capital elsewhere too."""
    first = sentence.split(" ")[0]
    proper = first.isalpha() and first[:1].isupper() and re.search(rf"(?<=[a-z,] ){re.escape(first)}\b", source.quote)
    return dice.choice(NAMES) + sentence[len(first) :] if proper else None


def _other_word(sentence: str, dice: random.Random, source: Source) -> str | None:
    """A noun becomes another one that the source does not have."""
    pattern = re.compile(rf"(?:(?<=the )|(?<=your )|(?<=an )|(?<=a ))(?:{'|'.join(NOUNS)})\b")
    others = [each for each in NOUNS if each not in source.quote.lower()]
    return _one(pattern, sentence, dice, lambda found: dice.choice(others)) if others else None


def _code(sentence: str, dice: random.Random, source: Source) -> str | None:
    pattern = re.compile(r"\b(?=\w*-?\w*\d)(?=[\w-]*[A-Z])[A-Z][A-Z\d]*-?\d{2,}\b")
    return _one(
        pattern, sentence, dice, lambda found: found[0][:-1] + str((int(found[0][-1]) + dice.randint(1, 8)) % 10)
    )


def _negation_added(sentence: str, dice: random.Random, source: Source) -> str | None:
    pattern = re.compile(r"\b(?:can|is|are|will|should|must|does|was|has been)\b(?! not|n't| only)")
    return _one(pattern, sentence, dice, lambda found: "cannot" if found[0] == "can" else f"{found[0]} not")


def _negation_dropped(sentence: str, dice: random.Random, source: Source) -> str | None:
    pattern = re.compile(
        r"\bcannot\b|\bcan['’]t\b|\b(?:do|does|did) not \b|\b(?:do|does|did)n['’]t \b|\b(?:is|are|was|were"
        r"|will|should|must)(?: not|n['’]t)\b|\bnever \b|\bwithout\b"
    )

    def drop(found: re.Match[str]) -> str:
        word = found[0]
        if word in {"cannot", "can't", "can’t"}:
            return "can"
        if word == "without":
            return "with"
        return "" if word.startswith(("do", "di", "never")) else re.sub(r" not|n['’]t", "", word)

    return _one(pattern, sentence, dice, drop)


def _swap(kind: str) -> Alteration:
    listed = [each.split(" > ") for each in SWAPS[kind].split(", ")]
    pairs = [*listed, *([pair[::-1] for pair in listed] if kind == "antonym" else [])]

    def swapped(sentence: str, dice: random.Random, source: Source) -> str | None:
        apply = [
            pair
            for pair in pairs
            if re.search(rf"\b{pair[0]}\b", sentence) and not re.search(rf"\b{pair[1]}\b", sentence)
        ]
        if not apply:
            return None
        old, new = dice.choice(apply)
        return _one(re.compile(rf"\b{old}\b"), sentence, dice, lambda found: new)

    return swapped


def _swapped_numbers(sentence: str, dice: random.Random, source: Source) -> str | None:
    """Two numbers of the sentence change places."""
    found = list(_NUMBER.finditer(sentence))
    pairs = [
        (one, two)
        for one in found
        for two in found
        if one.start() < two.start()
        and one[0] != two[0]
        and not _range(sentence[: one.start()], sentence[one.end() : two.start()])
    ]
    if not pairs:
        return None
    one, two = dice.choice(pairs)
    return sentence[: one.start()] + two[0] + sentence[one.end() : two.start()] + one[0] + sentence[two.end() :]


def _number_of_source(sentence: str, dice: random.Random, source: Source) -> str | None:
    """A number becomes another one of its source, with the same unit after it."""
    options = []
    for found in _NUMBER.finditer(sentence):
        unit = re.match(r" ?([A-Za-z%]+)", sentence[found.end() :])
        others = {
            each[0]
            for each in _NUMBER.finditer(source.quote)
            if unit and source.quote[each.end() :].startswith(unit[0]) and each[0] not in sentence
        }
        options += [(found, other) for other in sorted(others)]
    if not options:
        return None
    found, other = dice.choice(options)
    return sentence[: found.start()] + other + sentence[found.end() :]


def _added_claim(sentence: str, dice: random.Random, source: Source) -> str | None:
    return sentence.rstrip(".!") + dice.choice(CLAIMS) + "."


def _stranger(sentence: str, dice: random.Random, source: Source) -> str | None:
    return source.stranger or None


def _one(
    pattern: re.Pattern[str], text: str, dice: random.Random, change: Callable[[re.Match[str]], str]
) -> str | None:
    """Change one place that the pattern finds, drawn by the dice."""
    places = list(pattern.finditer(text))
    if not places:
        return None
    found = dice.choice(places)
    return text[: found.start()] + change(found) + text[found.end() :]


def _other_number(number: str, dice: random.Random) -> str:
    if re.search(r"[.,]\d{1,2}$", number):
        whole, separator, rest = re.split(r"([.,])(?=\d+$)", number)
        return f"{int(re.sub(r'[.,]', '', whole)) + dice.choice((1, 5, 10))}{separator}{rest}"
    value = int(re.sub(r"[.,]", "", number))
    return str(
        dice.choice(
            [each for each in (value + 1, value + 5, value * 2, value * 10, max(1, value - 1)) if each != value]
        )
    )


def _other_unit(unit: str, dice: random.Random) -> str:
    row = next(row for row in UNITS if unit in row)
    return dice.choice([each for each in row if each != unit])


def _other_date(word: str, dice: random.Random) -> str:
    if word.isdigit():
        return str(int(word) + dice.choice((-2, -1, 1, 2)))
    return dice.choice([each for each in (MONTHS if word in MONTHS else DAYS) if each != word])


def _range(before: str, between: str) -> bool:
    """Tell whether two numbers are a range, or of one list whose order says nothing: ``Word 2013 and Word 2016``."""
    named = re.search(r"(\w+) $", before)
    return re.fullmatch(rf"(?: \w+)?,? ?(?:to|and|or|-|–)?(?: {named[1] if named else 'to'})? ?", between) is not None


ALTERATIONS: Mapping[str, Alteration] = {
    "number": _number,
    "spelled number": _spelled_number,
    "amount": _amount,
    "currency": _currency,
    "percentage": _percentage,
    "unit": _unit,
    "date": _date,
    "time": _time,
    "name": _name,
    "first name": _first_name,
    "other word": _other_word,
    "code": _code,
    "negation added": _negation_added,
    "negation dropped": _negation_dropped,
    "antonym": _swap("antonym"),
    "quantifier": _swap("quantifier"),
    "modality": _swap("modality"),
    "comparative": _swap("comparative"),
    "numbers swapped": _swapped_numbers,
    "number of source": _number_of_source,
    "added claim": _added_claim,
    "stranger": _stranger,
}


def kinds_for(sentence: str, source: Source) -> Sequence[str]:
    """Return the kinds that apply to a sentence."""
    return [kind for kind in ALTERATIONS if alter(kind, sentence, random.Random(0), source)]
