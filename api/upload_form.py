"""The fields of an upload beside its file."""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from activities.knowledge.rules import MOST_GROUPS, GroupName, Limits
from activities.ports import Level
from api.moments import ZonedMoment
from api.schemas import Request, Word

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _moment(value: object) -> object:
    """A day begins at midnight UTC; an empty field of a form says nothing."""
    if isinstance(value, str) and DAY.fullmatch(value.strip()):
        return f"{value.strip()}T00:00:00Z"
    return value or None


def _names(value: object) -> object:
    """Names in one field with commas between them, in a field each, or both."""
    fields = [value] if isinstance(value, str) else value
    if not isinstance(fields, list):
        return value
    return tuple(name.strip() for field in fields for name in str(field).split(",") if name.strip())


Moment = Annotated[ZonedMoment | None, BeforeValidator(_moment)]
"""A moment with its zone, or a day such as ``2027-01-31``."""


class UploadForm(Request):
    """The fields beside the ``file``; those that limit its documents are for supervisors and admins."""

    department: Literal[""] | Word = ""
    classification: Level = "internal"
    title: Annotated[str, StringConstraints(max_length=400, strip_whitespace=True)] = ""
    groups: Annotated[tuple[GroupName, ...], Field(max_length=MOST_GROUPS), BeforeValidator(_names)] = ()
    """Who alone reads the documents; left out, class and department decide, or the rule that a document has."""
    valid_from: Moment = None
    valid_until: Moment = None
    """An expired document stops answering that moment."""

    @field_validator("valid_until")
    @classmethod
    def _in_order(cls, until: datetime | None, given: ValidationInfo) -> datetime | None:
        start = given.data.get("valid_from")
        if until and start and start >= until:
            raise ValueError("must be later than valid_from")
        return until

    @property
    def limits(self) -> Limits:
        """What is said of readers and dates."""
        return Limits(groups=self.groups, valid_from=self.valid_from, valid_until=self.valid_until)
