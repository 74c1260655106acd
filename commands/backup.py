"""``holdfast backup``: the whole knowledge at one moment in one file, while Holdfast runs."""

import asyncio
from pathlib import Path

from rich.console import Console

from activities.counts import counted
from activities.records.database import utc_now
from activities.records.snapshot import count_removed, knowledge_tables_in_order, read_rows
from activities.settings import Settings
from commands.backup_file import Manifest, write_backup
from commands.errors import BadInputError, CommandError
from commands.people import look_into_database


def run(settings: Settings, path: Path, console: Console) -> None:
    """Write the backup and say what is in it.

    Raises ``BadInputError`` when the file is there already or there is no such data folder, and ``CommandError`` when
    the database cannot be read or the file cannot be written.
    """
    if not settings.database_url and not settings.data_dir.is_dir():
        raise BadInputError(f"No data folder at {settings.data_dir}; name it (--data-dir)")
    try:
        manifest = asyncio.run(_write(settings, path))
    except OSError as error:
        raise CommandError(f"The backup cannot be written to {path}: {error.strerror or error}") from error
    passages = manifest.members["chunks"].rows
    documents = f"{counted(manifest.documents, 'document')} with {counted(passages, 'passage')}"
    traces = f", traces of {manifest.removed} removed" if manifest.removed else ""
    console.print(f"{path}: {documents}{traces}, {counted(path.stat().st_size, 'byte')}")


async def _write(settings: Settings, path: Path) -> Manifest:
    async with look_into_database(settings) as database:
        revision = await database.schema_version()
        with write_backup(path) as backup:
            async with database.snapshot() as connection:
                removed = await count_removed(connection)
                for table in knowledge_tables_in_order():
                    await backup.add(table.name, read_rows(connection, table))
            return backup.finish(utc_now().isoformat(), revision or "", removed)
