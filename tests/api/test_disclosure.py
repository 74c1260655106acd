"""What was answered earlier is read by the rights of now: quotes by who may read them, texts by whom they went to."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from activities.knowledge.rules import AccessRule
from activities.records.models import AuditRow, Review, Turn
from activities.turns import TurnView
from api.disclosure import ANSWER_GONE, GONE
from graphs.state import Citation
from tests.api.conftest import World
from tests.api.fakes import AT
from tests.api.test_events import parse
from workflows.messages import Event

SECRET = "the cellar key hangs behind the clock"
TITLE = "Where the key hangs"
LOST = ["restricted", "expired", "not for ada and sue", "deleted", "an unpublished version"]


async def ask_and_quote(world: World, name: str, **columns: object) -> tuple[str, str]:
    """Let somebody ask and get an answer that quotes a document; a case of it waits. Return conversation, document."""
    quoted = await world.publish("key.md", f"# {TITLE}\n\nIn short, {SECRET}.\n", "legal", "public")
    conversation_id = await world.ask(name)
    [turn] = world.chat.turns[conversation_id]
    turn.answer, turn.citations = f"I know that {SECRET} [1].", [citation(quoted)]
    for title, value in columns.items():
        setattr(turn, title, value)
    about = {"customer_id": world.people[name].id, "draft_text": turn.answer, "citations": turn.citations}
    await world.open_case(conversation_id, "legal", **about)
    return conversation_id, quoted


def citation(document_id: str, version: int = 1) -> Citation:
    return Citation(
        document_id=document_id,
        title=TITLE,
        version=version,
        chunk_id=f"{document_id}:{version}:0",
        quote=SECRET,
        start=10,
        end=10 + len(SECRET),
    )


async def lose(world: World, document_id: str, how: str) -> None:
    """Take the document from ada and sue in one of the ways in which that happens."""
    subjects = tuple(f"person:{world.people[name].id}" for name in ("ada", "sue"))
    rules = {
        "expired": AccessRule(not_after=datetime(2026, 1, 1, tzinfo=UTC)),
        "not for ada and sue": AccessRule(deny=subjects),
    }
    if how == "deleted":
        await world.intake.remove(document_id)
    elif how == "restricted":
        await world.publish("key.md", "# Other words\n\nNothing to see.\n", "legal", "restricted")
    elif how in rules:
        await world.services.access.set(document_id, rules[how], "root")
    else:
        for turns in world.chat.turns.values():
            turns[0].citations = [citation(document_id, version=7)]


async def read(world: World, name: str, path: str) -> str:
    answer = await (await world.client(name)).get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_who_may_read_the_document_reads_answer_and_quote(world: World) -> None:
    conversation_id, _ = await ask_and_quote(world, "ada")
    for name in ("ada", "sue"):
        [turn] = json.loads(await read(world, name, f"/v1/conversations/{conversation_id}"))["turns"]
        assert (turn["citations"][0]["quote"], "withheld" in turn["citations"][0]) == (SECRET, False)
        assert SECRET in turn["answer"]


@pytest.mark.parametrize("how", LOST)
async def test_a_customer_keeps_the_answer_that_was_sent_and_loses_what_is_quoted(world: World, how: str) -> None:
    conversation_id, document_id = await ask_and_quote(world, "ada")
    await lose(world, document_id, how)
    [turn] = json.loads(await read(world, "ada", f"/v1/conversations/{conversation_id}"))["turns"]
    assert SECRET in turn["answer"]
    [quoted] = turn["citations"]
    assert (quoted["quote"], quoted["title"], quoted["withheld"]) == (GONE, GONE, True)
    assert quoted["document_id"] == document_id


@pytest.mark.parametrize("how", LOST)
async def test_whoever_else_reads_the_conversation_gets_no_word_of_it(world: World, how: str) -> None:
    conversation_id, document_id = await ask_and_quote(world, "ada")
    await lose(world, document_id, how)
    for path in (f"/v1/conversations/{conversation_id}", f"/v1/reviews/{conversation_id}.1.r1"):
        if how == "an unpublished version" and "reviews" in path:
            continue
        text = await read(world, "sue", path)
        assert SECRET not in text
        assert TITLE not in text
        assert ANSWER_GONE in text


async def test_a_colleague_who_lost_the_document_loses_the_answer_too(world: World) -> None:
    conversation_id, document_id = await ask_and_quote(world, "sue")
    await lose(world, document_id, "restricted")
    text = await read(world, "sue", f"/v1/conversations/{conversation_id}")
    assert SECRET not in text
    assert ANSWER_GONE in text


async def test_a_repeated_key_gives_the_first_turn_by_the_rights_of_now(world: World) -> None:
    document_id = await world.publish("key.md", f"# {TITLE}\n\nIn short, {SECRET}.\n", "legal", "public")
    client, headers = await world.client("ada"), {"Idempotency-Key": "once"}
    first = await client.post("/v1/conversations", json={"message": "Where is the key?"}, headers=headers)
    [turn] = world.chat.turns[first.json()["conversation_id"]]
    turn.citations = [citation(document_id)]
    await lose(world, document_id, "deleted")
    again = await client.post("/v1/conversations", json={"message": "Where is the key?"}, headers=headers)
    assert again.json()["turn"]["citations"][0]["quote"] == GONE


@pytest.mark.parametrize(("action", "kept"), [("approve", None), ("edit", None), ("respond", f"Look: {SECRET}")])
async def test_a_settled_case_shows_a_reviewer_their_own_words_and_no_draft(
    world: World, action: str, kept: str | None
) -> None:
    conversation_id, document_id = await ask_and_quote(world, "ada")
    settled = {"state": "decided", "action": action, "final_text": f"Look: {SECRET}", "decided_at": AT}
    async with world.database.write() as session:
        row = await session.get(Review, f"{conversation_id}.1.r1")
        for name, value in settled.items():
            setattr(row, name, value)
    await lose(world, document_id, "restricted")
    view = json.loads(await read(world, "sue", f"/v1/reviews/{conversation_id}.1.r1"))
    assert (view["withheld"], view["draft_text"], view["citations"], view["final_text"]) == (True, "", [], kept)


async def test_a_handed_off_turn_that_pointed_at_a_lost_document_is_the_customers_alone(world: World) -> None:
    pointer = f"The closest that our documents come is in {TITLE}: “{SECRET}”"
    conversation_id, document_id = await ask_and_quote(world, "ada", status="handed_off")
    [turn] = world.chat.turns[conversation_id]
    turn.answer, turn.citations = pointer, []
    seen = [{"document_id": document_id, "version": 1, "title": TITLE}]
    what = {"input_hash": "", "engine": "none", "outcome": "handed_off", "documents": seen}
    audit = AuditRow(turn_id=turn.id, conversation_id=conversation_id, user_id="u", created_at=AT, **what)
    await world.services.audit.upsert_audit(audit)
    assert SECRET in await read(world, "sue", f"/v1/conversations/{conversation_id}")
    await lose(world, document_id, "restricted")
    assert SECRET not in await read(world, "sue", f"/v1/conversations/{conversation_id}")
    assert SECRET in await read(world, "ada", f"/v1/conversations/{conversation_id}")


async def test_a_replayed_stream_obeys_the_rights_of_now(world: World) -> None:
    conversation_id, document_id = await ask_and_quote(world, "ada")
    [turn] = world.chat.turns[conversation_id]
    said = Event(name="message.delta", turn_id=turn.id, text=f"I know that {SECRET}", at=AT)
    whole = Event(name="message.completed", turn_id=turn.id, turn=turn, at=AT)
    await world.chat.publish(conversation_id, said, whole, Event(name="conversation.closed", at=AT))
    assert SECRET in await read(world, "sue", f"/v1/conversations/{conversation_id}/events")
    await lose(world, document_id, "restricted")
    mine, theirs = [
        {each["event"]: each["data"] for each in parse(await read(world, name, path))}
        for name in ("ada", "sue")
        for path in [f"/v1/conversations/{conversation_id}/events"]
    ]
    assert SECRET in mine["message.delta"]
    assert json.loads(mine["message.completed"])["turn"]["citations"][0]["quote"] == GONE
    assert sorted(theirs) == ["conversation.closed", "message.completed"]
    assert SECRET not in theirs["message.completed"]


@pytest.mark.parametrize(("status", "deltas"), [("running", 1), ("answered", 0)])
async def test_a_colleague_follows_the_words_of_a_turn_only_while_it_runs(
    world: World, status: str, deltas: int
) -> None:
    conversation_id = await world.ask("sue")
    [turn] = world.chat.turns[conversation_id]
    row = TurnView.model_validate(turn).model_dump(exclude={"notice"}) | {"status": status}
    await world.services.turns.upsert_turn(Turn(**row))
    said = Event(name="message.delta", turn_id=turn.id, text="Some words", at=AT)
    await world.chat.publish(conversation_id, said, Event(name="conversation.closed", at=AT))
    events = parse(await read(world, "sue", f"/v1/conversations/{conversation_id}/events"))
    assert [each["event"] for each in events] == ["message.delta"] * deltas + ["conversation.closed"]


async def test_a_version_whose_own_class_was_stricter_is_not_quoted_to_readers_of_the_next(world: World) -> None:
    strict = await world.publish("key.md", f"# {TITLE}\n\nIn short, {SECRET}.\n", "legal", "restricted")
    await world.publish("key.md", "# Open words\n\nNothing.\n", "legal", "public")
    pairs = [(strict, 1), (strict, 2), (strict, 3), ("unknown", 1)]
    for name, readable in {"ada": {2}, "sue": {2}, "root": {1, 2}}.items():
        scope = await world.services.readers.scope(world.people[name])
        found = await world.services.access.readable_versions(pairs, scope.partitions)
        assert found == {(strict, version) for version in readable}


@pytest.mark.parametrize("how", ["deactivated", "right to the case lost"])
async def test_an_open_stream_ends_when_its_reader_may_not_read_on(world: World, how: str) -> None:
    short = {"stream_life": timedelta(minutes=10), "recheck": timedelta(milliseconds=20)}
    options = replace(world.services.options, **short)
    world.app.state.services = replace(world.services, options=options)
    conversation_id = await world.ask("ada")
    case = await world.open_case(conversation_id, "billing")
    following = asyncio.create_task(read(world, "agnes", f"/v1/conversations/{conversation_id}/events"))
    while not world.chat.subscriptions:
        await asyncio.sleep(0)
    if how == "deactivated":
        await world.services.people.deactivate(world.people["agnes"].id)
    else:
        async with world.database.write() as session:
            row = await session.get(Review, case)
            row.department = "technical"
    [told] = parse(await following)
    assert (told["event"], "may not read" in told["data"]) == ("error", True)
    client = await world.client("agnes")
    assert (await client.get(f"/v1/conversations/{conversation_id}/events")).status_code in (401, 404)
