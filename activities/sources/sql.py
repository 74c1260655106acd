"""A SQL database: rows by a watermark column, deletes by a sweep of the keys; a query maps the columns."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import ColumnElement, String, and_, cast, column, make_url, or_, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from activities.sources.connector import (
    Change,
    Checkpoint,
    Content,
    Gone,
    Item,
    Json,
    Known,
    Present,
    SourceRefusedError,
    SourceUnavailableError,
    Tools,
    Whole,
)

DRIVERS = {"postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg", "sqlite": "sqlite+aiosqlite"}
SUFFIXES = {"markdown": ".md", "html": ".html", "text": ".txt"}
COLUMN = r"^[A-Za-z_][A-Za-z0-9_]{0,62}$"
QUERY = re.compile(r"\s*(?:select|with)\b", re.I)
LOG_IN = ("password", "authentication", "does not exist", "permission denied")
TIMEOUTS = {"postgresql": {"timeout": 15, "command_timeout": 120}}
ROWS_OF = "source_rows"


class SqlConfig(BaseModel):
    """``query`` is one SELECT; the other keys name its columns."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    secret: str = Field(min_length=1, max_length=64)
    """Name of the secret that is the database's URL, with a log-in that may only read."""
    query: str = Field(min_length=8, max_length=10_000)
    key: str = Field(default="id", pattern=COLUMN)
    body: str = Field(default="body", pattern=COLUMN)
    title: str = Field(default="", pattern=COLUMN + "|^$")
    watermark: str = Field(default="updated_at", pattern=COLUMN)
    """Grows with each change of a row: a time, a number, a word that sorts."""
    deleted: str = Field(default="", pattern=COLUMN + "|^$")
    """Rows in which it is true are gone."""
    department: str = Field(default="", pattern=COLUMN + "|^$")
    format: Literal["markdown", "html", "text"] = "markdown"
    overlap_seconds: float = Field(default=60, ge=0, le=86_400)
    """Rows as old as this are looked at again: a transaction may commit after a later one."""
    page_rows: int = Field(default=500, ge=1, le=5_000)

    @field_validator("query")
    @classmethod
    def check_query(cls, query: str) -> str:
        """Take one statement that reads."""
        if not QUERY.match(query) or ";" in query:
            raise ValueError("must be one SELECT without a semicolon")
        return query


