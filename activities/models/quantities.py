"""Numbers with what they count: amounts, durations, sizes, shares, rates and limits, in one spelling each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from activities.models.dates import moments

Bound = Literal["", "least", "most"]
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = {"once": 1, "twice": 2, "thrice": 3, "dozen": 12}
_WORDS = {word: value for value, word in enumerate(_SMALL)} | {w: 10 * n for n, w in enumerate(_TENS, 2)} | _ORDINALS
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_UNITS = {
    spelling: spellings.split()[0]
    for spellings in (
        "EUR eur euro euros €",
        "USD usd dollar dollars us$ $ bucks",
        "GBP gbp pound pounds £ quid",
        "CHF chf franc francs",
        "JPY jpy yen ¥",
        "CENT cent cents",
        "% percent percentage pct",
        "second seconds sec secs",
        "minute minutes min mins",
        "hour hours hr hrs h",
        "day days",
        "week weeks",
        "month months",
        "quarter quarters",
        "year years yr yrs annum",
        "KB kb kilobyte kilobytes",
        "MB mb megabyte megabytes",
        "GB gb gigabyte gigabytes gigs gig",
        "TB tb terabyte terabytes",
        "MB/s mb/s",
        "Mbps mbps mbit/s mbit",
        "Gbps gbps gbit/s gbit",
        "MHz mhz",
        "GHz ghz",
        "mm millimetre millimetres millimeter millimeters",
        "cm centimetre centimetres centimeter centimeters",
        "metre metres meter meters m",
        "km kilometre kilometres kilometer kilometers",
        "mile miles mi",
        "inch inches",
        "foot feet ft",
        "g gram grams",
        "kg kilogram kilograms kilo kilos",
        "lb lbs",
        "W watt watts",
        "V volt volts",
        "mAh mah",
        "°C °c celsius",
        "°F °f fahrenheit",
        "pixel pixels px",
    )
    for spelling in spellings.split()
}
COUNTED = {
    spelling: spellings.split()[0]
    for spellings in (
        "person persons people member members user users customer customers guest guests adult adults",
        "seat seats licence licences license licenses",
        "device devices computer computers machine machines phone phones",
        "time times once twice thrice attempt attempts try tries",
        "file files document documents photo photos",
        "folder folders",
        "page pages",
        "item items product products",
        "character characters",
        "word words",
        "digit digits",
        "step steps",
        "camera cameras",
        "account accounts",
        "link links",
        "version versions",
        "copy copies",
        "bay bays",
        "port ports",
    )
    for spelling in spellings.split()
}
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_WORD_NUMBER = rf"(?:{'|'.join([*_SMALL, *_TENS, *_SCALES])})"
_NUMBER = re.compile(
    r"(?<![A-Za-z_\d.,])(?<![A-Za-z_][-.])(?P<version>\d+(?:\.\d+){2,})(?![\w-])"
    r"|(?<![A-Za-z_\d])(?<![A-Za-z_][-.])(?P<digits>(?:(?<![\w)])[-−])?\d+(?:[.,]\d+)*)(?P<glued>(?:st|nd"
    r"|rd|th)?(?![\w])|[A-Za-z%€$£°]{1,6}(?![\w]))"
    rf"|\b(?P<words>{_WORD_NUMBER}(?:[\s-]+(?:and\s+)?{_WORD_NUMBER})*|once|twice|thrice|(?:a\s+)?dozen)\b",
    re.IGNORECASE,
)
_WORD_AFTER = re.compile(r"[\s-]*([€$£%¥]|°?[A-Za-z]+(?:/s)?)")
_RANGE = re.compile(r"\s*(?:to|and|or|-|–|—|through)\s*(?:[€$£]|EUR|USD|GBP)?\s*$", re.IGNORECASE)
_BEFORE = re.compile(r"([€$£¥]|\b(?:EUR|USD|GBP|CHF|JPY|US\$))\s*$", re.IGNORECASE)
_RATE = re.compile(r"\s*(?:a|an|per|each|every|/)\s*([A-Za-z]+)", re.IGNORECASE)
_FILLER = r"\s*(?:the|about|around|approximately|of|to|a total of|only|EUR|USD|GBP|CHF|€|\$|£|day)?\s*$"
_LEAST = re.compile(
    r"\b(?:at least|no less than|not less than|(?:a )?minimum(?: of)?|more than|longer than|greater than|higher than"
    r"|larger than|bigger than|older than|newer than|over|above|exceed(?:s|ing)?|after|starting at|beyond|upwards of"
    rf"|at the earliest){_FILLER}",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:at most|up to|no more than|not more than|no later than|no longer than|(?:a )?maximum(?: of)?|less than"
    r"|fewer than|shorter than|smaller than|lower than|younger than|under|below|within|before|until|not exceed"
    rf"|cannot exceed|can't exceed|not last longer than|by the end of|as many as|as much as){_FILLER}",
    re.IGNORECASE,
)
_LEAST_AFTER = re.compile(
    r"[\s-]*(?:\w+\s+){0,2}?(?:or (?:more|above|later|longer|newer|higher|older|larger)|and (?:above|up"
    r"|later)|minimum|at least)\b|\+",
    re.IGNORECASE,
)
_MOST_AFTER = re.compile(
    r"[\s-]*(?:\w+\s+){0,2}?(?:or (?:less|fewer|below|earlier|shorter|lower|older versions)|maximum"
    r"|at most|at the latest)\b",
    re.IGNORECASE,
)
_LATEST = re.compile(r"\bno later than\s*$", re.IGNORECASE)
_EARLIER = re.compile(r"\s*\w+\s+(?:before|prior|ahead|in advance)\b", re.IGNORECASE)
"""``No later than 24 hours before`` it is at least 24 hours before."""
_QUALIFIED = re.compile(r"[\s-]*(?:business|working)\b", re.IGNORECASE)
REACH = 3
"""Words between a number and its unit: ``10 business days``."""


@dataclass(frozen=True)
class Quantity:
    """A number as digits, its unit (empty when it has none), what it is paid or allowed per, and its limit."""

    value: str
    unit: str
    rate: str
    bound: Bound
    start: int
    end: int
    business: bool = False
    """Counted in business days."""
    alone: bool = False
    """No word follows it: the cell of a table, whose unit stands in the name of the column."""

    @property
    def key(self) -> tuple[str, str]:
        """Number and unit, a duration in seconds or in months: 24 hours are one day."""
        for scale, name in ((_SECONDS, "s"), (_MONTHS, "mo")):
            if self.unit in scale:
                return _digits(float(self.value) * scale[self.unit]), name
        return self.value, self.unit

    def __str__(self) -> str:
        """As a reviewer reads it: number and unit."""
        return f"{self.value} {self.unit}".strip()


@lru_cache(maxsize=4_096)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text in order; dates, times of day and codes such as ``PAY-209`` are none."""
    masked = text
    for moment in moments(text):
        masked = masked[: moment.start] + "·" * (moment.end - moment.start) + masked[moment.end :]
    found = [each for each in _NUMBER.finditer(masked) if _is_number(each, masked)]
    return tuple(_read(masked, found, index) for index in range(len(found)))


