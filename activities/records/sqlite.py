"""What SQLite needs to be a server's database: its own file, write-ahead log, honest transactions."""

import os
from pathlib import Path

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

WRITES = "holdfast_writes"
"""Execution option of connections that will write."""

PRAGMAS = (
    "PRAGMA busy_timeout=10000",
    "PRAGMA journal_mode=WAL",
    # FULL, not NORMAL: an activity that Temporal holds as done must not lose its row in a power cut,
    # and NORMAL gives up the last commits then. It costs one fsync a turn.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
)


def create_file(path: Path) -> None:
    """Create the folder and an empty database file that only its owner can read. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def configure(engine: AsyncEngine) -> None:
    """Set the pragmas on each new connection and begin transactions ourselves.

    The driver's own transactions start late and unlocked: a read that turns into a write then fails with
    "database is locked" without waiting. Writers take the lock at the start, so ``busy_timeout`` covers them.
    https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#enabling-non-legacy-sqlite-transactional-modes
    """
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    event.listen(engine.sync_engine, "begin", _begin)


def _set_pragmas(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    mode = "IMMEDIATE" if connection.get_execution_options().get(WRITES) else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {mode}")
