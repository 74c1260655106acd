"""Documents over HTTP: who finds and reads what, and that removed means removed."""

import pytest

from tests.api.conftest import World

TEXT = "# Refunds\n\nYou may return a purchase within 30 days. The money comes back in a week.\n"


@pytest.fixture
async def shelf(world: World) -> dict[str, str]:
    """A document of each kind, by ``<classification>.<department>``."""
    kinds = [("public", "support"), ("internal", "technical"), ("confidential", "billing"), ("restricted", "billing")]
    return {
        f"{level}.{department}": await world.publish(
            f"{level}.md", f"# About {level}\n\nThis is {level} knowledge of {department}.\n", department, level
        )
        for level, department in kinds
    }


READERS = {
    "ada": {"public.support"},
    "shop": {"public.support"},
    "agnes": {"public.support", "internal.technical", "confidential.billing"},
    "tom": {"public.support", "internal.technical"},
    "sue": {"public.support", "internal.technical", "confidential.billing"},
    "root": {"public.support", "internal.technical", "confidential.billing", "restricted.billing"},
}


@pytest.mark.parametrize("name", READERS)
async def test_everybody_finds_and_opens_exactly_what_they_may_read(
    world: World, shelf: dict[str, str], name: str
) -> None:
    client = await world.client(name)
    listed = {item["id"] for item in (await client.get("/v1/documents")).json()["items"]}
    found = {item["document_id"] for item in (await client.post("/v1/search", json={"query": "x"})).json()["passages"]}
    assert listed == found == {shelf[kind] for kind in READERS[name]}
    for kind, document_id in shelf.items():
        status = 200 if kind in READERS[name] else 404
        for tail in ("", "/versions", "/text", f"/passages/{document_id}:1:0"):
            assert (await client.get(f"/v1/documents/{document_id}{tail}")).status_code == status


async def test_a_hidden_document_is_exactly_as_absent_as_none(world: World, shelf: dict[str, str]) -> None:
    client = await world.client("ada")
    for tail in ("", "/versions", "/text", "/passages/x"):
        answers = [
            await client.get(f"/v1/documents/{document_id}{tail}")
            for document_id in (shelf["restricted.billing"], "no")
        ]
        bodies = [{**answer.json(), "instance": "", "correlation_id": ""} for answer in answers]
        assert bodies[0] == bodies[1]


async def test_a_citation_opens_at_its_offsets_in_the_version_it_quotes(world: World) -> None:
    document_id = await world.publish("refunds.md", TEXT)
    first = (await (await world.client("ada")).get(f"/v1/documents/{document_id}")).json()["text"]
    await world.publish("refunds.md", TEXT.replace("30 days", "14 days"))
    start = first.index("30 days")
    client = await world.client("ada")
    params = {"version": 1, "start": start, "end": start + 7}
    excerpt = (await client.get(f"/v1/documents/{document_id}/text", params=params)).json()
    assert (excerpt["version"], excerpt["text"]) == (1, "30 days")
    current = (await client.get(f"/v1/documents/{document_id}")).json()
    assert (current["version"], "14 days" in current["text"]) == (2, True)
    versions = (await client.get(f"/v1/documents/{document_id}/versions")).json()["items"]
    assert [row["version"] for row in versions] == [2, 1]
    assert (await client.get(f"/v1/documents/{document_id}/text", params={"version": 9})).status_code == 404


async def test_an_older_stricter_version_of_a_document_stays_hidden(world: World) -> None:
    document_id = await world.publish("plan.md", "# Plan\n\nThe secret is plums.\n", "support", "confidential")
    await world.publish("plan.md", "# Plan\n\nThe offer is apples.\n", "support", "public")
    client = await world.client("ada")
    assert "apples" in (await client.get(f"/v1/documents/{document_id}")).json()["text"]
    assert (await client.get(f"/v1/documents/{document_id}", params={"version": 1})).status_code == 404
    assert (await client.get(f"/v1/documents/{document_id}/text", params={"version": 1})).status_code == 404
    versions = (await client.get(f"/v1/documents/{document_id}/versions")).json()["items"]
    assert [row["version"] for row in versions] == [2]


@pytest.mark.parametrize(("start", "end", "text"), [(0, 5, "Refun"), (999_999, None, ""), (5, 2, "")])
async def test_offsets_outside_the_text_give_what_there_is(
    world: World, start: int, end: int | None, text: str
) -> None:
    document_id = await world.publish("refunds.md", TEXT)
    params = {"start": start} | ({"end": end} if end is not None else {})
    answer = await (await world.client("ada")).get(f"/v1/documents/{document_id}/text", params=params)
    assert answer.status_code == 200
    assert answer.json()["text"].lstrip("# ").startswith(text) if text else answer.json()["text"] == ""


async def test_a_removed_document_is_gone_and_the_answer_proves_it(world: World, shelf: dict[str, str]) -> None:
    document_id = shelf["public.support"]
    answer = await (await world.client("root")).delete(f"/v1/documents/{document_id}")
    assert answer.status_code == 200
    assert {answer.json()[name] for name in ("versions", "chunks", "indexed")} == {0}
    client = await world.client("root")
    assert (await client.get(f"/v1/documents/{document_id}")).status_code == 404
    found = (await client.post("/v1/search", json={"query": "x"})).json()["passages"]
    assert document_id not in {passage["document_id"] for passage in found}


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("agnes", "confidential.billing", 200),
        ("agnes", "internal.technical", 403),
        ("agnes", "restricted.billing", 404),
        ("tom", "confidential.billing", 404),
        ("sue", "internal.technical", 200),
        ("ada", "public.support", 403),
        ("ada", "restricted.billing", 403),
    ],
)
async def test_staff_remove_what_they_answer_for(
    world: World, shelf: dict[str, str], name: str, kind: str, status: int
) -> None:
    assert (await (await world.client(name)).delete(f"/v1/documents/{shelf[kind]}")).status_code == status


async def test_documents_are_listed_page_by_page_and_by_words(world: World, shelf: dict[str, str]) -> None:
    client = await world.client("root")
    first = (await client.get("/v1/documents", params={"limit": 3})).json()
    rest = (await client.get("/v1/documents", params={"limit": 3, "offset": first["next_offset"]})).json()
    assert {item["id"] for item in first["items"] + rest["items"]} == set(shelf.values())
    assert rest["next_offset"] is None
    assert (await client.get("/v1/documents", params={"limit": len(shelf)})).json()["next_offset"] is None
    assert len((await client.get("/v1/documents", params={"text": "restricted"})).json()["items"]) == 1
    assert (await client.get("/v1/documents", params={"text": "%"})).json()["items"] == []
