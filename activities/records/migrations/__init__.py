"""The schema's history: Alembic, run from code with a connection that is already open."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

LOCK_KEY = 0x686F6C6466617374
"""PostgreSQL advisory lock of a migration: ``holdfast`` in ASCII."""
TABLE = "alembic_version"


class SchemaError(Exception):
    """The schema belongs to another version of Holdfast."""


def newest_revision() -> str:
    """Return the last revision: files are named by their numbers."""
    return max(path.name.partition("_")[0] for path in (Path(__file__).parent / "versions").glob("[0-9]*.py"))


def upgrade(connection: Connection) -> None:
    """Run all missing revisions in the caller's transaction, alone: others wait. Raises ``SchemaError``.

    On SQLite the caller's write transaction is the lock.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    found = current_revision(connection)
    if found == newest_revision():
        return
    # Alembic is a quarter of a second of a start, and nearly no start needs it.
    from activities.records.migrations.history import known_revisions, run_missing

    if found is not None and found not in known_revisions(connection):
        raise SchemaError(
            f"the database is at schema {found!r}, which this Holdfast does not know: install a newer one"
        )
    run_missing(connection)


def current_revision(connection: Connection) -> str | None:
    """Return the revision in the database; ``None`` when it has no schema yet."""
    if not inspect(connection).has_table(TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {TABLE}")).scalar()
    return found
