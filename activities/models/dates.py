"""Dates and times of day in a text, in one spelling each, so that two texts can be compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MONTHS = tuple("january february march april may june july august september october november december".split())
WEEKDAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())
_MONTH = "|".join(f"{each[:3]}(?:{each[3:]}|t)?" if len(each) > 3 else each for each in MONTHS)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATES = (
    re.compile(r"\b(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})\b"),
    re.compile(rf"\b(?P<day>{_DAY})(?:\s+of)?\s+(?P<name>{_MONTH})\b\.?(?:,?\s+(?P<year>\d{{4}}))?", re.IGNORECASE),
    re.compile(rf"\b(?P<name>{_MONTH})\b\.?\s+(?P<day>{_DAY})\b(?!\s*[:%])(?:,?\s+(?P<year>\d{{4}}))?", re.IGNORECASE),
    re.compile(r"\b(?P<day>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>\d{4})\b"),
    re.compile(r"\b(?P<name>January|February|March|April|May|June|July|August|September|October|November|December)\b"),
)
_TIMES = (
    re.compile(r"\b(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap])\.?m\b\.?", re.IGNORECASE),
    re.compile(r"(?<![\d:])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?![\d:])"),
    re.compile(r"\b(?P<noon>noon|midday|midnight)\b", re.IGNORECASE),
)
_WEEKDAY = re.compile(
    rf"\b(?P<first>{'|'.join(WEEKDAYS)})s?\b(?:\s*(?:to|-|–|through|until)\s*(?P<last>{'|'.join(WEEKDAYS)})\b)?",
    re.IGNORECASE,
)
_WORKING_WEEK = re.compile(r"\bweekdays?\b", re.IGNORECASE)
_WEEKEND = re.compile(r"\bweekends?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Moment:
    """A date ``d:2025-03-01`` (parts that are not said are ``?``), a time ``t:17:00``, or a day ``w:monday``."""

    key: str
    start: int
    end: int

    def agrees(self, other: "Moment") -> bool:
        """Return whether the other says at least as much: each part that this one has is the same there."""
        return self.key == other.key or (
            self.key[:2] == other.key[:2] == "d:"
            and all(mine in {"?", its} for mine, its in zip(_parts(self), _parts(other), strict=True))
        )


def moments(text: str) -> list[Moment]:
    """Return dates, times and days of the week, by place; ``Monday to Friday`` is five days, ``weekend`` two."""
    found: list[Moment] = []
    for each in (*_dates(text), *_times(text), *_days(text)):
        if not any(each.start < other.end and other.start < each.end and each.key[0] != "w" for other in found):
            found.append(each)
    return sorted(found, key=lambda each: each.start)


def _dates(text: str) -> Iterator[Moment]:
    taken: list[tuple[int, int]] = []
    for pattern in _DATES:
        for found in pattern.finditer(text):
            if any(start < found.end() and found.start() < end for start, end in taken):
                continue
            taken.append(found.span())
            groups = found.groupdict()
            name = groups.get("name")
            if name and not groups.get("day") and name == "May":
                continue
            month = _month(name) if name else int(groups["number"])
            day = re.sub(r"\D", "", groups.get("day") or "").lstrip("0") or "?"
            yield Moment(f"d:{groups.get('year') or '?'}-{month}-{day}", *found.span())


def _times(text: str) -> Iterator[Moment]:
    for pattern in _TIMES:
        for found in pattern.finditer(text):
            groups = found.groupdict()
            if groups.get("noon"):
                yield Moment("t:0:00" if groups["noon"].lower() == "midnight" else "t:12:00", *found.span())
                continue
            hour = int(groups["hour"])
            if half := (groups.get("half") or "").lower():
                hour = hour % 12 + (12 if half == "p" else 0)
            if hour <= 24:
                yield Moment(f"t:{hour}:{groups.get('minute') or '00'}", *found.span())


def _days(text: str) -> Iterator[Moment]:
    for found in _WEEKDAY.finditer(text):
        first = WEEKDAYS.index(found["first"].lower())
        last = WEEKDAYS.index(found["last"].lower()) if found["last"] else first
        for number in range(first, last + 1 if last >= first else last + 8):
            yield Moment(f"w:{WEEKDAYS[number % 7]}", *found.span())
    for pattern, days in ((_WORKING_WEEK, WEEKDAYS[:5]), (_WEEKEND, WEEKDAYS[5:])):
        for found in pattern.finditer(text):
            yield from (Moment(f"w:{day}", *found.span()) for day in days)


def _month(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name.lower()[:3]))


def _parts(moment: Moment) -> list[str]:
    return moment.key[2:].split("-")
