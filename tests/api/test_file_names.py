"""The name of a file tells nobody of a document that they may not read, and replaces none."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from activities.knowledge.access import may_read
from activities.knowledge.names import NameTakenError, may_change, name_giver
from activities.knowledge.parts import Part
from activities.knowledge.preparation import document_id_of
from activities.knowledge.rules import NO_RULE, AccessRule
from activities.ports import Level, Principal
from activities.records.document_access import Named
from activities.records.models import Document
from tests.api.conftest import World

FIRST = "# Plan\n\nFirst words.\n"
EXPIRED = AccessRule(not_after=datetime(2026, 1, 1, tzinfo=UTC))
BOARD = AccessRule(allow=("group:board",))
LEVELS: tuple[Level, ...] = ("public", "internal", "confidential", "restricted")


async def upload(world: World, name: str, filename: str, level: str, department: str = "support") -> dict[str, Any]:
    """Upload other words as somebody; return the report of what became of them."""
    client = await world.client(name)
    fields = {"department": department, "classification": level}
    answer = await client.post(
        "/v1/documents", files={"file": (filename, f"# Plan\n\nThe words of {filename}.\n".encode())}, data=fields
    )
    assert answer.status_code == 202, answer.text
    report: dict[str, Any] = (await client.get(answer.headers["location"])).json()["report"]
    return report


@pytest.mark.parametrize(
    ("name", "level", "rule", "replaced"),
    [
        ("sue", "restricted", NO_RULE, False),
        ("sue", "confidential", NO_RULE, True),
        ("sue", "public", BOARD, False),
        ("sue", "public", EXPIRED, True),
        ("root", "restricted", EXPIRED, True),
    ],
)
async def test_nobody_but_an_admin_replaces_what_they_may_not_read(
    world: World, name: str, level: str, rule: AccessRule, replaced: bool
) -> None:
    hidden = await world.publish("plan.md", FIRST, "legal", level)
    await world.services.access.set(hidden, rule, "root")
    [taken] = (await upload(world, name, "plan.md", level))["taken"]
    row = await world.services.documents.get(hidden)
    assert row is not None
    assert (taken["document_id"] == hidden, row.version) == ((True, 2) if replaced else (False, 1))


@pytest.mark.parametrize(("level", "rule"), [("restricted", NO_RULE), ("internal", BOARD), ("public", EXPIRED)])
async def test_an_upload_is_answered_alike_whether_or_not_a_hidden_document_has_its_name(
    world: World, level: str, rule: AccessRule
) -> None:
    hidden = await world.publish("plan.md", FIRST, "billing", level)
    await world.services.access.set(hidden, rule, "root")
    found = [await upload(world, "agnes", name, "internal", "billing") for name in ("plan.md", "free.md")]
    for report, name in zip(found, ("plan.md", "free.md"), strict=True):
        [taken] = report["taken"]
        assert (taken.pop("source"), taken.pop("document_id") != hidden) == (name, True)
    assert found[0] == found[1]
    again = await upload(world, "agnes", "plan.md", "internal", "billing")
    assert again["counts"]["unchanged"] == 1


async def upload_lines(world: World, name: str, level: str, department: str, *words: str) -> dict[str, Any]:
    """Upload a file of many documents, named by their first words; return the report of what became of them."""
    client = await world.client(name)
    lines = [json.dumps({"_id": each.split()[0], "text": f"The answer says {each}."}) for each in words]
    fields = {"department": department, "classification": level}
    answer = await client.post("/v1/documents", files={"file": ("faq.jsonl", "\n".join(lines).encode())}, data=fields)
    assert answer.status_code == 202, answer.text
    report: dict[str, Any] = (await client.get(answer.headers["location"])).json()["report"]
    return report


def became(report: dict[str, Any]) -> dict[str, tuple[str, int]]:
    """Return the id and the version of what was taken, by name."""
    return {each["source"].rpartition("#")[2]: (each["document_id"], each["version"]) for each in report["taken"]}


async def test_a_hidden_document_in_a_file_of_many_changes_nothing_for_the_others(world: World) -> None:
    first = became(await upload_lines(world, "root", "internal", "billing", "a one", "b one", "c one"))
    await world.services.access.set(first["b"][0], BOARD, "root")
    hidden_there = became(await upload_lines(world, "agnes", "internal", "billing", "a two", "b two", "d two"))
    assert {name: hidden_there[name] for name in "a"} == {"a": (first["a"][0], 2)}
    agnes = world.people["agnes"].id
    for name in ("b", "d"):  # the hidden one, and one whose name is free
        assert hidden_there[name] == (document_id_of(f"faq.jsonl#{name}", agnes), 1)
    row = await world.services.documents.get(first["b"][0])
    assert row is not None
    assert row.version == 1
    again = became(await upload_lines(world, "agnes", "internal", "billing", "a 3", "b 3", "d 3"))
    assert again == {"a": (first["a"][0], 3), "b": (hidden_there["b"][0], 2), "d": (hidden_there["d"][0], 2)}


async def test_of_many_documents_those_are_refused_that_their_sender_may_read_and_not_change(world: World) -> None:
    await upload_lines(world, "tom", "internal", "technical", "b one")
    mine = became(await upload_lines(world, "root", "internal", "billing", "a one"))
    report = await upload_lines(world, "agnes", "internal", "billing", "a two", "b two")
    assert became(report) == {"a": (mine["a"][0], 2)}
    [refused] = report["refused"]
    assert (refused["source"], "not change it" in refused["reason"]) == ("faq.jsonl#b", True)


async def test_a_step_that_is_run_again_gives_the_same_names_also_where_its_document_is_hidden_now(
    world: World,
) -> None:
    agnes, data = world.people["agnes"], json.dumps({"_id": "a", "text": "One."}).encode()
    writer, part = world.intake.writer, Part(start=0, count=1)
    request = await writer.accept("faq.jsonl", data, department="billing", sender=agnes)
    await writer.take(request, 0, 1)
    document_id = document_id_of("faq.jsonl#a", agnes.id)
    await world.services.access.set(document_id, BOARD, "root")
    await writer.parts.stage(request, part)
    async with world.database.read() as session:
        assert list(await session.scalars(select(Document.id))) == [document_id]


async def test_colleagues_go_on_with_the_document_that_one_of_them_brought(world: World) -> None:
    [mine] = (await upload(world, "agnes", "notes.md", "internal", "billing"))["taken"]
    [again] = (await upload(world, "root", "notes.md", "public", "billing"))["taken"]
    assert (again["document_id"], again["version"]) == (mine["document_id"], 2)
    client = await world.client("root")
    answer = await client.post(f"/v1/documents/{mine['document_id']}/versions/1/restore")
    assert answer.status_code == 202
    row = await world.services.documents.get(mine["document_id"])
    assert row is not None
    assert row.version == 3


people = st.builds(
    Principal,
    id=st.sampled_from(["ann", "bob"]),
    role=st.sampled_from(["agent", "supervisor", "admin"]),
    department=st.sampled_from(["billing", "legal"]),
    groups=st.sampled_from([(), ("board",)]),
)
documents = st.builds(
    Named,
    named_by=st.sampled_from(["", "ann", "bob", "bob.2"]),
    department=st.sampled_from(["billing", "legal"]),
    classification=st.sampled_from(LEVELS),
    published=st.booleans(),
    rule=st.sampled_from([NO_RULE, BOARD, EXPIRED]),
)


def outcome(person: Principal, named: list[Named]) -> str:
    try:
        return name_giver(person, "billing", named)
    except NameTakenError:
        return "taken"


def hidden_from(person: Principal, each: Named) -> bool:
    rule = each.rule if person.role == "agent" else each.rule.at_any_time
    readable = may_read(person, each.classification, each.department, rule)
    brought = each.named_by.partition(".")[0] == person.id and may_change(person, each)
    return person.role != "admin" and not (readable if each.published else brought)


@given(people, st.lists(documents, max_size=5, unique_by=lambda each: each.named_by))
def test_an_answer_does_not_depend_on_what_its_reader_may_not_know_of(person: Principal, named: list[Named]) -> None:
    given, without = outcome(person, named), outcome(person, [x for x in named if not hidden_from(person, x)])
    strangers = [each for each in named if each.named_by.partition(".")[0] != person.id]
    seen = [each for each in strangers if not hidden_from(person, each)]
    if len(strangers) == len(named):
        assert given == without == outcome(person, seen)
    assert (given == "taken") == (without == "taken")


@given(people, st.lists(documents, max_size=6))
def test_nothing_is_replaced_that_its_sender_may_not_read_and_change(person: Principal, named: list[Named]) -> None:
    giver = outcome(person, named)
    for each in named:
        if each.named_by == giver and person.role != "admin" and each.published:
            assert may_read(person, each.classification, each.department, each.rule.at_any_time)
            assert may_change(person, each)
