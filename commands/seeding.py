"""The schema and the demo people before a start, in a process of its own: it is skipped when they are there."""

import asyncio
import json
import os
import sqlite3
import sys
from contextlib import closing

from activities.settings import Settings
from commands.errors import CommandError
from commands.process import die_with
from commands.runtime import Runtime
from commands.services import child_environment

DATABASE_FILE = "holdfast.db"
LOGINS_FILE = "demo-users.json"
"""As ``activities.records.seed`` names it, whose import brings the database's libraries: a second of each start."""


async def seed(settings: Settings, runtime: Runtime) -> None:
    """Make schema and demo people in a process that ends, while the services start. Raises ``CommandError``."""
    if is_seeded(settings):
        return
    seeding = await asyncio.create_subprocess_exec(
        *[sys.executable, "-P", "-m", "commands.people"],
        env=child_environment(settings, runtime),
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=die_with(os.getpid()),
    )
    _, said = await seeding.communicate()
    if seeding.returncode:
        raise CommandError(said.decode().strip() or f"the demo people: exit code {seeding.returncode}")


def is_seeded(settings: Settings) -> bool:
    """Say whether everybody in the file of log-ins is in the data folder's database; of another one nothing is known.

    What else the schema needs each service sees to itself.
    """
    if settings.database_url:
        return False
    try:
        logins = json.loads((settings.data_dir / LOGINS_FILE).read_text(encoding="utf-8"))
        address = f"{(settings.data_dir / DATABASE_FILE).resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as records:
            people = {name for (name,) in records.execute("SELECT username FROM people")}
        return {login["username"] for login in logins} <= people
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error):
        return False
