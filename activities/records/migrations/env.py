"""Alembic's entry: runs the revisions on the connection it is given."""

import pkgutil
from importlib import import_module
from typing import Any, Literal

from alembic import context

from activities import records
from activities.records.models import Base, UtcDateTime

for module in pkgutil.iter_modules(records.__path__):
    if module.name.endswith("_tables"):
        import_module(f"{records.__name__}.{module.name}")


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
