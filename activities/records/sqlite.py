"""What SQLite needs to be a server's database: its own file, write-ahead log, honest transactions."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

Result = TypeVar("Result")

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


COUNT = ("PRAGMA analysis_limit=1000", "ANALYZE")


def count_rows(connection: Connection) -> None:
    """Count what is in the tables from a sample; the planner chooses indexes by it.

    ``PRAGMA optimize`` would do so for tables that its own connection has queried only, before SQLite 3.46, and most
    queries run on others. https://www.sqlite.org/lang_analyze.html#approx
    """
    for statement in COUNT:
        connection.exec_driver_sql(statement)


def create_file(path: Path) -> None:
    """Create folder and database file, if they are not there, for their owner alone. Raises ``OSError``."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def configure(engine: Engine) -> None:
    """Set the pragmas on each new connection and begin transactions ourselves.

    The driver's own transactions start late and unlocked: a read that turns into a write then fails with
    "database is locked" without waiting. Writers take the lock at the start, so ``busy_timeout`` covers them.
    https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#enabling-non-legacy-sqlite-transactional-modes
    """
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


class Lane:
    """Threads with a connection each for whole transactions.

    A transaction is one hop to the thread, where the async driver makes about ten a statement (4.1 ms of CPU against
    1.6 ms for a turn's rows). Writers need one thread: SQLite has one writer at a time anyway, and here they queue
    instead of polling for the lock.
    """

    def __init__(self, url: URL, *, threads: int = 1, writes: bool = False) -> None:
        """Connect at the first use. A lane that ``writes`` commits, another one cannot change anything."""
        engine = create_engine(url.set(drivername="sqlite"), pool_size=threads, max_overflow=0)
        configure(engine)
        self._writes = writes
        self._engine = engine.execution_options(**{WRITES: writes})
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="records")

    async def run(self, work: Callable[[Connection], Result]) -> Result:
        """Run ``work`` in one transaction, ended with it; SQLAlchemy's errors come through."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transact, work)

    def close(self) -> None:
        """Wait for the transactions that run, then close the connections."""
        self._threads.shutdown()
        self._engine.dispose()

    def _transact(self, work: Callable[[Connection], Result]) -> Result:
        with self._engine.connect() as connection:
            result = work(connection)
            if self._writes:
                connection.commit()
            return result


def _set_pragmas(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    mode = "IMMEDIATE" if connection.get_execution_options().get(WRITES) else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {mode}")
