"""The relational database behind all records: one engine, short sessions, a schema that moves itself forward."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from activities.records import migrations, sqlite

Result = TypeVar("Result")
DATA_EXCEPTION = "22"
"""Class of PostgreSQL's errors about a value, such as a NUL character; asyncpg's are not SQLAlchemy's ``DataError``."""
READERS = 2
"""Threads that read from SQLite for ``query``."""


class DatabaseUnavailableError(Exception):
    """The database cannot be reached or written now; worth a retry."""


def utc_now() -> datetime:
    """Return the present moment in UTC, with its zone."""
    return datetime.now(UTC)


class Database:
    """An async engine for SQLite (``sqlite+aiosqlite:///file``) or PostgreSQL (``postgresql+asyncpg://``)."""

    def __init__(self, url: str) -> None:
        self.url = _accept_sslmode(make_url(url))
        self._engine = self._create_engine()
        self._readers = async_sessionmaker(self._engine, expire_on_commit=False)
        writing = self._engine.execution_options(**{sqlite.WRITES: True})
        self._writers = async_sessionmaker(writing, expire_on_commit=False)
        self._writer = sqlite.Lane(self.url, writes=True) if self.dialect == "sqlite" else None
        self._reader = sqlite.Lane(self.url, threads=READERS) if self.dialect == "sqlite" else None

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.url.get_backend_name()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session on one snapshot; nothing is committed. Raises ``DatabaseUnavailableError``."""
        async with self._guarded(), self._readers() as session:
            yield session

    async def query(self, work: Callable[[Connection], Result]) -> Result:
        """Run short synchronous reads on one snapshot: the quickest way for what every turn asks.

        Raises ``DatabaseUnavailableError``.
        """
        async with self._guarded():
            if self._reader:
                return await self._reader.run(work)
            async with self._engine.connect() as connection:
                return await connection.run_sync(work)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection that sees one moment of the database, however long it reads and whatever others write.

        Raises ``DatabaseUnavailableError``.
        """
        async with self._guarded(), self._engine.connect() as connection:
            if self.dialect == "postgresql":
                await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open one transaction, committed at the end of the block. Raises ``DatabaseUnavailableError``."""
        async with self._guarded(), self._writers.begin() as session:
            yield session

    async def transact(self, work: Callable[[Connection], Result]) -> Result:
        """Run a short synchronous ``work`` in one transaction: the quickest way for what every turn does.

        Raises ``DatabaseUnavailableError``.
        """
        async with self._guarded():
            if self._writer:
                return await self._writer.run(work)
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)

    async def migrate(self) -> None:
        """Bring the schema to the newest version; processes that start together take turns.

        Raises ``DatabaseUnavailableError``, or ``migrations.SchemaError`` when a newer Holdfast owns the schema.
        """
        async with self._guarded():
            if self.dialect == "sqlite" and self.url.database:
                sqlite.create_file(Path(self.url.database))
            async with self.write() as session:
                connection = await session.connection()
                await connection.run_sync(migrations.upgrade)

    def exists(self) -> bool:
        """Return whether there is something to open: SQLite would make a file that is not there."""
        return self.dialect != "sqlite" or (bool(self.url.database) and Path(str(self.url.database)).is_file())

    async def schema_version(self) -> str | None:
        """Return the revision the schema is at; ``None`` before the first ``migrate``."""
        async with self.read() as session:
            connection = await session.connection()
            return await connection.run_sync(migrations.current_revision)

    async def count(self) -> None:
        """Let SQLite's planner know what its tables have become, some milliseconds; PostgreSQL sees to that itself.

        Not at a start: counts of small tables mislead it when they have grown. Raises ``DatabaseUnavailableError``.
        """
        if self.dialect == "sqlite":
            await self.transact(sqlite.count_rows)

    async def ping(self) -> None:
        """Ask the database for an answer. Raises ``DatabaseUnavailableError``."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close all connections."""
        for lane in (self._writer, self._reader):
            if lane:
                await asyncio.to_thread(lane.close)
        await self._engine.dispose()

    def _create_engine(self) -> AsyncEngine:
        if self.dialect == "sqlite":
            engine = create_async_engine(self.url)
            sqlite.configure(engine.sync_engine)
            return engine
        # Pre-ping: a connection that the server's restart has cut is replaced instead of failing a turn.
        timeouts = {"timeout": 10, "command_timeout": 30}
        return create_async_engine(self.url, pool_pre_ping=True, pool_size=10, connect_args=timeouts)

    @asynccontextmanager
    async def _guarded(self) -> AsyncIterator[None]:
        try:
            yield
        except (IntegrityError, DataError, ProgrammingError):
            raise  # the caller's rows are wrong, not the database
        except (DBAPIError, PoolTimeoutError, OSError) as error:
            if str(getattr(getattr(error, "orig", None), "sqlstate", "")).startswith(DATA_EXCEPTION):
                raise ValueError(f"the database cannot hold what it was given: {self._cause(error)}") from error
            raise DatabaseUnavailableError(self._explain(error)) from error

    @staticmethod
    def _cause(error: Exception) -> str:
        # A time-out says nothing of itself.
        cause = getattr(error, "orig", None) or error
        return (str(cause).splitlines() or [type(cause).__name__])[0]

    def _explain(self, error: Exception) -> str:
        cause = self._cause(error)
        if self.dialect == "sqlite":
            return f"cannot use the database file {self.url.database!r}: {cause}; is its folder writable?"
        place = self.url.render_as_string(hide_password=True)
        return f"cannot use the database {place}: {cause}; is the server up and the log-in right?"


def _accept_sslmode(url: URL) -> URL:
    """Rename libpq's ``sslmode`` to asyncpg's ``ssl``, so that hosted PostgreSQL URLs work as they are given."""
    if "sslmode" not in url.query:
        return url
    mode = url.query["sslmode"]
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
