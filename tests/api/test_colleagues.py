"""What a colleague asks may be answered from what others do not read: who sees the case, the words and the titles."""

import pytest

from activities.ports import Principal, Role
from activities.records.models import AuditRow
from tests.api.conftest import World
from tests.api.fakes import AT

SEEN_BY = {
    "root": {"root": True, "sue": False, "agnes": False},
    "sue": {"root": True, "lena": False, "agnes": False},
    "agnes": {"root": True, "sue": True, "ben": True, "tom": False},
    "ada": {"root": True, "sue": True, "agnes": True},
}
"""Who asked -> whether somebody sees the case in the queue of billing."""


@pytest.fixture(autouse=True)
async def more_people(world: World) -> None:
    """A supervisor of another department, and another agent of billing."""
    more: dict[str, tuple[Role, str]] = {"lena": ("supervisor", "legal"), "ben": ("agent", "billing")}
    for name, (role, department) in more.items():
        person = await world.services.people.create(name, role, department=department)
        world.people[name] = Principal(person.id, role, department)


@pytest.mark.parametrize(
    ("asker", "reader", "sees"), [(a, r, s) for a, seen in SEEN_BY.items() for r, s in seen.items()]
)
async def test_a_case_is_seen_by_who_reads_all_that_its_asker_reads(
    world: World, asker: str, reader: str, sees: bool
) -> None:
    conversation_id = await world.ask(asker)
    case = await world.open_case(conversation_id, "billing", customer_id=world.people[asker].id)
    client = await world.client(reader)
    listed = (await client.get("/v1/reviews")).json()["items"]
    assert [each["id"] for each in listed] == [case] * sees
    assert (await client.get(f"/v1/reviews/{case}")).status_code == (200 if sees else 403)
    assert (await client.get(f"/v1/conversations/{conversation_id}")).status_code == (200 if sees else 404)
    admin, to = await world.client("root"), {"reviewer_id": world.people[reader].id}
    given = await admin.post(f"/v1/reviews/{case}/assign", json=to)
    assert given.status_code == (200 if sees else 422)


@pytest.mark.parametrize("action", ["claim", "release", "decision"])
async def test_what_may_quote_hidden_documents_is_not_acted_upon(world: World, action: str) -> None:
    case = await world.open_case(await world.ask("root"), "billing", customer_id=world.people["root"].id)
    client = await world.client("agnes")
    body = {"action": "approve", "draft_digest": "d1"} if action == "decision" else None
    answer = await client.post(f"/v1/reviews/{case}/{action}", json=body)
    assert (answer.status_code, world.chat.decisions) == (403, [])
    assert "within 30 days" not in answer.text


async def test_events_of_a_colleague_who_reads_more_are_not_followed(world: World) -> None:
    conversation_id = await world.ask("root")
    await world.open_case(conversation_id, "billing", customer_id=world.people["root"].id)
    client = await world.client("agnes")
    assert (await client.get(f"/v1/conversations/{conversation_id}/events")).status_code == 404


async def test_the_audit_trail_names_titles_only_to_who_reads_the_documents(world: World) -> None:
    open_id = await world.publish("open.md", "# Open words\n\nText of it.\n", "support", "internal")
    closed_id = await world.publish("closed.md", "# Closed words\n\nText of it.\n", "legal", "restricted")
    documents = [{"document_id": open_id, "title": "Open words"}, {"document_id": closed_id, "title": "Closed words"}]
    what = {"input_hash": "", "engine": "embedded", "outcome": "answered", "documents": documents}
    what["reasons"] = ["A sentence has no source: Closed words.", "The customer asked for a person."]
    row = AuditRow(turn_id="c.1", conversation_id="c", user_id="u", created_at=AT, **what)
    await world.services.audit.upsert_audit(row)
    for name, titles in {"root": ["Open words", "Closed words"], "sue": ["Open words", ""]}.items():
        client = await world.client(name)
        for entry in ((await client.get("/v1/audit")).json()["items"][0], (await client.get("/v1/audit/c.1")).json()):
            assert [each["title"] for each in entry["documents"]] == titles
            assert [each["document_id"] for each in entry["documents"]] == [open_id, closed_id]
            assert ("Closed words" in entry["reasons"][0]) is (name == "root")
            assert entry["reasons"][1] == "The customer asked for a person."


@pytest.mark.parametrize(("level", "shown_to"), [("public", {"root", "agnes"}), ("restricted", {"root"}), ("", set())])
async def test_a_waiting_draft_is_not_shown_to_who_may_not_read_what_it_quotes_any_more(
    world: World, level: str, shown_to: set[str]
) -> None:
    quoted = await world.publish("quoted.md", "# Refunds\n\nWithin 30 days.\n", "legal", level or "public")
    if not level:
        await world.intake.remove(quoted)
    citation = {"document_id": quoted, "chunk_id": f"{quoted}:1:0", "title": "Refunds", "version": 1, "quote": "30"} | {
        "start": 0,
        "end": 2,
    }
    reasons = ["A sentence has no source: Within 30 days."]
    case = await world.open_case(await world.ask("ada"), citations=[citation], reasons=reasons)
    for name in ("root", "agnes"):
        view = (await (await world.client(name)).get(f"/v1/reviews/{case}")).json()
        assert view["withheld"] is (name not in shown_to)
        assert bool(view["draft_text"]) is bool(view["citations"]) is (name in shown_to)
        [listed] = (await (await world.client(name)).get("/v1/reviews")).json()["items"]
        assert (view["reasons"] == reasons) is (listed["reasons"] == reasons) is (name in shown_to)
        assert view["draft_digest"] == "d1"


async def test_who_may_not_read_what_a_file_became_does_not_learn_its_name(world: World) -> None:
    uploads = {"open.md": ("support", "internal"), "bluefin.md": ("legal", "restricted")}
    for name, (department, level) in uploads.items():
        await world.publish(name, f"# Title of {name}\n\nText of it.\n", department, level)
    await (await world.client("root")).post("/v1/documents", files={"file": ("broken.pdf", b"%PDF-1.7")})
    for reader, names in {"root": {*uploads, "broken.pdf"}, "sue": {"open.md", ""}}.items():
        client = await world.client(reader)
        items = (await client.get("/v1/ingestions")).json()["items"]
        assert {each["filename"] for each in items} == names
        for each in items:
            assert (await client.get(f"/v1/ingestions/{each['id']}")).json() == each
        told = (await client.get("/v1/ingestions")).text
        assert ("bluefin" in told, "broken" in told) == (reader == "root", reader == "root")
        assert sum(each["report"]["counts"]["taken"] for each in items) == len(uploads)
