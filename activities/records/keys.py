"""API keys of services: ``hf_<prefix>_<secret>``, shown once, kept as a hash.

SHA-256 without salt or stretching is right here: the secret is 256 random bits, so there is nothing to guess
and no table to look up, and a slow hash would only slow each request down.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import Principal
from activities.records.database import Database, utc_now
from activities.records.models import ApiKey, Person
from activities.records.people import principal_of
from activities.records.people_events import key_event

SEEN_EVERY = timedelta(minutes=1)
"""``last_used_at`` is at most this stale, so that a busy service does not write on each request."""

RIGHTS_BY_KEY = (
    select(Person.id, Person.role, Person.department, Person.groups, ApiKey.id.label("key_id"), ApiKey.last_used_at)
    .join(ApiKey, ApiKey.person_id == Person.id)
    .where(ApiKey.key_hash == bindparam("key_hash"), ApiKey.revoked_at.is_(None), Person.active.is_(True))
)
"""Of the active person who owns a key; asked at each request of a service."""


class KeyRefusedError(Exception):
    """No key can be made for this person; the message says why."""


@dataclass(frozen=True)
class NewKey:
    """A key at its making; ``secret`` is the whole key and is not kept anywhere."""

    id: str
    secret: str


def hash_key(key: str) -> str:
    """Return the SHA-256 of a whole key, in hexadecimal."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def random_key() -> str:
    """Return a new key: 32 random bits to tell keys apart in a list, 256 to keep them secret."""
    return f"hf_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"


def key_row(person_id: str, name: str, key: str) -> ApiKey:
    """Return the row that is kept of a key: its prefix and its hash."""
    prefix = key.split("_", 2)[1]
    return ApiKey(
        id=uuid4().hex, person_id=person_id, name=name, prefix=prefix, key_hash=hash_key(key), created_at=utc_now()
    )


class Keys:
    """All SQL about API keys; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, person_id: str, name: str, actor_id: str | None = None) -> NewKey:
        """Make a key for a service; this is the only time it can be read. ``name`` says what it is for.

        Raises ``KeyRefusedError`` for anybody else: people log in.

        Here and below ``actor_id`` is who does it, for the audit trail; None is the command line.
        """
        key = random_key()
        row = key_row(person_id, name, key)
        async with self._database.write() as session:
            person = await session.get(Person, person_id)
            if person is None or not person.active:
                raise KeyRefusedError("there is no such active service")
            if person.role != "service":
                raise KeyRefusedError(f"{person.username} is no service but of the role {person.role}, and logs in")
            session.add_all([row, key_event("key.created", row, actor_id)])
        return NewKey(row.id, key)

    async def principal(self, key: str) -> Principal | None:
        """Return the rights of the active person who owns this key; None when it is unknown or revoked."""
        parameters = {"key_hash": hash_key(key)}
        found = await self._database.query(lambda connection: connection.execute(RIGHTS_BY_KEY, parameters).first())
        if found is None:
            return None
        await self._note_use(found.key_id, found.last_used_at)
        return principal_of(found)

    async def list_keys(self, person_id: str | None = None) -> list[ApiKey]:
        """Return the keys of a person (None: of all), revoked ones too, oldest first."""
        query = select(ApiKey).order_by(ApiKey.created_at, ApiKey.id)
        if person_id is not None:
            query = query.where(ApiKey.person_id == person_id)
        async with self._database.read() as session:
            return list(await session.scalars(query))

    async def revoke(self, key_id: str, actor_id: str | None = None) -> bool:
        """End a key for good; False when it is unknown. A repeat keeps the first time."""
        async with self._database.write() as session:
            row = await session.get(ApiKey, key_id, with_for_update=True)
            if row is not None and row.revoked_at is None:
                row.revoked_at = utc_now()
                session.add(key_event("key.revoked", row, actor_id))
            return row is not None

    async def _note_use(self, key_id: str, last_used_at: datetime | None) -> None:
        now = utc_now()
        if last_used_at is None or now - last_used_at > SEEN_EVERY:
            async with self._database.write() as session:
                await _set_last_used(session, key_id, now)


async def _set_last_used(session: AsyncSession, key_id: str, now: datetime) -> None:
    await session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now))
