"""Lists by time, the latest first, page by page: rows of one moment are told apart by their ids."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, or_

Order = tuple[SQLColumnExpression[datetime], SQLColumnExpression[str]]
"""The columns of the moment and of the id."""


def latest_first(order: Order) -> tuple[ColumnElement[Any], ...]:
    """Return what to order a list by."""
    at, key = order
    return at.desc(), key.asc()


def behind(order: Order, moment: datetime, row_id: str | None) -> ColumnElement[bool]:
    """Return the condition for what follows the row of that moment and id; without an id all earlier moments."""
    at, key = order
    return at < moment if row_id is None else or_(at < moment, and_(at == moment, key > row_id))
