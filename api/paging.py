"""Lists page by page: where one goes on, which the answer of the page before names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query

from api.moments import Moment
from api.problems import invalid

Row = TypeVar("Row")
Place = tuple[datetime, str]
"""A row's moment and its id."""


@dataclass(frozen=True)
class Border:
    """The row that a page starts behind: its moment and its id; without an id all rows of the moment are left out."""

    moment: datetime | None
    row_id: str | None


@dataclass(frozen=True)
class Cut(Generic[Row]):
    """The rows of a page, and the place of its last one when there is a page behind it."""

    rows: Sequence[Row]
    next: datetime | None = None
    next_id: str | None = None


def get_border(
    before: Annotated[Moment | None, Query(description="Go on there: `next` of the page before.")] = None,
    before_id: Annotated[
        str | None,
        Query(min_length=1, max_length=200, description="And its `next_id`, so that no row of that moment is skipped."),
    ] = None,
) -> Border:
    """Return where the caller goes on. Raises a 422 problem for an id without its moment."""
    if before_id is not None and before is None:
        raise invalid("before_id goes with before: send the next and the next_id of one page.")
    return Border(before, before_id)


BorderDep = Annotated[Border, Depends(get_border)]


def cut(found: Sequence[Row], limit: int, place: Callable[[Row], Place]) -> Cut[Row]:
    """Return the first ``limit`` rows; ``found`` has one more when there is a page behind."""
    if len(found) <= limit:
        return Cut(found)
    return Cut(found[:limit], *place(found[limit - 1]))


def next_offset(found: Sequence[object], limit: int, offset: int) -> int | None:
    """Return where a list by number goes on; ``found`` has one row more than ``limit`` when it does."""
    return offset + limit if len(found) > limit else None


def cut_behind(border: Border, found: Sequence[Row], limit: int, place: Callable[[Row], Place]) -> Cut[Row]:
    """Return the same for lists that were once read on by the moment alone, which leaves out the rest of a moment.

    Who sends no id therefore gets whole moments, and perhaps fewer rows. One that is longer than a page needs the id.
    """
    if len(found) <= limit or border.row_id is not None:
        return cut(found, limit, place)
    begun = place(found[limit])[0]
    whole = [row for row in found if place(row)[0] != begun] or found[:limit]
    return Cut(whole, *place(whole[-1]))
