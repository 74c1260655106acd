"""Moments in requests: any that a calendar in UTC has."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC, as which one without a zone is taken. Raises ``ValueError`` outside of the calendar."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must be in the years 1 to 9999 in UTC") from error


Moment = Annotated[datetime, AfterValidator(in_utc)]
"""ISO 8601, e.g. ``2026-11-27T08:00:00Z``."""
ZonedMoment = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""The same, and its zone has to be said."""
