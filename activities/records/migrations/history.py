"""Alembic's part: it runs the missing revisions on a connection that is already open."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's settings for the packaged scripts, bound to ``connection``."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def known_revisions(connection: Connection) -> set[str]:
    """Return all revisions that this Holdfast has."""
    scripts = ScriptDirectory.from_config(alembic_config(connection))
    return {script.revision for script in scripts.walk_revisions()}


def run_missing(connection: Connection) -> None:
    """Bring the schema to the newest revision."""
    command.upgrade(alembic_config(connection), "head")
