"""``INSERT ... ON CONFLICT`` for both databases: what makes a repeated activity write one row."""

from typing import Any

from sqlalchemy import ColumnElement, Table, inspect
from sqlalchemy.dialects import postgresql, sqlite

from activities.records.models import Base

Insert = sqlite.Insert | postgresql.Insert


def values_of(row: Base) -> dict[str, Any]:
    """Return the columns that were set on ``row``; the rest take their defaults on insert and stay on update."""
    state = inspect(row)
    return {name: state.dict[name] for name in state.mapper.column_attrs.keys() if name in state.dict}


def insert_once(dialect: str, row: Base) -> Insert:
    """Insert ``row`` unless its primary key is there already."""
    return _insert(dialect, _table(row)).values(values_of(row)).on_conflict_do_nothing()


def upsert(
    dialect: str, row: Base, *, keep: tuple[str, ...] = ("created_at",), where: ColumnElement[bool] | None = None
) -> Insert:
    """Insert ``row``, or update the columns that it sets where ``where`` holds for the row that is there.

    ``keep`` names columns that the first insert decides for good.
    """
    table = _table(row)
    values = values_of(row)
    keys = [column.name for column in table.primary_key]
    changes = {name: value for name, value in values.items() if name not in keys and name not in keep}
    statement = _insert(dialect, table).values(values)
    return statement.on_conflict_do_update(index_elements=keys, set_=changes, where=where)


def _insert(dialect: str, table: Table) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def _table(row: Base) -> Table:
    table = row.__table__
    assert isinstance(table, Table)
    return table
