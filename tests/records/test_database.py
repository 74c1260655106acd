import asyncio
import multiprocessing
import stat
from multiprocessing.synchronize import Barrier
from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from activities.records import migrations
from activities.records.database import Database, DatabaseUnavailableError
from activities.records.migrations import SchemaError
from activities.records.models import Base, Conversation, Person
from tests.fixtures.postgres import free_port
from tests.records.rows import NOON, open_conversation


def newest() -> str | None:
    folder = Path(migrations.__file__).parent
    return ScriptDirectory(str(folder)).get_current_head()


def sqlite_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'records.db'}"


def migrate_in_process(url: str, barrier: Barrier) -> None:
    async def migrate() -> None:
        database = Database(url)
        barrier.wait(timeout=30)
        await database.migrate()
        await database.close()

    asyncio.run(migrate())


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


async def test_the_migrations_build_exactly_the_models(migrated: Database) -> None:
    async with migrated.read() as session:
        assert await (await session.connection()).run_sync(differences) == []


async def test_the_schema_version_is_the_newest_after_migrating_and_none_before(
    migrated: Database, tmp_path: Path
) -> None:
    assert await migrated.schema_version() == newest() == migrations.newest_revision()
    fresh = Database(sqlite_url(tmp_path))
    assert await fresh.schema_version() is None
    await fresh.close()


async def test_migrating_again_keeps_the_rows(database: Database) -> None:
    await open_conversation(database)
    await database.migrate()
    async with database.read() as session:
        assert await session.get(Conversation, "c1") is not None


async def test_processes_that_migrate_at_once_all_succeed(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(3)
    url = sqlite_url(tmp_path)
    processes = [spawn.Process(target=migrate_in_process, args=(url, barrier)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join, 60)
    assert [process.exitcode for process in processes] == [0, 0, 0]


async def test_engines_that_migrate_postgresql_at_once_all_succeed(postgres_url: str) -> None:
    server = postgres_url.replace("+asyncpg", "")
    admin = await asyncpg.connect(server)
    await admin.execute("CREATE DATABASE together")
    await admin.close()
    databases = [Database(postgres_url.rsplit("/", 1)[0] + "/together") for _ in range(3)]
    await asyncio.gather(*(database.migrate() for database in databases))
    assert [await database.schema_version() for database in databases] == [newest()] * 3
    for database in databases:
        await database.close()


async def test_a_schema_from_the_future_is_refused_and_left_alone(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    await database.migrate()
    async with database.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="9999"):
        await database.migrate()
    assert await database.schema_version() == "9999"
    await database.close()


async def test_a_folder_that_cannot_be_written_is_named_in_the_error(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder", encoding="utf-8")
    database = Database(sqlite_url(in_the_way))
    with pytest.raises(DatabaseUnavailableError, match="writable"):
        await database.migrate()
    await database.close()


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "records.db").write_bytes(b"This is a letter to my aunt. " * 100)
    database = Database(sqlite_url(tmp_path))
    with pytest.raises(DatabaseUnavailableError, match="not a database"):
        await database.migrate()
    await database.close()


async def test_a_server_that_is_down_is_unavailable_and_its_password_is_not_shown() -> None:
    database = Database(f"postgresql+asyncpg://holdfast:hunter2@127.0.0.1:{free_port()}/records")
    with pytest.raises(DatabaseUnavailableError, match="is the server up") as refused:
        await database.ping()
    assert "hunter2" not in str(refused.value)
    await database.close()


async def test_a_database_that_does_not_exist_is_unavailable(postgres_url: str) -> None:
    database = Database(postgres_url.rsplit("/", 1)[0] + "/nowhere")
    with pytest.raises(DatabaseUnavailableError, match="nowhere"):
        await database.ping()
    await database.close()


async def test_the_sqlite_file_is_private_durable_and_keeps_references(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    await database.migrate()
    async with database.read() as session:
        pragmas = {
            name: (await session.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    await database.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert stat.S_IMODE((tmp_path / "records.db").stat().st_mode) == 0o600


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def write_and_fail() -> None:
        async with database.write() as session:
            session.add(Person(id="p", username="p", display_name="P", role="customer", created_at=NOON))
            await session.flush()
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        await write_and_fail()
    async with database.read() as session:
        assert await session.get(Person, "p") is None


async def test_moments_come_back_in_utc_with_their_zone(database: Database) -> None:
    async with database.write() as session:
        session.add(Person(id="p", username="p", display_name="P", role="customer", created_at=NOON))
    async with database.read() as session:
        person = await session.get(Person, "p")
    assert person is not None
    assert person.created_at == NOON
    assert person.created_at.utcoffset() is not None


async def test_writers_that_come_at_once_wait_for_each_other(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write() as session:
            name = f"p{number}"
            session.add(Person(id=name, username=name, display_name=name, role="customer", created_at=NOON))

    await asyncio.gather(*(write(number) for number in range(20)))
    async with database.read() as session:
        assert (await session.execute(text("SELECT count(*) FROM people"))).scalar() == 20


def test_libpq_urls_with_sslmode_are_taken_as_they_are() -> None:
    url = Database("postgresql+asyncpg://u@db.example/records?sslmode=require").url
    assert dict(url.query) == {"ssl": "require"}


async def test_the_planner_is_told_what_tables_have_become(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    async with database.write() as session:
        session.add_all(
            Person(id=f"p{number}", username=f"p{number}", display_name="", role="customer", created_at=NOON)
            for number in range(20)
        )
    await database.count()
    counted = "SELECT stat FROM sqlite_stat1 WHERE tbl = 'people'"
    async with database.read() as session:
        assert [str(row).split()[0] for row in await session.scalars(text(counted))] == ["20"] * 2
    await database.close()


async def test_a_value_that_a_database_cannot_hold_is_no_outage_to_wait_for(postgres_url: str) -> None:
    database = Database(postgres_url)
    try:
        with pytest.raises(ValueError, match="cannot hold what it was given: invalid byte sequence"):
            async with database.read() as session:
                await session.execute(text("SELECT CAST(:value AS text)"), {"value": "a\0b"})
        await database.ping()
    finally:
        await database.close()


async def test_a_time_out_without_words_is_an_unavailable_database_too(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    with pytest.raises(DatabaseUnavailableError, match="TimeoutError"):
        async with database.read():
            raise TimeoutError
    await database.close()
