"""Alembic's entry: runs the revisions on the connection it is given."""

from typing import Any, Literal

from alembic import context

from activities.records import access_tables  # noqa: F401 - its tables belong to the metadata
from activities.records.models import Base, UtcDateTime


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our column type as the plain one, so that old revisions do not import today's models."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=render_item,
    # SQLite cannot alter most of a table in place: batch mode rebuilds it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
