"""Lists by time hold each row once across their pages, however many rows share a moment."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from activities.records.audit import AuditFilter, AuditTrail
from activities.records.conversations import Conversations
from activities.records.database import Database
from activities.records.knowledge_events import EventFilter, KnowledgeTrail
from activities.records.knowledge_tables import KnowledgeEvent
from activities.records.models import AuditRow, Base, Conversation
from activities.records.people import People
from activities.records.people_events import PeopleTrail, PersonEventFilter
from activities.records.people_tables import PersonEvent
from tests.records.rows import NOON, audit

Place = tuple[datetime, str] | None
Turn = Callable[[Place, int], Awaitable[list[tuple[datetime, str]]]]
"""Returns so many moments and ids behind a place, as one page."""


async def people_events(database: Database, at: datetime, row_id: str) -> Base:
    return PersonEvent(id=row_id, at=at, action="key.created", person_id="p")


async def knowledge_events(database: Database, at: datetime, row_id: str) -> Base:
    return KnowledgeEvent(id=row_id, at=at, action="document.deleted", document_id="d")


async def audit_rows(database: Database, at: datetime, row_id: str) -> Base:
    row = audit(created_at=at)
    row.turn_id = row_id
    return row


async def conversations(database: Database, at: datetime, row_id: str) -> Base:
    owner = await People(database).find("ada") or await People(database).create("ada", "customer")
    return Conversation(id=row_id, owner_id=owner.id, title="", details={}, created_at=at, updated_at=at)


def turn_people_events(database: Database) -> Turn:
    async def turn(place: Place, limit: int) -> list[tuple[datetime, str]]:
        until, behind_id = place or (None, None)
        which = PersonEventFilter(person_id="p", until=until, behind_id=behind_id)
        return [(row.at, row.id) for row in await PeopleTrail(database).list_events(which, limit=limit)]

    return turn


def turn_knowledge_events(database: Database) -> Turn:
    async def turn(place: Place, limit: int) -> list[tuple[datetime, str]]:
        until, behind_id = place or (None, None)
        which = EventFilter(until=until, behind_id=behind_id)
        return [(row.at, row.id) for row in await KnowledgeTrail(database).list_events(which, limit=limit)]

    return turn


def turn_audit_rows(database: Database) -> Turn:
    async def turn(place: Place, limit: int) -> list[tuple[datetime, str]]:
        until, behind_id = place or (None, None)
        which = AuditFilter(until=until, behind_id=behind_id)
        return [(row.created_at, row.turn_id) for row in await AuditTrail(database).list_rows(which, limit=limit)]

    return turn


def turn_conversations(database: Database) -> Turn:
    async def turn(place: Place, limit: int) -> list[tuple[datetime, str]]:
        owner = await People(database).find("ada")
        assert owner is not None
        before, before_id = place or (None, None)
        rows = await Conversations(database).list_for(owner.id, limit=limit, before=before, before_id=before_id)
        return [(row.updated_at, row.id) for row in rows]

    return turn


LISTS: dict[str, tuple[Any, Any, type[Base]]] = {
    "people events": (people_events, turn_people_events, PersonEvent),
    "knowledge events": (knowledge_events, turn_knowledge_events, KnowledgeEvent),
    "audit rows": (audit_rows, turn_audit_rows, AuditRow),
    "conversations": (conversations, turn_conversations, Conversation),
}


@pytest.mark.parametrize("kind", LISTS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.lists(st.integers(0, 2), min_size=1, max_size=9), limit=st.integers(1, 4))
async def test_pages_hold_every_row_once_the_latest_first(
    database: Database, kind: str, minutes: list[int], limit: int
) -> None:
    make, pages, table = LISTS[kind]
    rows = [(NOON + timedelta(minutes=minute), f"r{number}") for number, minute in enumerate(minutes)]
    made = [await make(database, *row) for row in rows]
    async with database.write() as session:
        await session.execute(delete(table))
        session.add_all(made)
    turn: Turn = pages(database)
    found, place = list[tuple[datetime, str]](), None
    while page := await turn(place, limit):
        found += page
        place = page[-1]
    assert found == sorted(rows, key=lambda row: (-row[0].timestamp(), row[1]))
