"""A SQL database: rows by a watermark column, the rest by a sweep of keys and marks; a query maps the columns."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    String,
    and_,
    case,
    cast,
    column,
    func,
    make_url,
    or_,
    select,
    text,
)
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
    Skipped,
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

    def __init__(self, config: SqlConfig, engine: AsyncEngine, max_bytes: int) -> None:
        self._config = config
        self._max_bytes = max_bytes
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
            columns = (cast(self._key, String).label("key"), self._mark.label("mark"))
            async for row in await connection.stream(self._select(*columns).where(*self._live())):
                # A watermark that went back, as in a database put back old, is behind the place of the pages.
                unmarked = Skipped(row.key, f"its {self._config.watermark} is null")
                yield unmarked if row.mark is None else Item(row.key, str(row.mark))
        yield Whole()

    async def fetch(self, key: str) -> Content | None:
        """Read a row."""
        config = self._config
        asked = [_text(column(name)).label(label) for label, name in self._said().items()]
        body: ColumnElement[Any] = column(config.body)
        size = _bytes_of(body, self._engine.dialect.name)
        query = self._select(size.label("size"), case((size <= self._max_bytes, body)).label("content"), *asked)
        query = query.where(cast(self._key, String) == key, *self._live())
        async with self._reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            return None
        if (row["size"] or 0) > self._max_bytes:
            raise SourceRefusedError(f"it has {row['size']:,} bytes; at most {self._max_bytes:,} are taken")
        content = row["content"]
        data = content if isinstance(content, bytes) else str(content or "").encode("utf-8", "replace")
        said = {label: row[label] or "" for label in self._said()}
        return Content(f"{key}{SUFFIXES[config.format]}", data, said.get("title", ""), said.get("department", ""))

    async def readers(self, key: str) -> None:
        """Whoever may read the source."""
        return

    def _said(self) -> dict[str, str]:
        """Return the columns that say something about a row, by what they say."""
        names = {"title": self._config.title, "department": self._config.department}
        return {label: name for label, name in names.items() if name}

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
            return list(await connection.execute(query.where(self._mark.is_not(None), self._key.is_not(None))))

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
        there: list[ColumnElement[bool]] = [self._key.is_not(None)]
        if self._config.deleted:
            there.append(column(self._config.deleted).is_not(text("true")))
        return there

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


def _text(value: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the beginning of a value as text."""
    return func.substr(cast(value, String), 1, 400)


def _bytes_of(value: ColumnElement[Any], dialect: str) -> ColumnElement[int]:
    """Return how large a value is, which the database knows without sending it; of bytes as PostgreSQL writes them."""
    if dialect == "sqlite":
        return func.length(cast(value, LargeBinary))
    return func.octet_length(cast(value, String))


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
    if isinstance(mark, Decimal):
        return {"decimal": str(mark)}
    return {"value": mark if isinstance(mark, int | float) else str(mark)}


def _restored(stored: Json) -> Any:
    if "time" in stored:
        return datetime.fromisoformat(stored["time"])
    if "decimal" in stored:
        return Decimal(stored["decimal"])
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
            yield Sql(config, engine, tools.max_bytes)
        finally:
            await engine.dispose()


KIND = SqlKind()
