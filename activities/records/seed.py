"""The demo people: made at the first start, with random passwords that only their file knows."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from activities.ports import Role
from activities.records.database import Database
from activities.records.keys import key_row, random_key
from activities.records.passwords import random_password
from activities.records.people import People, new_person
from activities.records.people_events import created, key_event

FILE_NAME = "demo-users.json"

Entry = TypeVar("Entry", bound=BaseModel)


class SeedError(Exception):
    """The list of demo people cannot be used."""


class DemoPerson(BaseModel):
    """One entry of the company's ``people.json``."""

    username: str = Field(min_length=1)
    display_name: str
    role: Role
    department: str | None = None


class DemoLogin(BaseModel):
    """One entry of ``demo-users.json``: how to log in as somebody, or a service's key."""

    username: str
    password: str | None = None
    api_key: str | None = None
    role: Role
    department: str | None = None


async def seed_people(database: Database, people_file: Path, data_dir: Path) -> list[DemoLogin]:
    """Create the demo people and write ``<data_dir>/demo-users.json`` (mode 0600); once.

    The file comes first, so that a start that is cut short goes on with the same passwords. Returns the log-ins;
    none when the database has people but the file is not there: then they are not ours to make.
    Raises ``SeedError``.
    """
    logins_file = data_dir / FILE_NAME
    present = {person.username for person in await People(database).list_people()}
    if not logins_file.exists():
        if present:
            return []
        write_private(logins_file, [_invent(person) for person in _read(people_file, DemoPerson)])
    logins = _read(logins_file, DemoLogin)
    missing = [login for login in logins if login.username not in present]
    if missing:
        names = {person.username: person.display_name for person in _read(people_file, DemoPerson)}
        await _create(database, missing, names)
    return logins


def write_private(path: Path, entries: Sequence[BaseModel]) -> None:
    """Write a JSON list that only the owner can read, whole or not at all. Raises ``OSError``."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        json.dump([entry.model_dump(exclude_none=True) for entry in entries], file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _invent(person: DemoPerson) -> DemoLogin:
    login = DemoLogin(username=person.username, role=person.role, department=person.department)
    if person.role == "service":
        return login.model_copy(update={"api_key": random_key()})
    return login.model_copy(update={"password": random_password()})


async def _create(database: Database, logins: Sequence[DemoLogin], names: dict[str, str]) -> None:
    people = [
        await new_person(
            login.username,
            login.role,
            display_name=names.get(login.username, ""),
            password=login.password,
            department=login.department,
        )
        for login in logins
    ]
    async with database.write() as session:
        session.add_all([*people, *(created(person, None) for person in people)])
        await session.flush()
        for person, login in zip(people, logins, strict=True):
            if login.api_key:
                key = key_row(person.id, "demo", login.api_key)
                session.add_all([key, key_event("key.created", key, None)])


def _read(path: Path, entry: type[Entry]) -> list[Entry]:
    try:
        adapter = TypeAdapter(list[entry], config=ConfigDict(hide_input_in_errors=True))  # type: ignore[valid-type]
        return adapter.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise SeedError(f"cannot read the demo people in {str(path)!r}: {error}") from error
