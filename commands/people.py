"""People and API keys, written straight to the database: ``user add``, ``key create``, and the demo people."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from activities.ports import Role
from activities.records.database import Database, DatabaseUnavailableError
from activities.records.keys import KeyRefusedError, Keys
from activities.records.migrations import SchemaError, newest_revision
from activities.records.passwords import PasswordRefusedError, random_password
from activities.records.people import People, UsernameTakenError
from activities.records.seed import SeedError, seed_people
from activities.settings import Settings
from commands.errors import BadInputError, CommandError

ADD_SERVICE = "`holdfast user add NAME --role service`"


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database with its schema up to date. Raises ``CommandError``."""
    database = Database(settings.sqlalchemy_url)
    try:
        await database.migrate()
        yield database
    except (DatabaseUnavailableError, SchemaError) as error:
        raise CommandError(str(error)) from error
    finally:
        await database.close()


@asynccontextmanager
async def look_into_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database as it is, for a command that changes nothing. Raises ``CommandError``."""
    database, newest = Database(settings.sqlalchemy_url), newest_revision()
    try:
        found = await database.schema_version() if database.exists() else None
        if found is None:
            raise BadInputError("There are no records yet: `holdfast up` makes them")
        if found > newest:
            raise CommandError(
                f"The database is at schema {found}, which this Holdfast does not know: install a newer one"
            )
        if found < newest:
            raise CommandError(
                f"The database is at schema {found}, and this command changes nothing: the next start of `holdfast up` "
                f"brings it to {newest}; until then use the Holdfast that wrote it"
            )
        yield database
    except DatabaseUnavailableError as error:
        raise CommandError(str(error)) from error
    finally:
        await database.close()


async def seed_demo_people(settings: Settings) -> None:
    """Bring the schema up to date, and make the demo people unless the database has people of its own.

    Raises ``CommandError``.
    """
    async with open_database(settings) as database:
        try:
            await seed_people(database, settings.company_dir / "people.json", settings.data_dir)
        except SeedError as error:
            raise CommandError(str(error)) from error


async def add_user(settings: Settings, username: str, role: Role, department: str | None, password: str | None) -> str:
    """Add a person; return the password to show, empty when one was given. Services get keys and no password.

    Raises ``BadInputError`` for a taken name or a weak password.
    """
    invented = "" if password or role == "service" else random_password()
    async with open_database(settings) as database:
        try:
            await People(database).create(username, role, department=department, password=password or invented or None)
        except (UsernameTakenError, PasswordRefusedError, ValueError) as error:
            raise BadInputError(str(error)) from error
    return invented


async def create_key(settings: Settings, username: str, name: str) -> str:
    """Make an API key for a service and return it: the only time it can be read. Raises ``BadInputError``."""
    async with open_database(settings) as database:
        person = await People(database).find(username)
        if person is None:
            raise BadInputError(f"there is no user {username!r}; add a service by {ADD_SERVICE}")
        try:
            return (await Keys(database).create(person.id, name)).secret
        except KeyRefusedError as error:
            raise BadInputError(f"Keys are for services: {error}; add a service by {ADD_SERVICE}") from error


def main() -> int:
    """Seed and return the exit code (``python -m commands.people``).

    ``up`` runs this as a process of its own: the database's libraries would keep 80 MB in one that needs them once.
    """
    try:
        asyncio.run(seed_demo_people(Settings()))
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
