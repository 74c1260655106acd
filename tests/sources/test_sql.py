"""A database: PostgreSQL with a watermark, deletes, late commits, and one that goes away half-way."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from activities.sources.connector import SourceRefusedError, SourceUnavailableError
from activities.sources.sql import SqlConfig
from tests.sources.conftest import MAX_BYTES, Rig

QUERY = "SELECT id, title, body, updated_at, gone FROM articles WHERE draft = false"


class Articles:
    """A table of articles, and where it is."""

    def __init__(self, engine: AsyncEngine, url: str) -> None:
        self.engine = engine
        self.url = url

    async def run(self, statement: str, **values: Any) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text(statement), values)

    async def put(self, number: int, body: str, at: str) -> None:
        await self.run(
            "INSERT INTO articles VALUES (:n, 'T' || CAST(:n AS int), CAST(:body AS text),"
            " CAST(CAST(:at AS text) AS timestamptz), false, false)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at",
            n=number, body=body, at=at,
        )  # fmt: skip


@pytest.fixture
async def articles(postgres_url: str) -> AsyncIterator[Articles]:
    engine = create_async_engine(postgres_url)
    made = Articles(engine, postgres_url.replace("+asyncpg", ""))
    await made.run("DROP TABLE IF EXISTS articles")
    await made.run(
        "CREATE TABLE articles"
        " (id int PRIMARY KEY, title text, body text, updated_at timestamptz, gone bool, draft bool)"
    )
    for number in range(1, 6):
        await made.put(number, f"Text {number}.", f"2026-01-0{number}T00:00:00Z")
    yield made
    await made.run("DROP TABLE IF EXISTS articles")
    await engine.dispose()


def config(rig: Rig, articles: Articles, **further: Any) -> dict[str, Any]:
    secret = rig.secret("db", articles.url)
    return {"secret": secret, "query": QUERY, "title": "title", "deleted": "gone", "page_rows": 2, **further}


async def test_rows_become_documents_and_follow_their_changes(rig: Rig, articles: Articles) -> None:
    source = await rig.add("sql", config(rig, articles))
    await rig.run(source)
    assert await rig.answers() == {f"{number}.md": f"Text {number}." for number in range(1, 6)}
    await articles.put(2, "New text.", "2026-02-01T00:00:00Z")
    await articles.run("UPDATE articles SET gone = true, updated_at = '2026-02-01' WHERE id = 3")
    await articles.run("DELETE FROM articles WHERE id = 4")
    await rig.run(source)
    assert await rig.answers() == {"1.md": "Text 1.", "2.md": "New text.", "5.md": "Text 5."}


async def test_only_rows_from_the_watermark_on_are_read_again(rig: Rig, articles: Articles) -> None:
    source = await rig.add("sql", config(rig, articles))
    await rig.run(source)
    row = await rig.rows.get(source.id)
    assert row is not None
    assert row.cursor == {"watermark": {"time": "2026-01-05T00:00:00+00:00"}}
    assert (await rig.sync.list_changes(source.id, 2)).to_take == 0
    await articles.put(6, "Late commit.", "2026-01-04T23:59:30Z")
    await rig.run(source)
    assert (await rig.answers())["6.md"] == "Late commit."


async def test_watermarks_that_go_back_or_are_null_are_noticed(rig: Rig, articles: Articles) -> None:
    source = await rig.add("sql", config(rig, articles))
    await rig.run(source)
    await articles.put(5, "Put back old.", "2020-01-01T00:00:00Z")
    await articles.run("INSERT INTO articles VALUES (7, 'T7', 'No mark.', NULL, false, false)")
    await rig.run(source)
    assert (await rig.answers())["5.md"] == "Put back old."
    assert (await rig.items(source))["7"].reason == "its updated_at is null"


@pytest.mark.parametrize("kind", ["numeric", "double precision", "bigint", "text", "date", "timestamp"])
async def test_each_kind_of_watermark_is_gone_on_from(rig: Rig, articles: Articles, kind: str) -> None:
    mark = f"CAST('2026-01-0' || id AS {kind})" if kind in {"text", "date", "timestamp"} else f"CAST(id AS {kind})"
    query = f"SELECT id, body, {mark} AS mark, false AS gone FROM articles"
    source = await rig.add("sql", config(rig, articles, query=query, title="", watermark="mark"))
    await rig.run(source)
    await articles.put(6, "One more.", "2026-01-06T00:00:00Z")
    await rig.run(source)
    assert len(await rig.answers()) == 6


async def test_a_row_that_is_too_large_stays_in_the_database(rig: Rig, articles: Articles) -> None:
    await articles.run(f"UPDATE articles SET body = repeat('ab', {MAX_BYTES}), title = repeat('t', 9000) WHERE id = 1")
    query = "SELECT id, title, body, updated_at, gone, CASE id WHEN 2 THEN 'legal~x' ELSE '' END AS team FROM articles"
    source = await rig.add("sql", config(rig, articles, query=query, department="team"))
    await rig.run(source)
    items = await rig.items(source)
    assert items["1"].reason == "it has 200,000 bytes; at most 100,000 are taken"
    assert items["2"].reason == "'legal~x' is no name of a department"
    assert sorted(await rig.answers()) == ["3.md", "4.md", "5.md"]


async def test_a_database_that_goes_away_half_way_is_gone_on_with(rig: Rig, articles: Articles) -> None:
    source = await rig.add("sql", config(rig, articles))
    async with rig.sync.open(source.id) as opened:
        listing = opened.connector.changes({}, None)  # type: ignore[arg-type]
        assert await anext(listing)
        async with articles.engine.begin() as connection:
            await connection.execute(text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ))  # fmt: skip
        with pytest.raises(SourceUnavailableError):
            async for _ in listing:
                pass
    await rig.run(source)
    assert len(await rig.answers()) == 5


async def test_a_query_cannot_write(rig: Rig, articles: Articles) -> None:
    await articles.run(
        "CREATE OR REPLACE FUNCTION spoil() RETURNS int LANGUAGE sql AS 'DELETE FROM articles RETURNING 1'"
    )
    source = await rig.add("sql", config(rig, articles, query=QUERY + " AND spoil() = 1"))
    with pytest.raises((SourceRefusedError, SourceUnavailableError), match="read-only"):
        await rig.run(source)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"body": "nothing"}, "nothing"), ({"query": "SELECT * FROM nowhere"}, "nowhere")],
)
async def test_a_query_that_does_not_fit_is_said(rig: Rig, articles: Articles, change: Any, reason: str) -> None:
    source = await rig.add("sql", config(rig, articles, **change))
    if "body" in change:
        await rig.sync.list_changes(source.id, 1)
        await rig.drain(source)
        assert all(reason in item.reason for item in (await rig.items(source)).values())
    else:
        with pytest.raises(SourceRefusedError, match=reason):
            await rig.run(source)


async def test_a_log_in_that_is_not_taken_is_said_without_it(rig: Rig, articles: Articles) -> None:
    source = await rig.add("sql", config(rig, articles))
    (rig.folder / "secrets" / "db").write_text(f"postgresql://nobody:s3cret@127.0.0.1:1/{uuid.uuid4().hex}")
    with pytest.raises((SourceRefusedError, SourceUnavailableError)) as refused:
        await rig.run(source)
    assert "s3cret" not in str(refused.value)
    (rig.folder / "secrets" / "db").write_text("not a url")
    with pytest.raises(SourceRefusedError, match="no URL of a PostgreSQL"):
        await rig.run(source)


@pytest.mark.parametrize(
    "change",
    [{"query": "DELETE FROM articles"}, {"query": "SELECT 1; DROP TABLE articles"}, {"key": "id; --"}, {"body": 'a"b'}],
)
def test_configs_that_are_no_query_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SqlConfig.model_validate({"secret": "db", "query": QUERY, **change})
