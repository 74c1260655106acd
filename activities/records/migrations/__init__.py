"""The schema's history: Alembic, run from code with a connection that is already open."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

LOCK_KEY = 0x686F6C6466617374
"""PostgreSQL advisory lock of a migration: ``holdfast`` in ASCII."""


class SchemaError(Exception):
    """The schema belongs to another version of Holdfast."""


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's settings for the packaged scripts, bound to ``connection``."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade(connection: Connection) -> None:
    """Run all missing revisions in the caller's transaction, alone: others wait. Raises ``SchemaError``.

    On SQLite the caller's write transaction is the lock.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    config = alembic_config(connection)
    found = current_revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaError(
            f"the database is at schema {found!r}, which this Holdfast does not know: install a newer one"
        )
    command.upgrade(config, "head")


def current_revision(connection: Connection) -> str | None:
    """Return the revision in the database; ``None`` when it has no schema yet."""
    return MigrationContext.configure(connection).get_current_revision()
