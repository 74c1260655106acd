"""Days as the forms have them, and the moments that they stand for: a day begins here, in the zone of this server."""

from datetime import datetime, timedelta

YEAR = timedelta(days=365)


def moment_of(day: str | None) -> str:
    """Return the moment at which a day begins here, for the API, which refuses what is no day; nothing of nothing."""
    written = (day or "").strip()
    try:
        return datetime.fromisoformat(written).astimezone().isoformat()
    except ValueError:
        return written


def day_of(moment: datetime | None) -> str:
    """Return the day of a moment here, as a field for days takes it; nothing of nothing."""
    return moment.astimezone().date().isoformat() if moment else ""


def a_year_after(until: datetime, now: datetime) -> str:
    """Return the day a year after a document's last one, or after today when that is over."""
    return day_of(max(until, now) + YEAR)