class Sql:
    """An open database."""

    def __init__(self, config: SqlConfig, engine: AsyncEngine) -> None:
        self._config = config
        self._engine = engine
        self._key: ColumnElement[Any] = column(config.key)
        self._mark: ColumnElement[Any] = column(config.watermark)

    async def changes(self, cursor: Json, known: Known) -> AsyncIterator[Change]:
        """List rows from the watermark on, page by page, then sweep the keys."""
        place = self._start(cursor)
        after: tuple[Any, Any] | None = None
        while rows := await self._page(place, after):
            for row in rows:
                yield self._change(row)
            after = (rows[-1].mark, rows[-1].key)
            yield Checkpoint({"watermark": _stored(after[0])})
        async with self._reading() as connection:
            keys = await connection.stream(self._select(cast(self._key, String).label("key")).where(*self._live()))
            async for row in keys:
                yield Present(row.key)
        yield Whole()

    async def fetch(self, key: str) -> Content | None:
        """Read a row."""
        config = self._config
        names = [name for name in (config.body, config.title, config.department) if name]
        query = self._select(*[column(name) for name in dict.fromkeys(names)])
        query = query.where(cast(self._key, String) == key, *self._live())
        async with self._reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            return None
        said = {name: str(row[name] or "") if name else "" for name in (config.title, config.department)}
        body = row[config.body]
        data = body if isinstance(body, bytes) else str(body or "").encode("utf-8", "replace")
        name = f"{key}{SUFFIXES[config.format]}"
        return Content(name, data, said.get(config.title, ""), said.get(config.department, ""))

    async def readers(self, key: str) -> None:
        """Whoever may read the source."""
        return

    async def _page(self, place: Any, after: tuple[Any, Any] | None) -> list[Any]:
        columns = [self._key.label("key"), self._mark.label("mark")]
        if self._config.deleted:
            columns.append(column(self._config.deleted).label("gone"))
        query = self._select(*columns).order_by(self._mark, self._key).limit(self._config.page_rows)
        if after is not None:
            query = query.where(or_(self._mark > after[0], and_(self._mark == after[0], self._key > after[1])))
        elif place is not None:
            query = query.where(self._mark >= place)
        async with self._reading() as connection:
            return list(await connection.execute(query.where(self._mark.is_not(None))))

    def _change(self, row: Any) -> Change:
        if self._config.deleted and row.gone:
            return Gone(str(row.key))
        return Item(str(row.key), str(row.mark))

    def _start(self, cursor: Json) -> Any:
        """Return where to begin; None for the beginning."""
        if "watermark" not in cursor:
            return None
        mark = _restored(cursor["watermark"])
        overlap = timedelta(seconds=self._config.overlap_seconds)
        return mark - overlap if isinstance(mark, datetime) else mark

    def _live(self) -> list[ColumnElement[bool]]:
        return [column(self._config.deleted).is_not(text("true"))] if self._config.deleted else []

    def _select(self, *columns: Any) -> Any:
        return select(*columns).select_from(text(f"({self._config.query}) AS {ROWS_OF}"))

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that cannot write. Raises ``SourceUnavailableError`` and ``SourceRefusedError``."""
        with _named():
            async with self._engine.connect() as connection:
                if self._engine.dialect.name == "postgresql":
                    await connection.execute(text("SET TRANSACTION READ ONLY"))
                yield connection


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except ProgrammingError as error:
        raise SourceRefusedError(f"the query is not taken: {_line(error)}") from error
    except DBAPIError as error:
        line = _line(error)
        kind = SourceRefusedError if any(word in line.lower() for word in LOG_IN) else SourceUnavailableError
        raise kind(f"the database says: {line}") from error
    except (OSError, PoolTimeoutError, TimeoutError) as error:
        if any(word in str(error).lower() for word in LOG_IN):
            raise SourceRefusedError(f"the database says: {error}") from error
        raise SourceUnavailableError(f"the database does not answer: {error or type(error).__name__}") from error


def _line(error: DBAPIError) -> str:
    return " ".join(str(error.orig).split())[:300]


def _stored(mark: Any) -> Json:
    """Return a watermark as JSON keeps it."""
    if isinstance(mark, datetime):
        return {"time": mark.isoformat()}
    if isinstance(mark, date):
        return {"date": mark.isoformat()}
    return {"value": mark if isinstance(mark, int) else str(mark)}


def _restored(stored: Json) -> Any:
    if "time" in stored:
        return datetime.fromisoformat(stored["time"])
    return date.fromisoformat(stored["date"]) if "date" in stored else stored["value"]


class SqlKind:
    """PostgreSQL, and SQLite files."""

    name = "sql"
    config = SqlConfig
    has_readers = False
    watched = False

    @asynccontextmanager
    async def open(self, config: SqlConfig, tools: Tools, source_id: str) -> AsyncIterator[Sql]:
        """Open a database. Raises ``SourceRefusedError`` and ``SecretMissingError``."""
        try:
            url = make_url(tools.secrets.read(config.secret))
            url = url.set(drivername=DRIVERS[url.get_backend_name()])
            engine = create_async_engine(url, connect_args=TIMEOUTS.get(url.get_backend_name(), {}), pool_size=2)
        except (ArgumentError, NoSuchModuleError, KeyError, ValueError) as error:
            raise SourceRefusedError("its secret is no URL of a PostgreSQL or SQLite database") from error
        try:
            yield Sql(config, engine)
        finally:
            await engine.dispose()


KIND = SqlKind()
