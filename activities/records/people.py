"""People and services: who they are and what they may be asked to do."""

from collections.abc import Collection
from typing import Any, get_args
from uuid import uuid4

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from activities.ports import Principal, Role
from activities.records.database import Database, utc_now
from activities.records.models import Person, Review
from activities.records.passwords import hash_password, matches
from activities.records.people_events import created, person_event

ROLES: tuple[str, ...] = get_args(Role)
IDS_AT_ONCE = 500
"""In one statement: databases bound the number of parameters."""
RIGHTS = select(Person.id, Person.role, Person.department, Person.groups).where(
    Person.id == bindparam("person_id"), Person.active.is_(True)
)
"""Of an active person; asked several times a turn."""


class UsernameTakenError(ValueError):
    """Somebody else has this name."""


def principal_of(person: Person | Row[*tuple[Any, ...]]) -> Principal:
    """Return a person's rights."""
    role: Role = next(role for role in get_args(Role) if role == person.role)
    return Principal(person.id, role, person.department, tuple(person.groups))


async def new_person(
    username: str,
    role: Role,
    *,
    display_name: str = "",
    password: str | None = None,
    department: str | None = None,
    groups: tuple[str, ...] = (),
) -> Person:
    """Return the row of a new person; without a password nobody can log in as them, only use their API keys.

    Raises ``ValueError`` for an unknown role or an empty name, and ``PasswordRefusedError``.
    """
    if role not in ROLES:
        raise ValueError(f"unknown role {role!r}: it is one of {', '.join(ROLES)}")
    if not username.strip():
        raise ValueError("a person needs a username")
    return Person(
        id=uuid4().hex,
        username=username,
        display_name=display_name or username,
        password_hash=await hash_password(password) if password is not None else None,
        role=role,
        department=department,
        groups=list(groups),
        active=True,
        created_at=utc_now(),
    )


class People:
    """All SQL about people; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        username: str,
        role: Role,
        *,
        display_name: str = "",
        password: str | None = None,
        department: str | None = None,
        groups: tuple[str, ...] = (),
        actor_id: str | None = None,
    ) -> Person:
        """Create a person as ``new_person`` does. Raises what it raises, and ``UsernameTakenError``.

        Here and below ``actor_id`` is who does it, for the audit trail; None is the command line.
        """
        person = await new_person(
            username, role, display_name=display_name, password=password, department=department, groups=groups
        )
        try:
            async with self._database.write() as session:
                session.add_all([person, created(person, actor_id)])
        except IntegrityError as error:
            raise UsernameTakenError(f"there is already somebody with the username {username!r}") from error
        return person

    async def get(self, person_id: str) -> Person | None:
        """Return the person, active or not; None when unknown."""
        async with self._database.read() as session:
            return await session.get(Person, person_id)

    async def find(self, username: str) -> Person | None:
        """Return the person of that name, active or not; None when there is none."""
        async with self._database.read() as session:
            return (await session.scalars(select(Person).where(Person.username == username))).one_or_none()

    async def list_people(self, *, limit: int | None = None, offset: int = 0) -> list[Person]:
        """Return everybody by username, the deactivated too."""
        query = select(Person).order_by(Person.username).limit(limit).offset(offset)
        async with self._database.read() as session:
            return list(await session.scalars(query))

    async def set_groups(self, person_id: str, groups: tuple[str, ...], actor_id: str | None = None) -> Person | None:
        """Put a person into groups and out of all others; return them, None when unknown."""
        async with self._database.write() as session:
            person = await session.get(Person, person_id, with_for_update=True)
            before, after = list(person.groups) if person else [], sorted(set(groups))
            if person is not None and before != after:
                person.groups = after
                session.add(person_event("person.groups_changed", person_id, actor_id, before=before, after=after))
            return person

    async def deactivate(self, person_id: str, actor_id: str | None = None) -> bool:
        """Take all rights from a person at once; False when unknown. Their rows stay, for the audit trail.

        Cases that they have claimed are free again: nobody works on them.
        """
        async with self._database.write() as session:
            person = await session.get(Person, person_id, with_for_update=True)
            if person is not None and person.active:
                person.active = False
                taken = (Review.claimed_by == person_id, Review.state == "pending")
                await session.execute(update(Review).where(*taken).values(claimed_by=None, claimed_at=None))
                session.add(person_event("person.deactivated", person_id, actor_id))
            return person is not None

    async def principal(self, person_id: str) -> Principal | None:
        """Return a person's rights as they are now, never from a cache; None when unknown or deactivated."""

        def read(connection: Connection) -> Principal | None:
            row = connection.execute(RIGHTS, {"person_id": person_id}).one_or_none()
            return principal_of(row) if row else None

        return await self._database.query(read)

    async def principals(self, person_ids: Collection[str]) -> list[Principal]:
        """Return the rights of those of some people who are known, deactivated or not."""
        ids, columns = sorted(person_ids), (Person.id, Person.role, Person.department, Person.groups)

        def read(connection: Connection) -> list[Principal]:
            parts = (ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))
            queries = (select(*columns).where(Person.id.in_(part)) for part in parts)
            return [principal_of(row) for query in queries for row in connection.execute(query)]

        return await self._database.query(read)

    async def verify_password(self, username: str, password: str) -> Person | None:
        """Return the active person whose password this is, else None, after the same work in every case."""
        person = await self.find(username)
        fits = await matches(password, person.password_hash if person else None)
        return person if person and person.active and fits else None
