"""Where a list by time goes on: behind a row, which the answer of the page before names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query

from api.moments import Moment
from api.problems import invalid


@dataclass(frozen=True)
class Border:
    """The row that a page starts behind: its moment and its id; without an id all rows of the moment are left out."""

    moment: datetime | None
    row_id: str | None


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
