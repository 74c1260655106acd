"""Which versions somebody may read now, and who reads more than whom, in SQL, against the rules in plain words."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from activities.knowledge.access import RuledPlace, read_scope
from activities.knowledge.rules import AccessRule
from activities.ports import Level, Principal
from activities.readers import Readers
from activities.records.access_tables import AccessChange, AccessRuleRow, DocumentAccessRow
from activities.records.database import Database, utc_now
from activities.records.document_access import DocumentAccess
from activities.records.documents import Documents
from activities.records.models import Document, DocumentVersion, Person
from activities.records.people import People
from tests.knowledge.test_rules import DEPARTMENTS, in_plain_words, levels, moments, principals, rules

Home = tuple[Level, str]
homes = st.tuples(levels, st.sampled_from(DEPARTMENTS))
WRITTEN = (DocumentAccessRow, AccessRuleRow, AccessChange, DocumentVersion, Document, Person)
papers = st.tuples(homes, homes, rules(), st.sampled_from(["published", "deleted", "pending"]))


async def write_paper(database: Database, name: str, now: Home, before: Home, rule: AccessRule, status: str) -> None:
    """Write a document whose version 1 was of another class and department than version 2, which answers."""
    level, department = now
    about = {"source": name, "title": name, "media_type": "text/markdown", "created_at": utc_now()}
    row = Document(
        id=name,
        version=2,
        status=status,
        classification=level,
        department=department,
        updated_at=utc_now(),
        **about,
    )
    async with database.write() as session:
        session.add(row)
        await session.flush()
        for number, (own, owner) in enumerate((before, now), start=1):
            of = {"classification": own, "department": owner, "sha256": "", "blob_sha256": "", "text": "words"}
            session.add(
                DocumentVersion(document_id=name, version=number, created_at=utc_now(), published_at=utc_now(), **of)
            )
    await DocumentAccess(database).set(name, rule, "sue")


async def empty(database: Database) -> None:
    async with database.write() as session:
        for table in WRITTEN:
            await session.execute(delete(table))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(principals, st.lists(papers, min_size=1, max_size=4), moments)
async def test_a_version_is_readable_when_document_and_version_are(
    database: Database, person: Principal, library: list[tuple[Home, Home, AccessRule, str]], at: datetime
) -> None:
    await empty(database)
    for number, paper in enumerate(library):
        await write_paper(database, f"d{number}", *paper)
    access = DocumentAccess(database)
    places = [RuledPlace(*home, rule) for now, before, rule, _ in library if rule.key for home in (now, before)]
    scope = read_scope(person, DEPARTMENTS, places, at)
    asked = [(f"d{number}", version) for number in range(len(library) + 1) for version in (1, 2, 3)]
    expected = {
        (f"d{number}", version)
        for number, (now, before, rule, status) in enumerate(library)
        for version, own in ((1, before), (2, now))
        if status == "published" and in_plain_words(person, *now, rule, at) and in_plain_words(person, *own, rule, at)
    }
    assert await access.readable_versions(asked, scope.partitions) == expected


async def write_person(database: Database, person: Principal) -> None:
    rights = {"role": person.role, "department": person.department, "groups": list(person.groups)}
    row = Person(id=person.id, username=person.id, display_name=person.id, created_at=utc_now(), **rights)
    async with database.write() as session:
        session.add(row)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(principals, principals, st.lists(st.tuples(homes, rules()), min_size=1, max_size=4))
async def test_a_customer_is_beyond_whoever_may_not_read_what_a_rule_names_them_for(
    database: Database, asker: Principal, reviewer: Principal, library: list[tuple[Home, AccessRule]]
) -> None:
    asker, reviewer = replace(asker, id="p1", role="customer"), replace(reviewer, id="p2")
    await empty(database)
    for person in (asker, reviewer):
        await write_person(database, person)
    for number, (home, rule) in enumerate(library):
        await write_paper(database, f"d{number}", home, home, rule, "published")
    readers = Readers(People(database), Documents(database), DocumentAccess(database))
    now = datetime.now(UTC)
    expected = any(
        rule.allow and in_plain_words(asker, *home, rule, now) and not in_plain_words(reviewer, *home, rule, now)
        for home, rule in library
    )
    assert await readers.beyond(reviewer, [asker.id, reviewer.id]) == ({asker.id} if expected else set())


async def test_parts_of_a_rule_that_are_changed_at_once_all_hold(database: Database) -> None:
    home: Home = ("internal", "legal")
    await write_paper(database, "plan", home, home, AccessRule(), "published")
    access = DocumentAccess(database)
    parts: dict[str, Any] = {
        "not_before": datetime(2026, 1, 1, tzinfo=UTC),
        "not_after": datetime(2027, 1, 1, tzinfo=UTC),
        "deny": ("person:eve",),
        "allow": ("group:board",),
    }
    await asyncio.gather(*(access.amend("plan", {name: value}, "sue") for name, value in parts.items()))
    assert await access.get("plan") == AccessRule(**parts)
    with pytest.raises(ValueError, match="must be earlier"):
        await access.amend("plan", {"not_before": parts["not_after"]}, "sue")
    assert len(await access.history("plan")) == len(parts)