def unit_of(word: str) -> str:
    """Return the unit that a word spells, or the empty string."""
    return _UNITS.get(word, "") or _UNITS.get(word.lower(), "")


def _is_number(found: re.Match[str], text: str) -> bool:
    """``one`` counts only before a unit, ``no one`` and ``one of`` never; letters at digits make a code (``2FA``)."""
    if glued := (found["glued"] or ""):
        return glued.lower() in {"st", "nd", "rd", "th", "x", "k"} or bool(unit_of(glued))
    words = (found["words"] or "").lower()
    if words == "zero":
        return False
    if words in {"once", "twice", "thrice"} and _RATE.match(text, found.end()):
        return False
    after = _WORD_AFTER.match(text, found.end())
    return words != "one" or bool(after and (unit_of(after[1]) or after[1].lower() in COUNTED))


def _read(text: str, found: Sequence[re.Match[str]], index: int) -> Quantity:
    match = found[index]
    value = match["version"] or (_normal(match["digits"]) if match["digits"] else _spelled(match["words"]))
    if (match["glued"] or "").lower() == "k":
        value = _digits(float(value) * 1_000)
    unit, end = _unit(text, found, index)
    rate = _RATE.match(text, end)
    return Quantity(
        value,
        unit,
        unit_of(rate[1]) if rate else "",
        bound_at(text, match.start(), match.end()),
        match.start(),
        end,
        bool(_QUALIFIED.match(text, match.end())),
        _WORD_AFTER.match(text, match.end()) is None,
    )


def _unit(text: str, found: Sequence[re.Match[str]], index: int) -> tuple[str, int]:
    """The unit of a number and where it ends: glued to it, before it, after it, or that of the range it begins."""
    match = found[index]
    if unit := unit_of(match["glued"] or ""):
        return unit, match.end()
    if before := _BEFORE.search(text[max(0, match.start() - 5) : match.start()]):
        return unit_of(before[1]), match.end()
    following = found[index + 1] if index + 1 < len(found) else None
    if following and _RANGE.fullmatch(text[match.end() : following.start()]):
        return _unit(text, found, index + 1)[0], match.end()
    place = match.end()
    for _ in range(REACH):
        word = _WORD_AFTER.match(text, place)
        if word is None or (following and word.end() > following.start()):
            break
        place = word.end()
        unit = unit_of(word[1])
        if unit and not (len(word[1]) == 1 and word[1].isalpha() and word[1] not in {"h", "g", "W", "V", "m"}):
            return unit, place
    return "", match.end()


def bound_at(text: str, start: int, end: int) -> Bound:
    """Return whether a figure is the least or the most, by what stands nearest before it, else after it."""
    before, after = text[max(0, start - 40) : start], text[end : end + 40]
    if _MOST.search(before):
        return "least" if _LATEST.search(before) and _EARLIER.match(after) else "most"
    if _LEAST.search(before):
        return "least"
    if _LEAST_AFTER.match(after):
        return "least"
    return "most" if _MOST_AFTER.match(after) else ""


def _normal(number: str) -> str:
    """``1,000`` is ``1000``, ``3.50`` and ``3,5`` are ``3.5``, ``-4`` keeps its sign."""
    plain = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", number.replace("−", "-")).replace(",", ".")
    if plain.count(".") > 1:
        return plain
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain).lstrip("0") or "0"


def _spelled(words: str) -> str:
    total, part = 0, 0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in _SCALES:
            part = (part or 1) * _SCALES[word]
            total, part = (total + part, 0) if word != "hundred" else (total, part)
        else:
            part += _WORDS.get(word, 0)
    return str(total + part)


def _digits(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
