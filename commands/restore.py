"""``holdfast restore``: the knowledge of a backup into a data folder, then the index made anew from it."""

import asyncio
from pathlib import Path

from rich.console import Console
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from activities.counts import counted
from activities.records.database import utc_now
from activities.records.knowledge_events import Happened, record_event
from activities.records.snapshot import (
    UnknownColumnsError,
    clear_knowledge,
    count_documents,
    knowledge_tables_in_order,
    write_rows,
)
from activities.settings import Settings
from commands import reindex
from commands.backup_file import BackupReader, read_backup
from commands.errors import BadInputError
from commands.people import open_database
from commands.runtime import check_folder, own_folder


def run(settings: Settings, path: Path, console: Console, *, replace: bool = False) -> None:
    """Check the backup, put it in place in one transaction, and make the index anew.

    Raises ``BadInputError`` for a backup that cannot be used, a folder that Holdfast runs on, or one that has documents
    already unless they are to be replaced; ``CommandError`` when the database cannot be written.
    """
    settings = settings.model_copy(update={"data_dir": settings.data_dir.resolve()})
    with read_backup(path) as backup:
        check_folder(settings.data_dir)
        with own_folder(settings.data_dir, "stop it first"):
            documents = asyncio.run(_load(settings, backup, replace))
        manifest = backup.manifest
        console.print(f"Restored {counted(documents, 'document')} as they were at {manifest.created_at}")
    if manifest.members["chunks"].rows:
        reindex.run(settings, console)


async def _load(settings: Settings, backup: BackupReader, replace: bool) -> int:
    async with open_database(settings) as database:
        try:
            return await database.transact(lambda connection: _put(connection, backup, replace))
        except UnknownColumnsError as error:
            raise BadInputError(f"the backup was made by a newer Holdfast ({error}): install that one") from error
        except (IntegrityError, ValueError, TypeError) as error:
            raise BadInputError(f"the backup cannot be put in place: {str(error).splitlines()[0]}") from error


def _put(connection: Connection, backup: BackupReader, replace: bool) -> int:
    tables = {table.name: table for table in knowledge_tables_in_order()}
    if unknown := backup.manifest.members.keys() - tables.keys():
        raise UnknownColumnsError(f"there is no {', '.join(sorted(unknown))}")
    there = count_documents(connection)
    if there and not replace:
        found = f"the data folder has {counted(there, 'document')} already"
        raise BadInputError(f"{found}: restore into another one, or say --replace to remove what is there")
    clear_knowledge(connection)
    for name, table in tables.items():
        write_rows(connection, table, backup.rows(name))
    restored = count_documents(connection)
    record_event(connection, _restored(backup, restored, there))
    return restored


def _restored(backup: BackupReader, documents: int, replaced: int) -> Happened:
    details = {"made_at": backup.manifest.created_at, "documents": documents, "replaced": replaced}
    return Happened("knowledge.restored", "", details=details, occasion=utc_now().isoformat())
