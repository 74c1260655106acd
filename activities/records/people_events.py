"""The audit trail of people: who was added, switched off or put into which groups, whose keys were made or revoked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import ColumnElement, select

from activities.records.database import Database, utc_now
from activities.records.models import ApiKey, Person
from activities.records.paging import behind, latest_first
from activities.records.people_tables import PersonEvent

ORDER = (PersonEvent.at, PersonEvent.id)
PersonAction = Literal["person.created", "person.deactivated", "person.groups_changed", "key.created", "key.revoked"]


def person_event(action: PersonAction, person_id: str, actor_id: str | None, **details: Any) -> PersonEvent:
    """Return the row of a change, to be written in the transaction of the change itself."""
    return PersonEvent(
        id=uuid4().hex, at=utc_now(), action=action, person_id=person_id, actor_id=actor_id, details=details
    )


def created(person: Person, actor_id: str | None) -> PersonEvent:
    """Return the row of a new person: their rights, and whether a password lets them in."""
    return person_event(
        "person.created",
        person.id,
        actor_id,
        username=person.username,
        role=person.role,
        department=person.department,
        groups=list(person.groups),
        password=person.password_hash is not None,
    )


def key_event(action: PersonAction, key: ApiKey, actor_id: str | None) -> PersonEvent:
    """Return the row of a key that was made or revoked: what it is listed by."""
    return person_event(action, key.person_id, actor_id, key_id=key.id, name=key.name, prefix=key.prefix)


@dataclass(frozen=True)
class PersonEventFilter:
    """Which events to list; None means any. ``since`` is included, ``until`` is not."""

    person_id: str | None = None
    actor_id: str | None = None
    action: PersonAction | None = None
    since: datetime | None = None
    until: datetime | None = None
    behind_id: str | None = None
    """With it, what follows the event of that id, at the moment ``until`` and before."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the filter as SQL conditions."""
        names = ("person_id", "actor_id", "action")
        found = [getattr(PersonEvent, name) == value for name in names if (value := getattr(self, name)) is not None]
        if self.since is not None:
            found.append(PersonEvent.at >= self.since)
        if self.until is not None:
            found.append(behind(ORDER, self.until, self.behind_id))
        return found


class PeopleTrail:
    """Reads the trail; raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_events(self, which: PersonEventFilter, *, limit: int = 100) -> list[PersonEvent]:
        """Return the events that match, the latest first; page on with ``until`` and ``behind_id`` of the last one."""
        query = select(PersonEvent).where(*which.conditions()).order_by(*latest_first(ORDER))
        async with self._database.read() as session:
            return list(await session.scalars(query.limit(limit)))
