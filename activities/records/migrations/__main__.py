"""Write the next revision from the models: ``python -m activities.records.migrations "Add a column" 0002``."""

import asyncio
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from alembic import command
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from activities.records.migrations.history import alembic_config


def write_revision(connection: Connection, message: str, number: str) -> None:
    """Compare the models with all revisions so far and write what is missing as revision ``number``."""
    config = alembic_config(connection)
    command.upgrade(config, "head")
    command.revision(config, message=message, rev_id=number, autogenerate=True)


async def main(message: str, number: str) -> None:
    """Write a revision against an empty SQLite database."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_async_engine(f"sqlite+aiosqlite:///{Path(folder) / 'models.db'}")
        async with engine.begin() as connection:
            await connection.run_sync(write_revision, message, number)
        await engine.dispose()


if __name__ == "__main__":
    parser = ArgumentParser(prog="python -m activities.records.migrations")
    parser.add_argument("message", help='what it does, as "Add a column"')
    parser.add_argument("number", help="the next free one, as 0002")
    asyncio.run(main(**vars(parser.parse_args())))
