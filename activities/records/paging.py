"""Lists by time, page by page: rows of one moment are told apart by their ids."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, or_

Order = tuple[SQLColumnExpression[datetime], SQLColumnExpression[str]]
"""The columns of the moment and of the id."""


def latest_first(order: Order) -> tuple[ColumnElement[Any], ...]:
    """Return what to order a list by."""
    at, key = order
    return at.desc(), key.asc()


def soonest_first(order: Order) -> tuple[ColumnElement[Any], ...]:
    """Return what to order a list of what is still to come by."""
    at, key = order
    return at.asc(), key.asc()


def behind(order: Order, moment: datetime, row_id: str | None, *, soonest: bool = False) -> ColumnElement[bool]:
    """Return the condition for what follows the row of that moment and id; without an id all further moments.

    Further is earlier, in a list with the ``soonest`` first later.
    """
    at, key = order
    further = at > moment if soonest else at < moment
    return further if row_id is None else or_(further, and_(at == moment, key > row_id))
