"""When people answer: a company's opening hours, and a promise counted in them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LOOK_AHEAD_DAYS = 400
"""A promise is not longer than this; an office that does not open in so long is a mistake in the file."""


def _span(value: object) -> object:
    """Read ``09:00-17:30``; midnight at the end of the day is ``24:00``."""
    if not isinstance(value, str):
        return value
    opens, _, closes = value.replace(" ", "").partition("-")
    try:
        first = time.fromisoformat(opens)
        last = time.max if closes == "24:00" else time.fromisoformat(closes)
    except ValueError:
        raise ValueError('write opening and closing time as "09:00-17:30"') from None
    if first >= last or first.tzinfo or last.tzinfo:
        raise ValueError("it must open before it closes")
    return first, last


Span = Annotated[tuple[time, time], BeforeValidator(_span)]


class OfficeHours(BaseModel):
    """Opening hours by weekday in one time zone; a weekday that is left out is closed. Without any it never closes."""

    model_config = ConfigDict(extra="forbid")
    time_zone: str = "UTC"
    closed_days: frozenset[date] = frozenset()
    hours: dict[Weekday, Span] = {}

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f'{name!r} is no time zone; write it as "Europe/Dublin"') from None
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.time_zone)

    def is_open(self, moment: datetime) -> bool:
        """Say whether people answer at a moment."""
        return not self.hours or any(opens <= moment < closes for opens, closes in self._spans(moment))

    def opens(self, moment: datetime) -> datetime:
        """Return when people answer next: the moment itself while they do."""
        if self.is_open(moment):
            return moment
        return next((opens for opens, _ in self._spans(moment) if opens > moment), moment)

    def after(self, moment: datetime, wait: timedelta) -> datetime:
        """Return the moment at which the office has been open for ``wait`` since ``moment``."""
        if not self.hours:
            return moment + wait
        for opens, closes in self._spans(moment):
            begin = max(opens, moment)
            if closes - begin >= wait:
                return begin + wait
            wait -= max(closes - begin, timedelta())
        return moment + wait

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The times of being open that are not over, as moments, from the day of ``moment`` on."""
        first = moment.astimezone(self.zone).date()
        for day in (first + timedelta(days=each) for each in range(LOOK_AHEAD_DAYS)):
            span = self.hours.get(WEEKDAYS[day.weekday()])
            if span is None or day in self.closed_days:
                continue
            # As moments of UTC: a difference of two local times forgets the hour of a clock change between them.
            opens, closes = (datetime.combine(day, at, self.zone).astimezone(moment.tzinfo) for at in span)
            if closes > moment:
                yield opens, closes
